//! One command, from loosely typed arguments to a process and what it left.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::line;
use crate::context::Context;
use crate::language::render_template;
use crate::modules::arguments::{Flag, Many, Pairs, Text};
use crate::process::{Command, Output, words};

/// A command to run, with Salt's names for its parts. Further keywords are ignored, as Salt ignores them.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Request {
    /// The command: a line or a list of words.
    pub(crate) cmd: Value,
    /// The working directory.
    #[serde(default)]
    pub(crate) cwd: Option<Text>,
    /// What it reads; `\n` in it is a new line, unless `stdin_raw_newlines`.
    #[serde(default)]
    pub(crate) stdin: Option<Text>,
    #[serde(default)]
    pub(crate) stdin_raw_newlines: Flag,
    /// The user it runs as.
    #[serde(default)]
    pub(crate) runas: Option<Text>,
    /// The group it runs as.
    #[serde(default)]
    pub(crate) group: Option<Text>,
    #[serde(default)]
    pub(crate) shell: Option<Text>,
    /// Whether the line goes through the shell.
    #[serde(default)]
    pub(crate) python_shell: Flag,
    #[serde(default)]
    pub(crate) env: Pairs,
    /// Whether its environment is `env` alone.
    #[serde(default)]
    pub(crate) clean_env: Flag,
    /// Folders to put before `PATH`.
    #[serde(default)]
    pub(crate) prepend_path: Option<Text>,
    /// `jinja`, if the line is a template.
    #[serde(default)]
    pub(crate) template: Option<Text>,
    #[serde(default)]
    pub(crate) saltenv: Option<Text>,
    #[serde(default)]
    pub(crate) rstrip: Option<Flag>,
    #[serde(default)]
    pub(crate) umask: Option<Text>,
    #[serde(default)]
    pub(crate) timeout: Option<Text>,
    #[serde(default)]
    pub(crate) success_retcodes: Many<Text>,
    #[serde(default)]
    pub(crate) success_stdout: Many<Text>,
    #[serde(default)]
    pub(crate) success_stderr: Many<Text>,
    /// Whether what it prints is dropped.
    #[serde(default)]
    pub(crate) hide_output: Flag,
    /// Whether its status says nothing about this call.
    #[serde(default)]
    pub(crate) ignore_retcode: Flag,
    /// Whether it is started and left alone.
    #[serde(default)]
    pub(crate) bg: Flag,
    #[serde(default)]
    pub(crate) redirect_stderr: Flag,
    #[serde(default)]
    pub(crate) root: Option<Text>,
}

/// What a command left, as `cmd.run_all` returns it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ran {
    pub(crate) pid: u32,
    pub(crate) retcode: i64,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// A script that could not be had.
    pub(crate) cache_error: bool,
    /// A command that was started and left alone: how it ends is not known.
    pub(crate) background: bool,
}

impl Ran {
    pub(crate) fn into_map(self) -> Map {
        let mut ran = map([
            ("pid", self.pid.into()),
            ("retcode", if self.background { Value::Null } else { self.retcode.into() }),
            ("stdout", self.stdout.into()),
            ("stderr", self.stderr.into()),
        ]);
        if self.cache_error {
            ran.insert("cache_error".into(), true.into());
        }
        ran
    }
}

/// Runs a command. `merged` puts its errors among its output.
///
/// # Errors
/// What keeps it from being run.
pub(crate) fn execute(context: &Arc<Context>, request: &Request, merged: bool) -> Result<Ran, String> {
    let (mut command, shown) = command(context, request)?;
    command.merged = merged || request.redirect_stderr.0;
    let output = context.processes.run(&command).map_err(|error| error.to_string())?;
    let mut ran = if output.timed_out {
        let seconds = request.timeout.as_ref().map(ToString::to_string).unwrap_or_default();
        let stdout = format!("{shown} : Timed out after {seconds} seconds");
        Ran { pid: output.pid, retcode: 1, stdout, ..Ran::default() }
    } else {
        judge(request, output)?
    };
    let retcode = if request.ignore_retcode.0 { 0 } else { ran.retcode };
    context.run.retcode.store(retcode, Ordering::Relaxed);
    if request.hide_output.0 {
        ran.stdout.clear();
        ran.stderr.clear();
    }
    Ok(ran)
}

