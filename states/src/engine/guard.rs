//! What stands before a state (`onlyif`, `unless`, `creates`) and what judges it afterwards (`check_cmd`).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::value::{Map, Value, get};

use super::slot;
use crate::context::Context;
use crate::functions::{self, Arguments, FunctionError};

/// Why a state is not run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stopped {
    /// What each guard said, a line for each.
    pub(super) comment: String,
}

/// Asks the guards of a state; any of them can stop it, and all of them are asked.
///
/// # Errors
/// When an execution function that a guard names cannot be called, or a list of conditions is empty.
pub(super) fn ask(
    context: &Arc<Context>,
    module: &str,
    state: &Map,
) -> Result<Option<Stopped>, FunctionError> {
    let options = command_options(context, module, state);
    let mut said = Vec::new();
    for name in ["onlyif", "unless"] {
        // Salt stumbles over it, and the state fails.
        if get(state, name).and_then(Value::as_list).is_some_and(<[_]>::is_empty) {
            return Err(FunctionError::Failed {
                name: name.into(),
                reason: "the list of conditions is empty".into(),
            });
        }
    }
    if let Some(entries) = get(state, "onlyif") {
        said.push(only_if(entries, |entry| answer(context, entry, &options, 100))?);
    }
    if let Some(entries) = get(state, "unless") {
        said.push(unless(entries, |entry| answer(context, entry, &options, 0))?);
    }
    if let Some(paths) = get(state, "creates") {
        said.push(creates(paths)?);
    }
    let stops = said.iter().any(|said| said.stops);
    let comment = said.into_iter().filter_map(|said| said.comment).collect::<Vec<_>>().join("\n");
    Ok(stops.then_some(Stopped { comment }))
}

/// Judges a state by its `check_cmd`: whether every command succeeds.
///
/// # Errors
/// When a command cannot be started, or what stands there is no command.
pub(super) fn check(context: &Arc<Context>, commands: &Value) -> Result<bool, FunctionError> {
    let shell = get(&context.grains, "shell").map(|shell| ("shell".into(), shell.clone()));
    let options: Map = shell.into_iter().collect();
    let commands: Vec<&Value> = match commands {
        Value::String(_) => vec![commands],
        Value::List(items) => items.iter().collect(),
        // To Salt a map is its keys.
        Value::Map(map) => map.keys().collect(),
        other => return Err(no_command("check_cmd", other)),
    };
    for command in &commands {
        if is_blank(command) {
            return Err(no_command("check_cmd", command));
        }
        if status(context, command, &options)? != 0 {
            return Ok(false);
        }
    }
    Ok(!commands.is_empty())
}

/// An empty text, which Salt does not survive as a command.
fn is_blank(command: &Value) -> bool {
    command.as_str() == Some("")
}

fn no_command(name: &str, found: &Value) -> FunctionError {
    let reason = match is_blank(found) {
        true => "a command is empty".into(),
        false => format!("{} is no command", found.repr()),
    };
    FunctionError::Failed { name: name.into(), reason }
}

/// What one guard says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    stops: bool,
    comment: Option<String>,
}

impl Said {
    fn stop(comment: impl Into<String>) -> Self {
        Self { stops: true, comment: Some(comment.into()) }
    }

    fn go(comment: impl Into<String>) -> Self {
        Self { stops: false, comment: Some(comment.into()) }
    }
}

/// What one entry of a guard came to.
enum Answer {
    /// A command succeeded, or a function returned something true.
    Yes,
    No,
    /// A map that names no function.
    NoFunction(String),
    /// Neither a command nor a map.
    BadType,
}

/// Runs the state only if every entry says yes.
fn only_if<E>(value: &Value, mut answer: impl FnMut(&Value) -> Result<Answer, E>) -> Result<Said, E> {
    let mut said = Said::default();
    for entry in entries(value) {
        said = match answer(entry)? {
            Answer::Yes => Said::go("onlyif condition is true"),
            Answer::No => return Ok(Said::stop("onlyif condition is false")),
            Answer::NoFunction(entry) => {
                return Ok(Said::go(format!("no `fun` argument in onlyif: {entry}")));
            }
            Answer::BadType => return Ok(Said::go("onlyif execution failed, bad type passed")),
        };
    }
    Ok(said)
}

