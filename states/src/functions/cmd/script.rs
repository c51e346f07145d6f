//! Scripts of the state tree: fetched, rendered, run from a copy that goes away.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::sync::Arc;

use common::value::{Map, Value};
use nix::unistd::{User, geteuid};
use serde::Deserialize;
use tempfile::TempPath;

use super::super::cp;
use super::{Ran, Request, execute, line};
use crate::context::Context;
use crate::language::render_template;
use crate::modules::arguments::{Flag, Many, Pairs, Text};
use crate::process::words;

/// What `cmd.script` takes, in Salt's order.
pub(super) const PARAMETERS: &[&str] = &[
    "source",
    "args",
    "cwd",
    "stdin",
    "runas",
    "group",
    "shell",
    "python_shell",
    "env",
    "template",
    "umask",
    "output_encoding",
    "output_loglevel",
    "log_callback",
    "hide_output",
    "timeout",
    "reset_system_locale",
    "saltenv",
    "use_vt",
    "bg",
    "password",
    "success_retcodes",
    "success_stdout",
    "success_stderr",
    "context",
    "defaults",
];

/// A script to run, with Salt's names for its parts.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Script {
    /// The script: `salt://path` or an absolute path.
    pub(crate) source: Text,
    /// Its arguments: a line, split into words but not expanded, or a list of words.
    #[serde(default)]
    pub(crate) args: Value,
    #[serde(default)]
    pub(crate) cwd: Option<Text>,
    #[serde(default)]
    pub(crate) stdin: Option<Text>,
    #[serde(default)]
    pub(crate) runas: Option<Text>,
    #[serde(default)]
    pub(crate) group: Option<Text>,
    #[serde(default)]
    pub(crate) shell: Option<Text>,
    #[serde(default)]
    pub(crate) env: Pairs,
    /// `jinja`, if the script is a template.
    #[serde(default)]
    pub(crate) template: Option<Text>,
    /// What the template sees besides.
    #[serde(default)]
    pub(crate) context: Pairs,
    /// What it sees where `context` has no such name.
    #[serde(default)]
    pub(crate) defaults: Pairs,
    #[serde(default)]
    pub(crate) saltenv: Option<Text>,
    #[serde(default)]
    pub(crate) umask: Option<Text>,
    #[serde(default)]
    pub(crate) timeout: Option<Text>,
    #[serde(default)]
    pub(crate) hide_output: Flag,
    #[serde(default)]
    pub(crate) success_retcodes: Many<Text>,
    #[serde(default)]
    pub(crate) success_stdout: Many<Text>,
    #[serde(default)]
    pub(crate) success_stderr: Many<Text>,
}

/// Runs a script. One that is not there is a [`Ran`] with `cache_error`, as in Salt.
///
/// # Errors
/// What keeps it from being run.
pub(crate) fn run_script(context: &Arc<Context>, script: &Script) -> Result<Ran, String> {
    let saltenv = script.saltenv.as_deref().unwrap_or(&context.saltenv);
    let Some(path) = cp::source(context, &script.source, saltenv).map_err(|error| error.to_string())? else {
        return Ok(Ran { retcode: 1, cache_error: true, ..Ran::default() });
    };
    let copy = copy(context, script, &path, saltenv)?;
    let mut all = vec![copy.to_string_lossy().into_owned()];
    all.extend(arguments(&script.args)?);
    let request = Request {
        // Through the shell, which also runs a script that has no first line for the kernel.
        cmd: line(&all).into(),
        python_shell: Flag(true),
        cwd: script.cwd.clone(),
        stdin: script.stdin.clone(),
        runas: script.runas.clone(),
        group: script.group.clone(),
        shell: script.shell.clone(),
        env: script.env.clone(),
        umask: script.umask.clone(),
        timeout: script.timeout.clone(),
        hide_output: script.hide_output,
        success_retcodes: script.success_retcodes.clone(),
        success_stdout: script.success_stdout.clone(),
        success_stderr: script.success_stderr.clone(),
        ..Request::default()
    };
    execute(context, &request, false)
}

fn arguments(given: &Value) -> Result<Vec<String>, String> {
    match given {
        Value::List(words) => Ok(words.iter().map(ToString::to_string).collect()),
        given if !given.is_true() => Ok(Vec::new()),
        given => {
            let text = given.to_string();
            words::split(&text).map_err(|error| format!("cannot split args {text:?} into words: {error}"))
        }
    }
}

/// A copy that its user alone may read and run, in the working directory if one is given, as in Salt.
fn copy(context: &Arc<Context>, script: &Script, path: &Path, saltenv: &str) -> Result<TempPath, String> {
    let failed = |error: std::io::Error| format!("cannot copy script {}: {error}", script.source);
    let content = std::fs::read(path).map_err(failed)?;
    let content = match script.template.as_deref().filter(|template| !template.is_empty()) {
        None => content,
        Some("jinja") => rendered(context, script, &content, saltenv)?.into_bytes(),
        Some(other) => {
            return Err(format!("Specified template format {other} is not supported: use jinja"));
        }
    };
    let suffix = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let mut builder = tempfile::Builder::new();
    builder.suffix(&suffix);
    let mut file = match &script.cwd {
        Some(cwd) if Path::new(&**cwd).is_dir() => builder.tempfile_in(&**cwd),
        Some(cwd) => return Err(format!("Desired working directory \"{cwd}\" is not available")),
        None => builder.tempfile(),
    }
    .map_err(failed)?;
    file.write_all(&content).map_err(failed)?;
    if let Some(user) = script.runas.as_deref().filter(|user| !user.is_empty() && geteuid().is_root()) {
        let found = User::from_name(user).ok().flatten();
        let found = found.ok_or_else(|| format!("User '{user}' is not available"))?;
        chown(file.path(), Some(found.uid.as_raw()), None).map_err(failed)?;
    }
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o500)).map_err(failed)?;
    // Closed: the kernel does not run a file that is open for writing.
    Ok(file.into_temp_path())
}

fn rendered(
    context: &Arc<Context>,
    script: &Script,
    content: &[u8],
    saltenv: &str,
) -> Result<String, String> {
    let text = std::str::from_utf8(content)
        .map_err(|_| format!("{} is a template and not text in UTF-8", script.source))?;
    let mut variables: Map = script.defaults.0.clone();
    variables.extend(script.context.0.iter().map(|(key, value)| (key.clone(), value.clone())));
    variables.insert("source".into(), Value::from(&script.source.0));
    let path = script.source.strip_prefix("salt://").unwrap_or(&script.source);
    render_template(context, saltenv, path, text, &variables).map_err(|error| error.to_string())
}
