//! `pip.*`: Python packages.

use std::sync::Arc;

use common::value::{Map, Value, get};

use super::lookup::required;
use super::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::modules::Failure;
use crate::modules::pip::tool::{Pip, normalise};
use crate::process::Output;

type Answer = Result<Value, FunctionError>;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "pip.version",
        doc: "The version of pip.\n\nbin_env: a virtual environment's folder or a pip",
        parameters: &["bin_env"],
        run: |context, arguments| {
            let pip = pip("pip.version", context, arguments, 0)?;
            pip.version(context).map(Into::into).map_err(|failure| failed("pip.version", failure))
        },
    },
    Function {
        name: "pip.list",
        doc: "The installed Python packages and their versions.\n\nprefix: only this package\nbin_env: a virtual environment's folder or a pip\nuser, cwd: as whom and where pip runs",
        parameters: &["prefix", "bin_env", "user", "cwd"],
        run: list,
    },
    Function {
        name: "pip.freeze",
        doc: "The installed Python packages as pip freeze prints them.\n\nbin_env: a virtual environment's folder or a pip\nuser, cwd: as whom and where pip runs",
        parameters: &["bin_env", "user", "cwd"],
        run: freeze,
    },
    Function {
        name: "pip.install",
        doc: "Installs Python packages. Returns what pip left.\n\npkgs: packages, separated by commas\nrequirements: a file of requirements\nbin_env: a virtual environment's folder or a pip\nupgrade: to the newest version (False)\nuser, cwd: as whom and where pip runs",
        parameters: &["pkgs", "requirements", "bin_env"],
        run: install,
    },
    Function {
        name: "pip.uninstall",
        doc: "Removes Python packages. Returns what pip left.\n\npkgs: packages, separated by commas\nbin_env: a virtual environment's folder or a pip\nuser, cwd: as whom and where pip runs",
        parameters: &["pkgs", "requirements", "bin_env"],
        run: uninstall,
    },
];

fn list(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let pip = pip("pip.list", context, arguments, 1)?;
    let mut found = pip.list(context).map_err(|failure| failed("pip.list", failure))?;
    if let Some(prefix) = arguments.get(0, "prefix").filter(|value| value.is_true()) {
        let prefix = normalise(&prefix.to_string());
        found.retain(|name, _| name.starts_with(&prefix));
    }
    Ok(Value::Map(found.into_iter().map(|(name, version)| (name.into(), version.into())).collect()))
}

fn freeze(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let pip = pip("pip.freeze", context, arguments, 0)?;
    let output = pip.run(context, &["freeze".into()]).map_err(|failure| failed("pip.freeze", failure))?;
    Ok(output.stdout_text().lines().collect::<Vec<_>>().into())
}

fn install(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let pip = pip("pip.install", context, arguments, 2)?;
    let mut words: Vec<String> = vec!["install".into()];
    if let Some(file) = arguments.get(1, "requirements").filter(|value| value.is_true()) {
        words.extend(["--requirement".into(), file.to_string()]);
    }
    for (option, word) in
        [("upgrade", "--upgrade"), ("force_reinstall", "--force-reinstall"), ("no_deps", "--no-deps")]
    {
        if get(&arguments.keyword, option).is_some_and(Value::is_true) {
            words.push(word.into());
        }
    }
    words.extend(packages(arguments));
    pip.run(context, &words).map(left).map_err(|failure| failed("pip.install", failure))
}

fn uninstall(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    required(arguments, 0, "pkgs", "pip.uninstall")?;
    let pip = pip("pip.uninstall", context, arguments, 2)?;
    let words = ["uninstall".into(), "-y".into()].into_iter().chain(packages(arguments)).collect::<Vec<_>>();
    pip.run(context, &words).map(left).map_err(|failure| failed("pip.uninstall", failure))
}

fn packages(arguments: &Arguments) -> Vec<String> {
    match arguments.get(0, "pkgs") {
        Some(Value::List(items)) => items.iter().map(ToString::to_string).collect(),
        Some(value) if value.is_true() => {
            value.to_string().split(',').map(|name| name.trim().into()).collect()
        }
        _ => Vec::new(),
    }
}

/// What `cmd.run_all` returns.
fn left(output: Output) -> Value {
    Value::Map(Map::from_iter([
        ("pid".into(), output.pid.into()),
        ("retcode".into(), output.status.into()),
        ("stdout".into(), output.stdout_text().into()),
        ("stderr".into(), output.stderr_text().into()),
    ]))
}

fn pip(
    function: &str,
    context: &Context,
    arguments: &Arguments,
    bin_env: usize,
) -> Result<Pip, FunctionError> {
    let bin_env = arguments.get(bin_env, "bin_env").filter(|value| value.is_true()).map(ToString::to_string);
    let keyword =
        |name: &str| get(&arguments.keyword, name).filter(|value| value.is_true()).map(ToString::to_string);
    let pip = Pip::find(context, bin_env.as_deref()).map_err(|failure| failed(function, failure))?;
    Ok(pip.with(keyword("user").as_deref(), keyword("cwd").as_deref(), Vec::new()))
}

fn failed(function: &str, failure: Failure) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason: failure.comment }
}