/// Runs the state unless every entry says yes.
fn unless<E>(value: &Value, mut answer: impl FnMut(&Value) -> Result<Answer, E>) -> Result<Said, E> {
    let mut said = Said::default();
    for entry in entries(value) {
        said = match answer(entry)? {
            Answer::Yes => Said::stop("unless condition is true"),
            Answer::No => return Ok(Said::go("unless condition is false")),
            Answer::NoFunction(entry) => {
                let comment = Some(format!("no `fun` argument in unless: {entry}"));
                return Ok(Said { comment, ..said });
            }
            Answer::BadType => Said::go("unless condition is false, bad type passed"),
        };
    }
    Ok(said)
}

/// Stops the state when everything it would create is there.
fn creates(value: &Value) -> Result<Said, FunctionError> {
    Ok(match value {
        Value::String(path) if Path::new(path.as_ref()).exists() => Said::stop(format!("{path} exists")),
        Value::List(paths) => {
            let mut all = true;
            for path in paths {
                all &= match path {
                    Value::String(text) => Path::new(text.as_ref()).exists(),
                    // A number is an open file to Python; here it is none that exists.
                    Value::Int(_) | Value::Bool(_) => false,
                    other => {
                        let reason = format!("{} is no path", other.repr());
                        return Err(FunctionError::Failed { name: "creates".into(), reason });
                    }
                };
            }
            if all { Said::stop("All files in creates exist") } else { Said::go("Creates files not found") }
        }
        _ => Said::go("Creates files not found"),
    })
}

/// Asks one entry. A command that cannot be started counts as one that ended with `unstartable`, which is what keeps the
/// state from running.
fn answer(
    context: &Arc<Context>,
    entry: &Value,
    options: &Map,
    unstartable: i64,
) -> Result<Answer, FunctionError> {
    let yes = match entry {
        Value::String(text) if text.is_empty() => return Err(no_command("a guard", entry)),
        Value::String(_) => status(context, entry, options).unwrap_or(unstartable) == 0,
        Value::Map(entry) => {
            let Some(name) = get(entry, "fun") else {
                return Ok(Answer::NoFunction(Value::Map(entry.clone()).to_string()));
            };
            function(context, &name.to_string(), entry)?
        }
        _ => return Ok(Answer::BadType),
    };
    Ok(if yes { Answer::Yes } else { Answer::No })
}

/// Calls the execution function of an entry such as `{fun: file.file_exists, args: [/x], get_return: a:b}`.
fn function(context: &Arc<Context>, name: &str, entry: &Map) -> Result<bool, FunctionError> {
    let mut arguments = Arguments::default();
    let mut path = None;
    for (key, value) in entry {
        match key.as_str() {
            Some("fun") => {}
            // An empty text or map has no items to Python either.
            Some("args") if !value.is_true() && !matches!(value, Value::Null | Value::Bool(_)) => {}
            Some("args") => arguments.positional = entries(value).to_vec(),
            Some("get_return") => path = value.as_str(),
            _ => {
                arguments.keyword.insert(key.clone(), value.clone());
            }
        }
    }
    for value in arguments.positional.iter_mut().chain(arguments.keyword.values_mut()) {
        slot::fill(context, value)?;
    }
    // A function that runs a command is judged by how the command ended, not by what it printed.
    context.run.retcode.store(0, Ordering::Relaxed);
    let value = functions::call(context, name, &arguments)?;
    let value = match path {
        Some(path) => value.traverse(path, common::value::DEFAULT_DELIMITER).cloned().unwrap_or_default(),
        None => value,
    };
    Ok(context.run.retcode.load(Ordering::Relaxed) == 0 && value.is_true())
}

/// How a command ends that is given to a shell.
fn status(context: &Arc<Context>, command: &Value, options: &Map) -> Result<i64, FunctionError> {
    let mut keyword = options.clone();
    keyword.insert("python_shell".into(), true.into());
    keyword.insert("ignore_retcode".into(), true.into());
    let arguments = Arguments { positional: vec![command.to_string().into()], keyword };
    let status = functions::call(context, "cmd.retcode", &arguments)?;
    Ok(status.as_int().unwrap_or(1))
}

/// The arguments of a state with which the commands of its guards are run too. `umask` is for the function alone.
const COMMAND_OPTIONS: [&str; 8] =
    ["cwd", "root", "runas", "env", "prepend_path", "timeout", "success_retcodes", "shell"];

