//! Filters that write and read YAML, JSON and Python.

use std::sync::Arc;

use common::value::Value as Plain;
use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

use super::Filter;
use super::json::Format;
use crate::diagnostic::Place;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::convert::{from_template, to_template};
use crate::language::jinja::errors::Sentence;
use crate::language::jinja::functions::context_of;
use crate::language::jinja::print;
use crate::language::jinja::run::{defined, order};
use crate::language::jinja::values::{DEPTH_LIMIT, items_of, pairs_of};
use crate::language::origin::text_key;
use crate::language::yaml::{self, Layout};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("dict_to_sls_yaml_params", |_, arguments| {
        let Plain::Map(map) = from_template(&arguments.required(0, "value")?)? else {
            return Err(arguments.error("works on a dict"));
        };
        let items = map.into_iter().map(|pair| Plain::Map([pair].into_iter().collect())).collect();
        dump(arguments, &Plain::List(items), arguments.flag(1, "flow_style", false))
    }),
    ("json", |_, arguments| {
        let value = arguments.required(0, "value")?;
        let sort_keys = arguments.flag(1, "sort_keys", true);
        writable(arguments, &value, sort_keys, 0)?;
        let format = Format { sort_keys, indent: indent(arguments, 2)?, ..Format::default() };
        Ok(format.write(&from_template(&value)?).trim().into())
    }),
    ("load_json", load_json),
    ("load_text", |_, arguments| {
        let value = arguments.required(0, "value")?;
        defined(&value)?;
        Ok(value)
    }),
    ("load_yaml", load_yaml),
    ("tojson", |_, arguments| {
        let value = arguments.required(0, "val")?;
        let option = |name: &str, default| arguments.flag(usize::MAX, name, default);
        let (sort_keys, ascii) = (option("sort_keys", false), option("ensure_ascii", true));
        writable(arguments, &value, sort_keys, 0)?;
        let separators = arguments.optional(usize::MAX, "separators").filter(|pair| !pair.is_none());
        let separators = separators.map(|pair| items_of(&pair)).transpose()?;
        let separators = match separators.as_deref() {
            Some([comma, colon]) => Some([print::text(comma), print::text(colon)]),
            _ => None,
        };
        let format = Format { sort_keys, ascii, indent: indent(arguments, 1)?, separators };
        let text = format.write(&from_template(&value)?);
        let safe = text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        Ok(safe.replace('\'', "\\u0027").into())
    }),
    ("yaml", |_, arguments| {
        let value = from_template(&arguments.required(0, "value")?)?;
        dump(arguments, &value, arguments.flag(1, "flow_style", true))
    }),
    ("yaml_dquote", |_, arguments| {
        Ok(print::double_quoted(&print::text(&arguments.required(0, "text")?)).into())
    }),
    ("yaml_encode", yaml_encode),
    ("yaml_squote", |_, arguments| Ok(single_quoted(&print::text(&arguments.required(0, "text")?)).into())),
];

fn indent(arguments: &Arguments<'_>, position: usize) -> Result<Option<String>, Error> {
    match arguments.optional(position, "indent") {
        Some(text) if text.as_str().is_some() => Ok(Some(print::text(&text).chars().take(100).collect())),
        _ => {
            let width = arguments.optional_int(position, "indent")?;
            Ok(width.map(|width| " ".repeat(usize::try_from(width).unwrap_or(0).min(100))))
        }
    }
}

/// Refuses what JSON cannot hold, and keys that cannot be put in order.
fn writable(arguments: &Arguments<'_>, value: &Value, sorts: bool, depth: usize) -> Result<(), Error> {
    if depth > DEPTH_LIMIT {
        return Err(arguments.error("maximum recursion depth exceeded"));
    }
    if let Some(pairs) = pairs_of(value) {
        if sorts {
            for pair in pairs.windows(2) {
                order("<", &pair[1].0, &pair[0].0)?;
            }
        }
        return pairs.iter().try_for_each(|(_, value)| writable(arguments, value, sorts, depth + 1));
    }
    defined(value)?;
    match value.kind() {
        ValueKind::Seq if !print::is_range(value) => {
            items_of(value)?.iter().try_for_each(|item| writable(arguments, item, sorts, depth + 1))
        }
        ValueKind::String | ValueKind::Number | ValueKind::Bool | ValueKind::None => Ok(()),
        _ => {
            let kind = print::type_name(value);
            Err(arguments.error(format!("Object of type {kind} is not JSON serializable")))
        }
    }
}

