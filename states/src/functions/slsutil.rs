//! `slsutil.*`: helpers for SLS files.

use std::sync::Arc;

use common::value::{Map, Value, get};

use super::lookup::{merge, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::language::{Layout, Source, from_plain_yaml, render_or, to_ascii_yaml, to_json};
use crate::scope::aloof;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "slsutil.boolstr",
        doc: "One text for a true value and another for a false one.\n\nvalue: what is tested\ntrue: 'true'\nfalse: 'false'",
        parameters: &["value", "true", "false"],
        run: |_, arguments| {
            let truth = arguments.get(0, "value").is_some_and(Value::is_true);
            let (position, name) = if truth { (1, "true") } else { (2, "false") };
            Ok(arguments.get(position, name).cloned().unwrap_or_else(|| name.into()))
        },
    },
    Function {
        name: "slsutil.deserialize",
        doc: "Reads a text.\n\nserializer: json or yaml\nstream_or_string: the text",
        parameters: &["serializer", "stream_or_string"],
        run: deserialize,
    },
    Function {
        name: "slsutil.dir_exists",
        doc: "Whether the state tree has a folder.\n\npath: its path in the tree\nsaltenv: base",
        parameters: &["path", "saltenv"],
        run: |context, arguments| {
            let path = required(arguments, 0, "path", "slsutil.dir_exists")?;
            let saltenv = saltenv(arguments, 1);
            has_folder(context, &saltenv, &path, "slsutil.dir_exists").map(Value::Bool)
        },
    },
    Function {
        name: "slsutil.file_exists",
        doc: "Whether the state tree has a file.\n\npath: its path in the tree\nsaltenv: base",
        parameters: &["path", "saltenv"],
        run: |context, arguments| {
            let path = required(arguments, 0, "path", "slsutil.file_exists")?;
            has_file(context, &saltenv(arguments, 1), &path, "slsutil.file_exists").map(Value::Bool)
        },
    },
    Function {
        name: "slsutil.findup",
        doc: "The nearest of some files, from a folder of the state tree upwards.\n\nstartpath: the folder\nfilenames: a name or a list of them\nsaltenv: base",
        parameters: &["startpath", "filenames", "saltenv"],
        run: findup,
    },
    Function {
        name: "slsutil.merge",
        doc: "Merges two maps into a new one.\n\nobj_a, obj_b: the maps\nstrategy: smart, recurse, list, overwrite or none\nrenderer: yaml\nmerge_lists: False",
        parameters: &["obj_a", "obj_b", "strategy", "renderer", "merge_lists"],
        run: |_, arguments| {
            let (first, second) = (map(arguments, 0, "obj_a")?, map(arguments, 1, "obj_b")?);
            Ok(merged(first, &second, arguments, 2)?.into())
        },
    },
    Function {
        name: "slsutil.merge_all",
        doc: "Merges a list of maps into a new one.\n\nlst: the maps\nstrategy, renderer, merge_lists: as for slsutil.merge",
        parameters: &["lst", "strategy", "renderer", "merge_lists"],
        run: |_, arguments| {
            let list = arguments.get(0, "lst").and_then(Value::as_list).unwrap_or_default();
            let merged = list.iter().try_fold(Map::new(), |whole, map| match map.as_map() {
                Some(map) => merged(whole, map, arguments, 1),
                None => Err(wrong("slsutil.merge_all", super::defaults::NO_MAPS)),
            });
            merged.map(Value::from)
        },
    },
    Function {
        name: "slsutil.path_exists",
        doc: "Whether the state tree has a file or folder.\n\npath: its path in the tree\nsaltenv: base",
        parameters: &["path", "saltenv"],
        run: |context, arguments| {
            let path = required(arguments, 0, "path", "slsutil.path_exists")?;
            exists(context, &saltenv(arguments, 1), &path, "slsutil.path_exists").map(Value::Bool)
        },
    },
    Function {
        name: "slsutil.renderer",
        doc: "Renders a file of the tree, or a text, and returns its data.\n\npath: salt://…\nstring: the text\ndefault_renderer: jinja|yaml\nsaltenv: base\nanything else: names that the template sees",
        parameters: &["path", "string", "default_renderer", "kwargs"],
        run: renderer,
    },
    Function {
        name: "slsutil.serialize",
        doc: "Writes a value as text.\n\nserializer: json or yaml\nobj: the value\ndefault_flow_style: True; for yaml",
        parameters: &["serializer", "obj", "kwargs"],
        run: serialize,
    },
    Function {
        name: "slsutil.update",
        doc: "Updates a map with another. In a template, the first is changed in place.\n\ndest, upd: the maps\nrecursive_update: True\nmerge_lists: False",
        parameters: &["dest", "upd", "recursive_update", "merge_lists"],
        run: |_, arguments| {
            let (mut dest, update) = (map(arguments, 0, "dest")?, map(arguments, 1, "upd")?);
            if arguments.get(2, "recursive_update").is_none_or(Value::is_true) {
                merge(&mut dest, &update, arguments.get(3, "merge_lists").is_some_and(Value::is_true));
            } else {
                dest.extend(update);
            }
            Ok(dest.into())
        },
    },
];