/// The process to run, and the command as messages show it.
fn command(context: &Arc<Context>, request: &Request) -> Result<(Command, String), String> {
    if request.root.as_deref().is_some_and(|root| root != "/") {
        return Err(
            "root: running a command in another root is not supported; use `chroot` in the command".into()
        );
    }
    let (mut command, shown) = match &request.cmd {
        Value::List(items) => {
            let list: Vec<_> = items.iter().map(ToString::to_string).collect();
            let command =
                if request.bg.0 { background(request, &line(&list)) } else { Command::direct(list) };
            (command, request.cmd.repr())
        }
        text => {
            let text = rendered(context, request, &text.to_string())?;
            let command = match (request.bg.0, request.python_shell.0) {
                (true, _) => background(request, &text),
                (false, true) => shell(request, text.clone()),
                (false, false) => Command::direct(
                    words::split(&text)
                        .map_err(|error| format!("cannot split {text:?} into words: {error}"))?,
                ),
            };
            (command, text)
        }
    };
    let text = |text: &Option<Text>| text.as_deref().filter(|text| !text.is_empty()).map(String::from);
    command.cwd = text(&request.cwd).map(Into::into);
    command.user = text(&request.runas);
    command.group = text(&request.group);
    command.env = environment(request);
    command.stdin = request.stdin.as_ref().map(|stdin| {
        let raw = request.stdin_raw_newlines.0;
        if raw { stdin.0.clone() } else { stdin.replace("\\n", "\n") }.into_bytes()
    });
    command.umask = text(&request.umask).map(|umask| mask(&umask)).transpose()?;
    command.timeout = text(&request.timeout).map(|timeout| seconds(&timeout)).transpose()?;
    Ok((command, shown))
}

fn rendered(context: &Arc<Context>, request: &Request, text: &str) -> Result<String, String> {
    match request.template.as_deref().filter(|template| !template.is_empty()) {
        None => Ok(text.into()),
        Some("jinja") => {
            let saltenv = request.saltenv.as_deref().unwrap_or(&context.saltenv);
            render_template(context, saltenv, "the command", text, &Map::new())
                .map_err(|error| format!("Failed to execute cmd with error: {error}"))
        }
        Some(other) => {
            Err(format!("Attempted to render file paths with unavailable engine {other}: use jinja"))
        }
    }
}

fn shell(request: &Request, line: String) -> Command {
    let shell = request.shell.as_deref().unwrap_or("/bin/sh");
    Command { program: crate::process::Program::Shell { shell: shell.into(), line }, ..Command::shell("") }
}

fn background(request: &Request, line: &str) -> Command {
    shell(request, format!("{{ {line}\n}} </dev/null >/dev/null 2>&1 &"))
}

/// The changes to the environment. Values are text as Python prints them; no value is an empty text.
fn environment(request: &Request) -> Vec<(String, Option<String>)> {
    let mut env = Vec::new();
    if request.clean_env.0 {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        env.extend(names.map(|name| (name, None)));
    }
    env.extend(request.env.0.iter().map(|(name, value)| {
        let value = if value.is_null() { String::new() } else { value.to_string() };
        (name.to_string(), Some(value))
    }));
    if let Some(first) = &request.prepend_path {
        let given = env.iter().rev().find(|(name, _)| name == "PATH").and_then(|(_, path)| path.clone());
        let path = given.or_else(|| std::env::var("PATH").ok()).unwrap_or_default();
        env.push(("PATH".into(), Some(format!("{first}:{path}"))));
    }
    env
}

fn mask(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text.trim_start_matches("0o"), 8) {
        Ok(0) => Err("Zero umask is not allowed.".into()),
        Ok(mask) if mask <= 0o777 => Ok(mask),
        _ => Err(format!("Invalid umask: '{text}': write octal digits such as '022'")),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("Error: timeout {text} must be a number"))
}

/// Reads the output and says whether it is a success.
fn judge(request: &Request, output: Output) -> Result<Ran, String> {
    let keep = request.rstrip.is_some_and(|rstrip| !rstrip.0);
    let text = |bytes: &[u8], stripped: String| {
        if keep { String::from_utf8_lossy(bytes).into_owned() } else { stripped }
    };
    let mut ran = Ran {
        pid: output.pid,
        retcode: output.status.into(),
        stdout: text(&output.stdout, output.stdout_text()),
        stderr: text(&output.stderr, output.stderr_text()),
        cache_error: false,
        background: request.bg.0,
    };
    let fine = parts(&request.success_retcodes)
        .map(|code| code.parse().map_err(|_| "success_retcodes must be a list of integers".to_owned()))
        .collect::<Result<Vec<i64>, _>>()?
        .contains(&ran.retcode)
        || parts(&request.success_stdout).any(|text| ran.stdout.contains(text))
        || parts(&request.success_stderr).any(|text| ran.stderr.contains(text));
    if fine {
        ran.retcode = 0;
    }
    Ok(ran)
}

/// The items of a list that may also be written as text with commas.
fn parts(list: &Many<Text>) -> impl Iterator<Item = &str> {
    list.0.iter().flat_map(|text| text.split(',')).map(str::trim)
}
