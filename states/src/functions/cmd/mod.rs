//! `cmd.*`: commands.
//!
//! A command that a template runs (`salt['cmd.run']`) is split into words and run without a shell, as in Salt since 3006;
//! one that an operator or a state runs goes through a shell. The keyword `python_shell: true` makes the difference: the
//! command line and the states pass it, and a template may.

mod request;
mod script;

use std::sync::Arc;

use common::value::{Map, Value};

pub(crate) use request::{Ran, Request, execute};
pub(crate) use script::{Script, run_script};

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::modules::arguments::Flag;
use crate::process::words;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "cmd.run",
        doc: "Runs a command and returns what it prints, errors among it.\n\n\
              cmd: the command\ncwd: its working directory, by default the home of the user\n\
              stdin: what it reads\nrunas: the user it runs as\ngroup: the group it runs as\n\
              shell: the shell, by default /bin/sh\npython_shell: whether it goes through the shell\n\
              env: its environment, a map or a list of maps\ntimeout: seconds after which it is killed",
        parameters: PARAMETERS,
        run: |context, arguments| text(context, "cmd.run", arguments, Streams::Merged),
    },
    Function {
        name: "cmd.shell",
        doc: "Runs a command through the shell and returns what it prints. Arguments as for cmd.run.",
        parameters: PARAMETERS,
        run: |context, arguments| {
            let mut arguments = arguments.clone();
            arguments.keyword.insert("python_shell".into(), true.into());
            text(context, "cmd.shell", &arguments, Streams::Merged)
        },
    },
    Function {
        name: "cmd.run_stdout",
        doc: "Runs a command and returns its standard output. Arguments as for cmd.run.",
        parameters: PARAMETERS,
        run: |context, arguments| text(context, "cmd.run_stdout", arguments, Streams::Out),
    },
    Function {
        name: "cmd.run_stderr",
        doc: "Runs a command and returns its standard error. Arguments as for cmd.run.",
        parameters: PARAMETERS,
        run: |context, arguments| text(context, "cmd.run_stderr", arguments, Streams::Err),
    },
    Function {
        name: "cmd.run_all",
        doc: "Runs a command and returns a map of its pid, retcode, stdout and stderr. Arguments as for cmd.run.",
        parameters: PARAMETERS,
        run: |context, arguments| {
            run(context, "cmd.run_all", arguments, false).map(|ran| Value::Map(ran.into_map()))
        },
    },
    Function {
        name: "cmd.retcode",
        doc: "Runs a command and returns its exit status. Arguments as for cmd.run.",
        parameters: PARAMETERS,
        run: |context, arguments| {
            run(context, "cmd.retcode", arguments, false).map(|ran| Value::Int(ran.retcode))
        },
    },
    Function {
        name: "cmd.script",
        doc: "Runs a script of the state tree, or of this host, and returns a map of its pid, retcode, stdout and \
              stderr.\n\nsource: the script, as salt://path or an absolute path\nargs: its arguments\n\
              template: jinja, if it is a template\nOther arguments as for cmd.run.",
        parameters: script::PARAMETERS,
        run: |context, arguments| {
            script(context, "cmd.script", arguments).map(|ran| Value::Map(ran.into_map()))
        },
    },
    Function {
        name: "cmd.script_retcode",
        doc: "Runs a script as cmd.script does and returns its exit status.",
        parameters: script::PARAMETERS,
        run: |context, arguments| {
            script(context, "cmd.script_retcode", arguments).map(|ran| Value::Int(ran.retcode))
        },
    },
    Function {
        name: "cmd.which",
        doc: "The path of a program, or None.\n\ncmd: the program",
        parameters: &["cmd"],
        run: |_, arguments| Ok(program(arguments).and_then(|name| which(&name)).into()),
    },
    Function {
        name: "cmd.which_bin",
        doc: "The path of the first of some programs that is there, or None.\n\ncmds: the programs",
        parameters: &["cmds"],
        run: |_, arguments| {
            let names = arguments.get(0, "cmds").and_then(Value::as_list).unwrap_or_default();
            Ok(names.iter().find_map(|name| which(&name.to_string())).into())
        },
    },
    Function {
        name: "cmd.has_exec",
        doc: "Whether a program is there.\n\ncmd: the program",
        parameters: &["cmd"],
        run: |_, arguments| Ok(program(arguments).is_some_and(|name| which(&name).is_some()).into()),
    },
];