fn wrong(function: &str, reason: impl Into<String>) -> FunctionError {
    FunctionError::Arguments { name: function.into(), reason: reason.into() }
}

fn failed(function: &str, reason: impl ToString) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason: reason.to_string() }
}

fn map(arguments: &Arguments, position: usize, name: &str) -> Result<Map, FunctionError> {
    let value = arguments.get(position, name);
    match value {
        Some(Value::Map(map)) => Ok(map.clone()),
        // What Salt says, too.
        _ => Err(wrong(&format!("slsutil: {name} must be a map"), super::defaults::NO_MAPS)),
    }
}

fn saltenv(arguments: &Arguments, position: usize) -> String {
    arguments.get(position, "saltenv").and_then(Value::as_str).unwrap_or("base").into()
}

/// Merges by the strategy at `from` in the arguments.
fn merged(first: Map, second: &Map, arguments: &Arguments, from: usize) -> Result<Map, FunctionError> {
    let strategy = arguments.get(from, "strategy").and_then(Value::as_str).unwrap_or("smart");
    let lists = arguments.get(from + 2, "merge_lists").is_some_and(Value::is_true);
    match strategy {
        "list" => Ok(first
            .into_iter()
            .map(|(key, value)| match second.get(&key) {
                Some(other) => (key, Value::List(vec![value, other.clone()])),
                None => (key, value),
            })
            .collect()),
        "aggregate" => Err(failed(
            "slsutil.merge",
            "the strategy 'aggregate' is not built here: it is for the renderer yamlex; use 'recurse' with merge_lists",
        )),
        strategy => {
            let mut whole = first;
            if strategy == "overwrite" {
                for (key, value) in second {
                    if let Some(old) = whole.get_mut(key) {
                        *old = value.clone();
                    }
                }
            }
            merge(&mut whole, second, lists && strategy != "none");
            Ok(whole)
        }
    }
}

fn serialize(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let value = arguments.get(1, "obj").cloned().unwrap_or_default();
    match &*required(arguments, 0, "serializer", "slsutil.serialize")? {
        "json" => {
            let option = |name: &str| get(&arguments.keyword, name).filter(|value| !value.is_null());
            let indent =
                option("indent").and_then(Value::as_int).and_then(|width| usize::try_from(width).ok());
            Ok(to_json(&value, option("sort_keys").is_some_and(Value::is_true), indent).into())
        }
        "yaml" => {
            let style = get(&arguments.keyword, "default_flow_style").filter(|style| !style.is_null());
            let text = match style {
                Some(style) if style.is_true() => yaml(&value, Layout::Flow),
                Some(_) => yaml(&value, Layout::Block),
                None => {
                    let mut lines = Vec::new();
                    mixed(&value, 0, &mut lines).map(|()| lines.join("\n"))
                }
            };
            text.map(Value::from).map_err(|error| failed("slsutil.serialize", error))
        }
        other => Err(failed("slsutil.serialize", format!("Serializer '{other}' not found."))),
    }
}