fn dump(arguments: &Arguments<'_>, value: &Plain, flow: bool) -> Result<Value, Error> {
    let layout = if flow { Layout::Flow } else { Layout::Block };
    let text = yaml::dump(value, layout).map_err(|error| arguments.error(error))?;
    // As in Salt, also where the blank is a part of the text that was printed.
    Ok(text.trim().into())
}

/// Reads YAML. The second argument names the file it came from, for errors.
fn load_yaml(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    defined(&value)?;
    if value.as_str().is_none() {
        return Err(arguments.error("a string or stream input is required"));
    }
    let text = arguments.text(0, "value")?;
    let nowhere = Place { file: "".into(), line: 0, column: 0 };
    let read = || yaml::load(&text, &|_| nowhere.clone()).map(Arc::new);
    // Every host of a fleet reads the same defaults.
    let loaded = match context_of(state).and_then(|context| context.run.shared.clone()) {
        Some(shared) => shared.document(text_key(&text), text.len(), read),
        None => read(),
    };
    match loaded {
        Ok(node) => Ok(to_template(&decoded(node.to_value()))),
        Err(fault) => {
            let sentence = format!("Jinja syntax error: Encountered error loading yaml: {}", fault.salt);
            Err(unreadable(arguments, "YAML", &fault, sentence))
        }
    }
}

/// Bytes (`!!binary`) that are text become text, as Salt has it.
fn decoded(value: Plain) -> Plain {
    match value {
        Plain::Bytes(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => text.into(),
            Err(_) => Plain::Bytes(bytes),
        },
        Plain::List(items) => Plain::List(items.into_iter().map(decoded).collect()),
        Plain::Map(map) => {
            Plain::Map(map.into_iter().map(|(key, value)| (decoded(key), decoded(value))).collect())
        }
        other => other,
    }
}

/// Reads JSON, likewise.
fn load_json(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    defined(&value)?;
    let text = print::text(&value);
    if value.as_str().is_none() {
        return Err(arguments.template_error(format!("Unable to load json from {text}")));
    }
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => Ok(to_template(&Plain::from(json))),
        Err(error) => Err(unreadable(
            arguments,
            "JSON",
            &error,
            format!("Jinja syntax error: Unable to load json from {text}"),
        )),
    }
}

fn unreadable(
    arguments: &Arguments<'_>,
    format: &str,
    error: &dyn std::fmt::Display,
    sentence: String,
) -> Error {
    let what = arguments.optional(1, "file").map_or("this text".into(), |file| print::text(&file));
    Error::new(ErrorKind::InvalidOperation, format!("{what} is not valid {format}: {error}"))
        .with_source(Sentence(sentence))
}

/// A scalar as YAML reads it back; text always in double quotes.
fn yaml_encode(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    Ok(match from_template(&arguments.required(0, "data")?)? {
        Plain::Null => "null".into(),
        Plain::Bool(flag) => if flag { "true" } else { "false" }.into(),
        Plain::Float(number) => yaml::float(number).into(),
        Plain::String(text) => print::double_quoted(&text).into(),
        Plain::Int(number) => number.to_string().into(),
        Plain::Bytes(bytes) => yaml::base64(&bytes).into(),
        other => {
            let message = format!(
                "yaml_encode() only works with YAML scalar data; failed for <class '{}'>",
                other.type_name()
            );
            return Err(arguments.error(message));
        }
    })
}

/// YAML's single-quoted scalar: line breaks are doubled, quotes too.
fn single_quoted(text: &str) -> String {
    let mut out = String::from("'");
    let mut breaks = false;
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\n' if !breaks => out.push_str("\n\n"),
            c => out.push(c),
        }
        breaks = c == '\n';
    }
    out.push('\'');
    out
}