/// What all the functions take that run a command, in Salt's order.
const PARAMETERS: &[&str] = &[
    "cmd",
    "cwd",
    "stdin",
    "runas",
    "group",
    "shell",
    "python_shell",
    "env",
    "clean_env",
    "template",
    "rstrip",
    "umask",
    "output_encoding",
    "output_loglevel",
    "log_callback",
    "hide_output",
    "timeout",
    "reset_system_locale",
    "ignore_retcode",
    "saltenv",
    "use_vt",
    "bg",
    "password",
    "encoded_cmd",
    "prepend_path",
    "success_retcodes",
    "success_stdout",
    "success_stderr",
];

/// Which output a function returns.
enum Streams {
    Merged,
    Out,
    Err,
}

fn text(
    context: &Arc<Context>,
    name: &str,
    arguments: &Arguments,
    streams: Streams,
) -> Result<Value, FunctionError> {
    let ran = run(context, name, arguments, matches!(streams, Streams::Merged))?;
    Ok(match streams {
        Streams::Merged | Streams::Out => ran.stdout,
        Streams::Err => ran.stderr,
    }
    .into())
}

fn run(
    context: &Arc<Context>,
    name: &str,
    arguments: &Arguments,
    merged: bool,
) -> Result<Ran, FunctionError> {
    let mut request: Request = typed(name, arguments, PARAMETERS)?;
    // `cmd_safe: False` in the configuration sends every line through the shell that does not say otherwise.
    if common::value::get(&context.opts, "cmd_safe") == Some(&Value::Bool(false))
        && common::value::get(&arguments.keyword, "python_shell").is_none()
    {
        request.python_shell = Flag(true);
    }
    execute(context, &request, merged).map_err(|reason| FunctionError::Failed { name: name.into(), reason })
}

fn script(context: &Arc<Context>, name: &str, arguments: &Arguments) -> Result<Ran, FunctionError> {
    let script: Script = typed(name, arguments, script::PARAMETERS)?;
    run_script(context, &script).map_err(|reason| FunctionError::Failed { name: name.into(), reason })
}

/// Reads arguments into a struct, positional ones by the names of their places.
fn typed<T: serde::de::DeserializeOwned>(
    name: &str,
    arguments: &Arguments,
    parameters: &[&str],
) -> Result<T, FunctionError> {
    let wrong = |reason| FunctionError::Arguments { name: name.into(), reason };
    if arguments.positional.len() > parameters.len() {
        return Err(wrong(format!("it takes at most {} by position", parameters.len())));
    }
    let positional =
        parameters.iter().map(|name| Value::from(*name)).zip(arguments.positional.iter().cloned());
    let mut map: Map = positional.collect();
    map.extend(arguments.keyword.iter().map(|(key, value)| (key.clone(), value.clone())));
    T::deserialize(Value::Map(map)).map_err(|error| wrong(error.to_string()))
}

fn program(arguments: &Arguments) -> Option<String> {
    arguments.get(0, "cmd").map(ToString::to_string)
}

/// The path of a program: looked for where a shell looks, unless it is a path itself.
pub(crate) fn which(name: &str) -> Option<String> {
    use nix::unistd::{AccessFlags, access};
    let runs = |path: &std::path::Path| path.is_file() && access(path, AccessFlags::X_OK).is_ok();
    if name.contains('/') {
        return runs(name.as_ref()).then(|| name.into());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| !name.is_empty() && runs(path))
        .map(|path| path.to_string_lossy().into_owned())
}

