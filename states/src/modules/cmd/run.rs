//! `cmd.run` and `cmd.wait`.

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::stateful::{Stateful, foretell, reinterpret};
use super::{is_environment, shell};
use crate::functions::{Request, execute};
use crate::modules::arguments::{Flag, Many, Pairs, Text, unless_empty};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch};

/// `cmd.run`.
#[derive(Debug, Deserialize)]
pub(super) struct Run {
    name: Text,
    #[serde(default, deserialize_with = "unless_empty")]
    cwd: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    root: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    runas: Option<Text>,
    /// The name that `runas` had in Salt 2015.
    #[serde(default, deserialize_with = "unless_empty")]
    user: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    group: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    shell: Option<Text>,
    #[serde(default)]
    env: Value,
    #[serde(default)]
    clean_env: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    prepend_path: Option<Text>,
    #[serde(default)]
    stateful: Value,
    #[serde(default)]
    stdin: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    template: Option<Text>,
    #[serde(default)]
    rstrip: Option<Flag>,
    #[serde(default)]
    bg: Flag,
    #[serde(default)]
    hide_output: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    timeout: Option<Text>,
    #[serde(default)]
    ignore_timeout: Flag,
    #[serde(default)]
    success_retcodes: Many<Text>,
    #[serde(default)]
    success_stdout: Many<Text>,
    #[serde(default)]
    success_stderr: Many<Text>,
    #[serde(default, rename = "output_loglevel")]
    _output_loglevel: Value,
    #[serde(default, rename = "use_vt")]
    _use_vt: Value,
    #[serde(default, rename = "password")]
    _password: Value,
}

impl StateFunction for Run {
    const NAME: &'static str = "cmd.run";
    const DOC: &'static str = "Runs a command, each time.\n\n\
        name: the command, a line for the shell\n\
        cwd: its working directory, by default the home of the user\n\
        runas, user: the user it runs as\n\
        group: the group it runs as\n\
        shell: the shell\n\
        env: its environment, a map or a list of maps\n\
        prepend_path: folders to put before PATH\n\
        stdin: what it reads\n\
        timeout: seconds after which it is killed\n\
        ignore_timeout: whether that is a success\n\
        stateful: whether its last line says what it changed (changed=yes comment='…')\n\
        success_retcodes, success_stdout, success_stderr: what counts as success besides status 0\n\
        hide_output: whether its output is left out of the changes\n\
        bg: whether it is started and left alone\n\
        umask: its file mode mask";
    const SWALLOWS: bool = true;
    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        if !is_environment(&self.env) {
            return Err(Failure::new("Invalidly-formatted 'env' parameter. See documentation."));
        }
        let stateful = Stateful::from_value(&self.stateful);
        match stateful.test_name().filter(|_| call.context.test) {
            // A command that only looks: what it says is what the dry run says.
            Some(name) => foretell(self.execute(call, name)?),
            None if stateful.is_set() => Ok(Check::differs((), "", Map::new())),
            None => {
                let comment = format!("Command \"{}\" would have been executed", self.name);
                Ok(Check::differs((), comment, map([("cmd", self.name.0.as_str().into())])))
            }
        }
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        self.execute(call, &self.name)
    }
}

impl Watch for Run {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        match self.check(call)? {
            Check::Differs { comment, changes, .. } if call.context.test => {
                Ok(Done { result: None, comment, changes })
            }
            Check::Differs { .. } => self.execute(call, &self.name),
            Check::Clean { comment } => Ok(Done::ok(comment, Map::new())),
        }
    }
}

impl Run {
    fn execute(&self, call: &Call<'_>, line: &str) -> Result<Done, Failure> {
        let env = Pairs::deserialize(self.env.clone())?;
        let request = Request {
            cmd: line.into(),
            python_shell: Flag(true),
            cwd: self.cwd.clone(),
            root: self.root.clone(),
            runas: self.runas.clone().or_else(|| self.user.clone()),
            group: self.group.clone(),
            shell: shell(call.context, self.shell.as_ref()),
            env,
            clean_env: self.clean_env,
            prepend_path: self.prepend_path.clone(),
            stdin: self.stdin.clone(),
            template: self.template.clone(),
            saltenv: Some(Text(call.saltenv.into())),
            rstrip: self.rstrip,
            bg: self.bg,
            hide_output: self.hide_output,
            timeout: self.timeout.clone(),
            success_retcodes: self.success_retcodes.clone(),
            success_stdout: self.success_stdout.clone(),
            success_stderr: self.success_stderr.clone(),
            ..Request::default()
        };
        let mut ran = execute(call.context, &request, false).map_err(Failure::new)?;
        if self.ignore_timeout.0 && ran.retcode == 1 && ran.stdout.contains("Timed out after") {
            ran.retcode = 0;
        }
        let fine = ran.retcode == 0;
        if Stateful::from_value(&self.stateful).is_set() {
            return reinterpret(fine, ran);
        }
        Ok(Done { result: Some(fine), comment: format!("Command \"{line}\" run"), changes: ran.into_map() })
    }
}

/// `cmd.wait`: `cmd.run`, but only when a state that it watches changed.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Wait(Run);

/// `cmd.watch`, which is what people write for `cmd.wait`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct WatchAlias(Run);