fn command_options(context: &Context, module: &str, state: &Map) -> Map {
    let excluded = get(state, "cmd_opts_exclude").map_or(&[][..], entries);
    let wanted = |name: &str| !excluded.iter().any(|excluded| excluded.as_str() == Some(name));
    let mut options = Map::new();
    for name in COMMAND_OPTIONS.into_iter().filter(|name| wanted(name)) {
        if let Some(value) = get(state, name).filter(|value| !value.is_null()) {
            options.insert(name.into(), value.clone());
        }
    }
    if module == "cmd" {
        // `user` and `group` of a command are those of its guards.
        for (name, option) in [("user", "runas"), ("group", "group")] {
            if let Some(value) = get(state, name).filter(|_| wanted(option)) {
                options.entry(option.into()).or_insert_with(|| value.clone());
            }
        }
    }
    if let Some(shell) = get(&context.grains, "shell") {
        options.entry("shell".into()).or_insert_with(|| shell.clone());
    }
    options
}

/// The items of a list; a thing that is no list is its only item.
fn entries(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        item => std::slice::from_ref(item),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use common::value::map;

    use super::*;
    use crate::testing::{Book, Tree, context, output};

    fn list(words: &[&str]) -> Value {
        Value::List(words.iter().map(|word| Value::from(*word)).collect())
    }

    fn by_word(entry: &Value) -> Result<Answer, Infallible> {
        Ok(match entry.as_str() {
            Some("yes") => Answer::Yes,
            Some("no") => Answer::No,
            Some(other) => Answer::NoFunction(other.into()),
            None => Answer::BadType,
        })
    }

    #[test]
    fn only_if_needs_every_yes_and_unless_needs_one_no() {
        let table = [
            (list(&["yes", "yes"]), false, true),
            (list(&["yes", "no"]), true, false),
            (list(&["no", "yes"]), true, false),
            (list(&["no"]), true, false),
            (Value::Bool(true), false, false),
            (Value::Null, false, false),
            (list(&[]), false, false),
            (list(&["{}"]), false, false),
        ];
        for (entries, only_if_stops, unless_stops) in table {
            assert_eq!(only_if(&entries, by_word).unwrap().stops, only_if_stops, "onlyif {entries}");
            assert_eq!(unless(&entries, by_word).unwrap().stops, unless_stops, "unless {entries}");
        }
    }

    #[test]
    fn all_guards_are_asked_and_say_a_line_each() {
        let book = Arc::new(Book::new(|line| output(i32::from(line == "false"), "")));
        let context = context(Tree::new(&[]), book.clone(), Map::new(), true);
        let state = map([
            ("onlyif", "true".into()),
            ("unless", list(&["true", "true"])),
            ("creates", "/nowhere/at/all".into()),
        ]);
        let stopped = ask(&context, "cmd", &state).unwrap().unwrap();
        assert_eq!(
            stopped.comment,
            "onlyif condition is true\nunless condition is true\nCreates files not found"
        );
        let state = map([("unless", list(&["false", "true"]))]);
        assert_eq!(ask(&context, "cmd", &state).unwrap(), None);
        assert_eq!(*book.lines.lock().unwrap(), ["true", "true", "true", "false"]);
    }

    #[test]
    fn entries_can_call_functions() {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), true);
        let fun = |name: &str| map([("fun", name.into())]);
        let state = |entry: Map| map([("onlyif", vec![Value::from(entry)].into())]);
        assert_eq!(ask(&context, "test", &state(fun("test.true"))).unwrap(), None);
        assert!(ask(&context, "test", &state(fun("test.false"))).unwrap().is_some());
        let echo = |text: &str| {
            let mut entry = fun("test.arg");
            entry.insert("args".into(), list(&[text]));
            entry.insert("get_return".into(), "args:0".into());
            entry
        };
        assert_eq!(ask(&context, "test", &state(echo("text"))).unwrap(), None);
        assert!(ask(&context, "test", &state(echo(""))).unwrap().is_some());
        assert!(ask(&context, "test", &state(fun("no.such"))).is_err());
    }

    #[test]
    fn creates_stops_when_all_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(creates(&path.into()).unwrap(), Said::stop(format!("{path} exists")));
        assert!(creates(&list(&[path, "/"])).unwrap().stops);
        assert!(!creates(&list(&[path, "/nowhere/at/all"])).unwrap().stops);
        assert!(creates(&Value::List(vec![path.into(), Value::Null])).is_err());
    }

    #[test]
    fn check_cmd_needs_every_success() {
        let book = Book::new(|line| output(i32::from(line == "false"), ""));
        let context = context(Tree::new(&[]), Arc::new(book), Map::new(), false);
        assert!(check(&context, &"true".into()).unwrap());
        assert!(check(&context, &list(&["true", "true"])).unwrap());
        assert!(!check(&context, &list(&["true", "false"])).unwrap());
        for wrong in [Value::Null, Value::Int(5), true.into(), "".into()] {
            assert!(check(&context, &wrong).is_err(), "{wrong}");
        }
    }
}