/// A command line of words, each quoted.
fn line(words: &[String]) -> String {
    words.iter().map(|word| words::quote(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;
    use crate::process::System;
    use crate::testing::{Tree, context};

    fn call(name: &str, command: &str, keyword: &[(&str, Value)]) -> Result<Value, FunctionError> {
        let tree =
            Tree::new(&[("s.sh", "echo \"$1-$2\"; exit 3"), ("t.sh", "#!/bin/sh\necho {{ 1 + 1 }}\n")]);
        let context = context(tree, Arc::new(System), Map::new(), false);
        let keyword = keyword.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
        functions::call(&context, name, &Arguments { positional: vec![command.into()], keyword })
    }

    #[test]
    fn a_template_has_no_shell_and_an_operator_has() {
        let line = "echo $((1+2)) 'a  b'";
        assert_eq!(call("cmd.run", line, &[]).unwrap(), "$((1+2)) a  b".into());
        assert_eq!(call("cmd.run", line, &[("python_shell", true.into())]).unwrap(), "3 a  b".into());
        assert_eq!(call("cmd.shell", line, &[]).unwrap(), "3 a  b".into());
    }

    #[test]
    fn returns_what_each_function_is_for() {
        let line = "echo out; echo err >&2; exit 3";
        let shell = [("python_shell", true.into())];
        assert_eq!(call("cmd.run", line, &shell).unwrap(), "out\nerr".into());
        assert_eq!(call("cmd.run_stdout", line, &shell).unwrap(), "out".into());
        assert_eq!(call("cmd.run_stderr", line, &shell).unwrap(), "err".into());
        assert_eq!(call("cmd.retcode", line, &shell).unwrap(), 3.into());
        let all = call("cmd.run_all", line, &shell).unwrap();
        let keys: Vec<_> = all.as_map().unwrap().keys().map(ToString::to_string).collect();
        assert_eq!(keys, ["pid", "retcode", "stdout", "stderr"]);
        assert_eq!(all.traverse("retcode", ":"), Some(&3.into()));
    }

    #[test]
    fn success_can_be_another_status() {
        let shell = ("python_shell", true.into());
        for codes in [Value::from(3), "2, 3".into(), vec![3].into()] {
            let keyword = [shell.clone(), ("success_retcodes", codes)];
            assert_eq!(call("cmd.retcode", "exit 3", &keyword).unwrap(), 0.into());
        }
        let keyword = [shell, ("success_stdout", "fine".into())];
        assert_eq!(call("cmd.retcode", "echo all fine; exit 3", &keyword).unwrap(), 0.into());
    }

    #[test]
    fn environment_and_input() {
        let env = Value::from(common::value::map([("A", Value::from(true)), ("B", Value::Null)]));
        let keyword = [("python_shell", true.into()), ("env", env), ("stdin", "x\\ny".into())];
        assert_eq!(call("cmd.run", "echo \"$A-$B-\"; cat", &keyword).unwrap(), "True--\nx\ny".into());
    }

    #[test]
    fn time_is_limited() {
        let keyword = [("python_shell", true.into()), ("timeout", 1.into())];
        let all = call("cmd.run_all", "sleep 60", &keyword).unwrap();
        assert_eq!(all.traverse("stdout", ":"), Some(&"sleep 60 : Timed out after 1 seconds".into()));
        assert_eq!(all.traverse("retcode", ":"), Some(&1.into()));
    }

    #[test]
    fn scripts_take_arguments_and_need_no_first_line() {
        let keyword = [("args", "'a b' $HOME".into())];
        let all = call("cmd.script", "salt://s.sh", &keyword).unwrap();
        assert_eq!(all.traverse("stdout", ":"), Some(&"a b-$HOME".into()));
        assert_eq!(all.traverse("retcode", ":"), Some(&3.into()));
        let all = call("cmd.script", "salt://none.sh", &[]).unwrap();
        assert_eq!(all.traverse("cache_error", ":"), Some(&true.into()));
    }

    #[test]
    fn what_cannot_be_run_is_an_error() {
        let error =
            |line: &str, keyword: &[(&str, Value)]| call("cmd.run", line, keyword).unwrap_err().to_string();
        assert!(error("no-such-program-at-all", &[]).contains("No such file"));
        assert!(error("it's", &[]).contains("No closing quotation"));
        assert!(error("true", &[("cwd", "/nowhere".into())]).contains("/nowhere"));
        assert!(error("true", &[("umask", "9".into())]).contains("umask"));
        assert!(error("true", &[("timeout", "soon".into())]).contains("timeout"));
        assert!(error("true", &[("root", "/x".into())]).contains("root"));
    }

    #[test]
    fn finds_programs() {
        assert!(which("sh").unwrap().ends_with("/sh"));
        assert_eq!(which("no-such-program-at-all"), None);
        assert_eq!(which("/bin/sh"), Some("/bin/sh".into()));
    }
}
