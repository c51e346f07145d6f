//! Which functions need neither the state tree nor pillar, so that a call of them goes out at once.

use crate::jobs::CallSpec;

/// Modules none of whose functions reads the tree or pillar.
const MODULES: &[&str] = &[
    "disk", "environ", "grains", "group", "mount", "network", "pip", "pkg", "ps", "service", "status", "sys",
    "test", "timezone", "user",
];

/// Functions of other modules that read neither.
const FUNCTIONS: &[&str] = &[
    "file.directory_exists",
    "file.file_exists",
    "file.stats",
    "saltutil.find_job",
    "saltutil.kill_job",
    "saltutil.running",
    "state.running",
];

/// Whether a call needs the state tree and the hosts' pillar.
pub(super) fn needs_tree(call: &CallSpec) -> bool {
    let (module, function) = call.function.split_once('.').unwrap_or((&call.function, ""));
    if module == "cmd" {
        // A command may be a template, and a script comes from the tree.
        let keyword = |name: &str| common::value::get(&call.keyword, name).is_some();
        let reads =
            |value: &common::value::Value| value.as_str().is_some_and(|text| text.starts_with("salt://"));
        return function.starts_with("script")
            || keyword("template")
            || keyword("pillar")
            || call.positional.iter().any(reads)
            || call.keyword.values().any(reads);
    }
    !MODULES.contains(&module) && !FUNCTIONS.contains(&call.function.as_str())
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn call(function: &str, positional: &[&str]) -> CallSpec {
        CallSpec {
            function: function.into(),
            positional: positional.iter().map(|text| (*text).into()).collect(),
            keyword: map::<&str, 0>([]),
        }
    }

    #[test]
    fn what_only_answers_goes_out_at_once() {
        assert!(!needs_tree(&call("test.ping", &[])));
        assert!(!needs_tree(&call("cmd.run", &["service http-proxy status"])));
        assert!(needs_tree(&call("cmd.script", &["salt://a.sh"])));
        assert!(needs_tree(&call("pillar.items", &[])));
        assert!(needs_tree(&call("state.apply", &[])));
        let mut templated = call("cmd.run", &["echo {{ pillar.x }}"]);
        templated.keyword = map([("template", "jinja".into())]);
        assert!(needs_tree(&templated));
    }
}
