//! Salt's renderers that are not built here: what each is, and what to write instead.

/// What to do about a renderer of Salt that this program does not have; none where Salt has none of that name either.
pub(super) fn cure(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(known, _)| known.contains(&name)).map(|(_, cure)| *cure)
}

/// Renderers that are alike, and the cure.
const FOREIGN: &[(&[&str], &str)] = &[
    (
        &["py", "pydsl", "pyobjects"],
        "such a file is a Python program, and no Python runs here; write what it returns as YAML, with loops and \
         conditions in Jinja: `#!jinja|yaml`",
    ),
    (
        &["mako", "cheetah", "genshi", "wempy"],
        "write the template in Jinja: `${x}` becomes `{{ x }}`, and a loop `{% for a in b %}…{% endfor %}`; the line is then \
         `#!jinja|yaml`",
    ),
    (
        &["stateconf"],
        "write every id in full in place of `.id`, and `require` where the order of the file or a goal state was meant; \
         the line is then `#!jinja|yaml`",
    ),
    (
        &["yamlex"],
        "write plain YAML; what `!aggregate` joined is joined by `pillar_source_merging_strategy: recurse` with \
         `pillar_merge_lists`, or by the filter `combine` of a template",
    ),
    (
        &["dson", "hjson", "json5", "msgpack"],
        "convert the file to YAML or JSON: the line is then `#!yaml` or `#!json`",
    ),
    (
        &["toml", "tomlmod"],
        "convert the file to YAML: a table becomes a map, and an array a list; the line is then `#!yaml`",
    ),
    (
        &["gpg", "nacl", "aws_kms"],
        "nothing is decrypted here; keep the values as they are in a pillar tree that only the master can read: a host gets \
         its own pillar alone, over TLS",
    ),
    (
        &["pass"],
        "no password store is asked here; keep the values in a pillar tree that only the master can read: a host gets its own \
         pillar alone, over TLS",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_renderer_of_salt_has_one_cure() {
        let salt = "aws_kms cheetah dson genshi gpg hjson json5 mako msgpack nacl pass py pydsl pyobjects stateconf toml \
                    tomlmod wempy yamlex";
        for name in salt.split_whitespace() {
            assert_eq!(FOREIGN.iter().filter(|(names, _)| names.contains(&name)).count(), 1, "{name}");
            assert!(cure(name).is_some(), "{name}");
        }
        assert!(cure("yaml").is_none());
    }
}