fn yaml(value: &Value, layout: Layout) -> Result<String, String> {
    to_ascii_yaml(value, layout).map_err(|error| error.to_string())
}

/// YAML's usual layout: what holds nothing but scalars on one line, everything else in lines; keys in order.
fn mixed(value: &Value, indent: usize, lines: &mut Vec<String>) -> Result<(), String> {
    let nests = |value: &Value| {
        matches!(value, Value::Map(map) if !map.is_empty())
            || matches!(value, Value::List(list) if !list.is_empty())
    };
    let inner: Vec<(String, &Value)> = match value {
        Value::Map(map) if map.values().any(|value| matches!(value, Value::Map(_) | Value::List(_))) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| key.to_string());
            let pair = |(key, value)| Ok((format!("{}:", yaml(key, Layout::Flow)?), value));
            pairs.into_iter().map(pair).collect::<Result<_, String>>()?
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            items.iter().map(|item| ("-".to_owned(), item)).collect()
        }
        simple => {
            lines.push(format!("{}{}", " ".repeat(indent), yaml(simple, Layout::Flow)?));
            return Ok(());
        }
    };
    for (head, value) in inner {
        let mut below = Vec::new();
        mixed(value, 0, &mut below)?;
        let blanks = " ".repeat(indent);
        // A list stands as far left as the key it belongs to.
        let (deeper, joins) = match (&*head, value) {
            ("-", _) => (2, true),
            (_, Value::List(_)) => (0, false),
            _ => (2, false),
        };
        let one_line = below.len() == 1
            && !(nests(value) && matches!(value, Value::Map(map) if map.values().any(nests)));
        let mut rest = below.into_iter();
        match (one_line || joins, rest.next()) {
            (true, Some(first)) => lines.push(format!("{blanks}{head} {first}")),
            (false, Some(first)) => {
                lines.push(format!("{blanks}{head}"));
                lines.push(format!("{blanks}{}{first}", " ".repeat(deeper)));
            }
            (_, None) => lines.push(format!("{blanks}{head}")),
        }
        lines.extend(rest.map(|line| format!("{blanks}{}{line}", " ".repeat(deeper))));
    }
    Ok(())
}

fn deserialize(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "slsutil.deserialize";
    let text = required(arguments, 1, "stream_or_string", function)?;
    match &*required(arguments, 0, "serializer", function)? {
        "json" => match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(json) => Ok(json.into()),
            Err(error) => Err(wrong(function, error.to_string())),
        },
        "yaml" => from_plain_yaml(&text).map_err(|error| failed(function, error)),
        other => Err(failed(function, format!("Serializer '{other}' not found."))),
    }
}