macro_rules! waits {
    ($type:ident, $name:literal) => {
        impl StateFunction for $type {
            const NAME: &'static str = $name;
            const DOC: &'static str =
                "Runs a command when a state that it watches changed; arguments as for cmd.run.";
            const SWALLOWS: bool = true;
            type Plan = ();

            fn check(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
                Ok(Check::clean(""))
            }

            fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
                Ok(Done::ok("", Map::new()))
            }
        }

        impl Watch for $type {
            fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
                self.0.mod_watch(call)
            }
        }
    };
}
waits!(Wait, "cmd.wait");
waits!(WatchAlias, "cmd.watch");

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::context::Context;
    use crate::modules::{Site, StateReturn, find};
    use crate::process::{Command, Output, ProcessError, Processes, Program, System};
    use crate::testing::{Book, Tree, context, output};

    fn call(context: &Arc<Context>, function: &str, arguments: Map, watching: bool) -> StateReturn {
        let site = Site { context, id: "id", sls: "s", saltenv: "base", changed: &[] };
        let function = find(function).unwrap();
        if watching { function.mod_watch(&site, &arguments) } else { function.run(&site, &arguments) }
    }

    fn host(test: bool) -> Arc<Context> {
        context(Tree::new(&[]), Arc::new(System), Map::new(), test)
    }

    fn run(pairs: Map) -> StateReturn {
        call(&host(false), "cmd.run", pairs, false)
    }

    #[test]
    fn reports_what_the_command_left() {
        let done = run(map([("name", "echo a; echo b >&2; exit 3".into())]));
        assert_eq!(done.result, Some(false));
        assert_eq!(done.comment, "Command \"echo a; echo b >&2; exit 3\" run");
        let keys: Vec<_> = done.changes.keys().map(ToString::to_string).collect();
        assert_eq!(keys, ["pid", "retcode", "stdout", "stderr"]);
        let fine = run(map([("name", "exit 3".into()), ("success_retcodes", vec![3].into())]));
        assert_eq!(fine.result, Some(true));
    }

    #[test]
    fn a_dry_run_runs_nothing() {
        let book = Arc::new(Book::new(|_| output(0, "")));
        let context = context(Tree::new(&[]), book.clone(), Map::new(), true);
        for watching in [false, true] {
            let done = call(&context, "cmd.run", map([("name", "x".into())]), watching);
            assert_eq!(
                (done.result, done.comment.as_str()),
                (None, "Command \"x\" would have been executed")
            );
            assert_eq!(done.changes, map([("cmd", "x".into())]));
        }
        assert!(book.lines.lock().unwrap().is_empty());
    }

    #[test]
    fn wait_runs_for_a_watch_alone() {
        let arguments = || map([("name", "echo a".into())]);
        let waiting = call(&host(false), "cmd.wait", arguments(), false);
        assert_eq!(waiting, StateReturn { result: Some(true), ..StateReturn::default() });
        let fired = call(&host(false), "cmd.wait", arguments(), true);
        assert_eq!(fired.comment, "Command \"echo a\" run");
    }

    #[test]
    fn the_command_may_say_what_it_changed() {
        let stateful = ("stateful", Value::Bool(true));
        let line = "echo seen; echo; echo 'changed=yes comment=\"hello x\" k=v'";
        let done = run(map([("name", line.into()), stateful.clone()]));
        assert_eq!((done.result, done.comment.as_str()), (Some(true), "hello x"));
        assert_eq!(common::value::get(&done.changes, "k"), Some(&"v".into()));
        let same = run(map([("name", "echo 'changed=no comment=same'".into()), stateful]));
        assert_eq!((same.comment.as_str(), same.changes.len()), ("same", 0));
    }

    #[test]
    fn a_stateful_command_may_have_one_that_only_looks() {
        let look = map([("test_name", "echo changed=yes comment=would".into())]);
        let arguments = map([("name", "false".into()), ("stateful", vec![Value::from(look)].into())]);
        let done = call(&host(true), "cmd.run", arguments, false);
        assert_eq!((done.result, done.comment.as_str()), (None, "would"));
    }

    #[test]
    fn bad_arguments_are_named() {
        let bad = run(map([("name", "true".into()), ("env", "A=1".into())]));
        assert_eq!(bad.comment, "Invalidly-formatted 'env' parameter. See documentation.");
        let bad = run(map([("name", "true".into()), ("cwd", "/nowhere".into())]));
        assert_eq!(bad.comment, "Desired working directory \"/nowhere\" is not available");
    }

    /// Keeps the last command.
    #[derive(Default)]
    struct Last(Mutex<Option<Command>>);
    impl Processes for Last {
        fn run(&self, command: &Command) -> Result<Output, ProcessError> {
            *self.0.lock().unwrap() = Some(command.clone());
            Ok(Output::default())
        }
    }

    #[test]
    fn user_and_group_mean_what_they_meant_in_2015() {
        let last = Arc::new(Last::default());
        let context = context(Tree::new(&[]), last.clone(), Map::new(), false);
        let arguments = map([
            ("name", "x".into()),
            ("user", "ops".into()),
            ("group", "adm".into()),
            ("shell", "/bin/bash".into()),
            ("env", vec![Value::from(map([("B", Value::from(true))]))].into()),
            ("unknown", "swallowed".into()),
        ]);
        assert_eq!(call(&context, "cmd.run", arguments, false).result, Some(true));
        let command = last.0.lock().unwrap().take().unwrap();
        assert_eq!((command.user.as_deref(), command.group.as_deref()), (Some("ops"), Some("adm")));
        assert_eq!(command.env, [("B".into(), Some("True".into()))]);
        assert_eq!(command.program, Program::Shell { shell: "/bin/bash".into(), line: "x".into() });
    }
}
