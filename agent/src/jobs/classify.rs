//! Which job goes with which others.

use common::message::Work;

use super::Class;
use super::workers::Manner;

/// The functions of `state.*` that only show or ask.
const READING: &[&str] = &["state.running", "state.requisites", "state.pkg_exists"];

/// The functions that do nothing but run a command.
const COMMANDS: &[&str] =
    &["cmd.run", "cmd.shell", "cmd.run_stdout", "cmd.run_stderr", "cmd.run_all", "cmd.retcode"];

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

/// How a job of this function and class is to be performed.
pub(super) fn manner(function: &str, class: Class) -> Manner {
    if COMMANDS.contains(&function) { Manner::Standing } else { Manner::Alone(class) }
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
    use super::*;
    use crate::spool::tests::call;

    #[test]
    fn state_runs_are_exclusive() {
        let class = |function: &str| classify(&Work::Call(call(function)));
        assert_eq!(class("state.apply"), Class::Exclusive);
        assert_eq!(class("state.single"), Class::Exclusive);
        assert_eq!(class("state.show_highstate"), Class::Shared);
        assert_eq!(class("cmd.run"), Class::Shared);
    }

    #[test]
    fn only_commands_share_a_worker() {
        let manner = |function: &str| manner(function, classify_function(function));
        assert_eq!(manner("cmd.run"), Manner::Standing);
        assert_eq!(manner("cmd.script"), Manner::Alone(Class::Shared));
        assert_eq!(manner("state.apply"), Manner::Alone(Class::Exclusive));
    }
}