fn renderer(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "slsutil.renderer";
    let given = |position, name| {
        arguments.get(position, name).and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    let saltenv = saltenv(arguments, usize::MAX);
    let (path, text): (&str, Arc<str>) = match (given(0, "path"), given(1, "string")) {
        (Some(_), Some(_)) => return Err(failed(function, "Must not pass both path and string.")),
        (None, None) => return Err(failed(function, "Must pass path or string.")),
        (None, Some(text)) => (":string:", text.into()),
        (Some(path), None) => {
            let path = path.strip_prefix("salt://").unwrap_or(path);
            match context.files.read(&saltenv, path).map_err(|error| failed(function, error))? {
                Some(content) => (path, String::from_utf8_lossy(&content).into()),
                None => {
                    return Err(failed(
                        function,
                        format!("salt://{path} is not in the environment {saltenv}"),
                    ));
                }
            }
        }
    };
    let source = Source { path: path.into(), saltenv: saltenv.into(), sls: "".into(), text };
    let mut names = arguments.keyword.clone();
    for own in ["path", "string", "default_renderer", "saltenv"] {
        names.shift_remove(&Value::from(own));
    }
    let default = given(2, "default_renderer").unwrap_or("jinja|yaml");
    render_or(context, &source, &names, default)
        .map(|node| node.to_value())
        .map_err(|error| failed(function, error))
}

fn has_file(context: &Context, saltenv: &str, path: &str, function: &str) -> Result<bool, FunctionError> {
    let found = context.files.lookup(saltenv, path).map_err(|error| failed(function, error))?;
    Ok(found.is_some())
}

fn has_folder(context: &Context, saltenv: &str, path: &str, function: &str) -> Result<bool, FunctionError> {
    let files = context.files.list(saltenv).map_err(|error| failed(function, error))?;
    let inside = |file: &str| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    let found = files.iter().find(|file| inside(&file.path));
    if let (Some(file), Some(aloof)) = (found, aloof::mark(context)) {
        aloof.listed(saltenv, std::iter::once(&*file.path));
    }
    Ok(found.is_some())
}

fn exists(context: &Context, saltenv: &str, path: &str, function: &str) -> Result<bool, FunctionError> {
    Ok(has_file(context, saltenv, path, function)? || has_folder(context, saltenv, path, function)?)
}

fn findup(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "slsutil.findup";
    let saltenv = saltenv(arguments, 2);
    let start =
        arguments.get(0, "startpath").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/');
    let names: Vec<&str> = match arguments.get(1, "filenames") {
        Some(Value::String(name)) => vec![name],
        Some(Value::List(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Err(failed(function, "Filenames argument must be a string or list of strings")),
    };
    if !start.is_empty() && !exists(context, &saltenv, start, function)? {
        return Err(failed(function, format!("Starting path not found in the state tree: {start}")));
    }
    let mut folder = Some(start);
    while let Some(at) = folder {
        for name in &names {
            let path = if at.is_empty() { (*name).to_owned() } else { format!("{at}/{name}") };
            if exists(context, &saltenv, &path, function)? {
                return Ok(path.into());
            }
        }
        folder = (!at.is_empty()).then(|| at.rsplit_once('/').map_or("", |(above, _)| above));
    }
    Err(failed(function, "File pattern(s) not found in path ancestry"))
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::*;
    use crate::testing::{Book, Tree, context, output};

    fn run(name: &str, positional: Vec<Value>) -> Result<Value, FunctionError> {
        let tree = Tree::new(&[("web/data.sls", "a: {{ 1 + 1 }}\n"), ("top.txt", "x")]);
        let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        call(&context, name, &Arguments { positional, keyword: Map::new() })
    }

    fn read(text: &str) -> Value {
        from_plain_yaml(text).unwrap()
    }

    #[test]
    fn merges_maps() {
        let (first, second) = (read("{a: {b: 1, l: [1]}, c: 2}"), read("{a: {b: 3, l: [2]}}"));
        let both = || vec![first.clone(), second.clone()];
        assert_eq!(run("slsutil.merge", both()).unwrap(), read("{a: {b: 3, l: [2]}, c: 2}"));
        let mut listed = both();
        listed.push("list".into());
        assert_eq!(
            run("slsutil.merge", listed).unwrap(),
            read("{a: [{b: 1, l: [1]}, {b: 3, l: [2]}], c: 2}")
        );
        assert!(run("slsutil.update", vec![first, Value::Int(1)]).is_err());
    }

    #[test]
    fn renders_files_and_texts() {
        assert_eq!(run("slsutil.renderer", vec!["salt://web/data.sls".into()]).unwrap(), read("{a: 2}"));
        let text = vec![Value::Null, "{{ 1 }}x".into(), "jinja".into()];
        assert_eq!(run("slsutil.renderer", text).unwrap(), "1x".into());
        assert!(run("slsutil.renderer", vec!["salt://none".into()]).is_err());
        assert!(run("slsutil.renderer", vec![]).is_err());
    }

    #[test]
    fn finds_files_upwards() {
        assert_eq!(run("slsutil.findup", vec!["web".into(), "top.txt".into()]).unwrap(), "top.txt".into());
        assert_eq!(
            run("slsutil.findup", vec!["web".into(), "data.sls".into()]).unwrap(),
            "web/data.sls".into()
        );
        assert!(run("slsutil.findup", vec!["web".into(), "none".into()]).is_err());
        assert_eq!(run("slsutil.dir_exists", vec!["web".into()]).unwrap(), true.into());
    }
}
