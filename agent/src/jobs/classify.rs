//! Which job goes with which others.

use common::message::Work;

use super::Class;

/// The functions of `state.*` that only show or ask.
const READING: &[&str] = &["state.running", "state.requisites", "state.pkg_exists"];

/// How work goes with other work: state runs (dry ones too, as in Salt) come one at a time. Preparing changes nothing on the
/// host, and a command that an operator sends must not wait for a state run of an hour.
#[must_use]
pub fn classify(work: &Work) -> Class {
    match work {
        Work::Apply(_) => Class::Exclusive,
        Work::Prepare(_) => Class::Shared,
        Work::Call(call) => classify_function(&call.function),
    }
}

/// The same for an execution function.
#[must_use]
pub fn classify_function(function: &str) -> Class {
    let shows = function.starts_with("state.show_") || READING.contains(&function);
    if function.starts_with("state.") && !shows { Class::Exclusive } else { Class::Shared }
}

/// Salt's name for the work, as `saltutil.running` and the messages about a job in the way have it.
#[must_use]
pub(super) fn function_name(work: &Work) -> &str {
    match work {
        Work::Prepare(request) | Work::Apply(request) if request.sls.is_empty() => "state.highstate",
        Work::Prepare(_) | Work::Apply(_) => "state.sls",
        Work::Call(call) => &call.function,
    }
}

#[cfg(test)]
mod tests {
    use common::message::CallRequest;
    use common::value::Map;

    use super::*;

    #[test]
    fn state_runs_are_exclusive() {
        let class = |function: &str| {
            classify(&Work::Call(CallRequest {
                function: function.into(),
                positional: Vec::new(),
                keyword: Map::new(),
                tree: None,
                pillar: Map::new(),
                opts: Map::new(),
            }))
        };
        assert_eq!(class("state.apply"), Class::Exclusive);
        assert_eq!(class("state.single"), Class::Exclusive);
        assert_eq!(class("state.show_highstate"), Class::Shared);
        assert_eq!(class("cmd.run"), Class::Shared);
    }
}
