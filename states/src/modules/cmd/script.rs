//! `cmd.script` and `cmd.wait_script`.

use common::value::{Map, Value};
use serde::Deserialize;

use super::stateful::{Stateful, foretell, reinterpret};
use super::{is_environment, shell};
use crate::functions::{Script as Request, run_script};
use crate::modules::arguments::{Flag, Many, Pairs, Text, unless_empty};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch};

/// `cmd.script`.
#[derive(Debug, Deserialize)]
pub(super) struct Script {
    name: Text,
    #[serde(default)]
    source: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    template: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    cwd: Option<Text>,
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
    args: Value,
    #[serde(default)]
    env: Value,
    #[serde(default)]
    stdin: Option<Text>,
    #[serde(default)]
    stateful: Value,
    #[serde(default, deserialize_with = "unless_empty")]
    timeout: Option<Text>,
    #[serde(default)]
    hide_output: Flag,
    #[serde(default)]
    context: Value,
    #[serde(default)]
    defaults: Value,
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

impl StateFunction for Script {
    const NAME: &'static str = "cmd.script";
    const DOC: &'static str = "Runs a script of the state tree, each time.\n\n\
        name: what it is called; the script too, where there is no source\n\
        source: the script, as salt://path or an absolute path\n\
        args: its arguments\n\
        template: jinja, if it is a template\n\
        context, defaults: what the template sees besides\n\
        cwd, runas, user, group, shell, env, stdin, timeout, stateful, hide_output, umask, success_…: as for cmd.run";
    const SWALLOWS: bool = true;
    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        if !is_environment(&self.env) {
            return Err(Failure::new("Invalidly-formatted 'env' parameter. See documentation."));
        }
        for (value, what) in [(&self.context, "context"), (&self.defaults, "defaults")] {
            if value.is_true() && value.as_map().is_none() {
                return Err(Failure::new(format!(
                    "Invalidly-formatted '{what}' parameter. Must be formed as a dict."
                )));
            }
        }
        let stateful = Stateful::from_value(&self.stateful);
        match stateful.test_name().filter(|_| call.context.test) {
            Some(name) => foretell(self.execute(call, name)?),
            None if stateful.is_set() => Ok(Check::differs((), "", Map::new())),
            None => {
                let comment = format!("Command '{}' would have been executed", self.name);
                Ok(Check::differs((), comment, Map::new()))
            }
        }
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        self.execute(call, &self.name)
    }
}

impl Watch for Script {
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

impl Script {
    fn execute(&self, call: &Call<'_>, name: &str) -> Result<Done, Failure> {
        if let Some(cwd) = self.cwd.as_deref().filter(|cwd| !std::path::Path::new(cwd).is_dir()) {
            return Err(Failure::new(format!("Desired working directory \"{cwd}\" is not available")));
        }
        let source = self.source.as_deref().unwrap_or(name);
        // Arguments may stand after the name.
        let args = match name.split_once(' ') {
            Some((_, rest)) if !self.args.is_true() => rest.into(),
            _ => self.args.clone(),
        };
        let pairs = |value: &Value| match value.is_true() {
            true => Pairs::deserialize(value.clone()),
            false => Ok(Pairs::default()),
        };
        let request = Request {
            source: Text(source.into()),
            args,
            cwd: self.cwd.clone(),
            stdin: self.stdin.clone(),
            runas: self.runas.clone().or_else(|| self.user.clone()),
            group: self.group.clone(),
            shell: shell(call.context, self.shell.as_ref()),
            env: pairs(&self.env)?,
            template: self.template.clone(),
            context: pairs(&self.context)?,
            defaults: pairs(&self.defaults)?,
            saltenv: Some(Text(call.saltenv.into())),
            umask: None,
            timeout: self.timeout.clone(),
            hide_output: self.hide_output,
            success_retcodes: self.success_retcodes.clone(),
            success_stdout: self.success_stdout.clone(),
            success_stderr: self.success_stderr.clone(),
        };
        let ran = run_script(call.context, &request).map_err(Failure::new)?;
        let fine = ran.retcode == 0;
        if Stateful::from_value(&self.stateful).is_set() {
            return reinterpret(fine, ran);
        }
        let comment = if ran.cache_error {
            format!("Unable to cache script {source} from saltenv '{}'", call.saltenv)
        } else {
            format!("Command '{name}' run")
        };
        Ok(Done { result: Some(fine), comment, changes: ran.into_map() })
    }
}

/// `cmd.wait_script`: `cmd.script`, but only when a state that it watches changed.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct WaitScript(Script);

impl StateFunction for WaitScript {
    const NAME: &'static str = "cmd.wait_script";
    const DOC: &'static str =
        "Runs a script when a state that it watches changed; arguments as for cmd.script.";
    const SWALLOWS: bool = true;
    type Plan = ();

    fn check(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        Ok(Check::clean(""))
    }

    fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
        Ok(Done::ok("", Map::new()))
    }
}

impl Watch for WaitScript {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        self.0.mod_watch(call)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::value::{get, map};

    use super::*;
    use crate::modules::{Site, StateReturn, find};
    use crate::process::System;
    use crate::testing::{Tree, context};

    fn run(arguments: Map, test: bool) -> StateReturn {
        let tree = Tree::new(&[("s.sh", "echo \"$1-$2\"; exit $3")]);
        let context = context(tree, Arc::new(System), Map::new(), test);
        let site = Site { context: &context, id: "id", sls: "s", saltenv: "base", changed: &[] };
        find("cmd.script").unwrap().run(&site, &arguments)
    }

    #[test]
    fn runs_a_script_of_the_tree() {
        let done = run(map([("name", "salt://s.sh".into()), ("args", "a 'b c' 0".into())]), false);
        assert_eq!((done.result, done.comment.as_str()), (Some(true), "Command 'salt://s.sh' run"));
        assert_eq!(get(&done.changes, "stdout"), Some(&"a-b c".into()));
        let done = run(map([("name", "x a b 4".into()), ("source", "salt://s.sh".into())]), false);
        assert_eq!((done.result, get(&done.changes, "retcode")), (Some(false), Some(&4.into())));
    }

    #[test]
    fn says_that_a_script_is_missing() {
        let done = run(map([("name", "a".into()), ("source", "salt://nope.sh".into())]), false);
        assert_eq!(done.comment, "Unable to cache script salt://nope.sh from saltenv 'base'");
        assert_eq!((done.result, get(&done.changes, "cache_error")), (Some(false), Some(&true.into())));
    }

    #[test]
    fn a_dry_run_runs_nothing() {
        let done = run(map([("name", "salt://s.sh".into())]), true);
        assert_eq!((done.result, done.changes.len()), (None, 0));
        assert_eq!(done.comment, "Command 'salt://s.sh' would have been executed");
    }
}
