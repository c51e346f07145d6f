//! Filters that write and read YAML, JSON and Python.

use common::value::Value as Plain;
use minijinja::{Error, ErrorKind, State, Value};

use super::Filter;
use super::json::Format;
use crate::diagnostic::Place;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::convert::{from_template, to_template};
use crate::language::jinja::errors::Sentence;
use crate::language::jinja::print;
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
        let format = Format {
            sort_keys: arguments.flag(1, "sort_keys", true),
            ascii: false,
            indent: indent(arguments, 2)?,
        };
        Ok(format.write(&from_template(&arguments.required(0, "value")?)?).into())
    }),
    ("load_json", load_json),
    ("load_text", |_, arguments| Ok(arguments.text(0, "value")?.into())),
    ("load_yaml", load_yaml),
    ("python", |_, arguments| Ok(print::repr(&arguments.required(0, "value")?).into())),
    ("tojson", |_, arguments| {
        let format = Format {
            sort_keys: arguments.flag(2, "sort_keys", false),
            ascii: arguments.flag(3, "ensure_ascii", true),
            indent: indent(arguments, 1)?,
        };
        let text = format.write(&from_template(&arguments.required(0, "val")?)?);
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

fn indent(arguments: &Arguments<'_>, position: usize) -> Result<Option<usize>, Error> {
    let indent = arguments.optional_int(position, "indent")?;
    Ok(indent.map(|indent| usize::try_from(indent).unwrap_or(0).min(100)))
}

fn dump(arguments: &Arguments<'_>, value: &Plain, flow: bool) -> Result<Value, Error> {
    let layout = if flow { Layout::Flow } else { Layout::Block };
    yaml::dump(value, layout).map(Value::from).map_err(|error| arguments.error(error))
}

/// Reads YAML. The second argument names the file it came from, for errors.
fn load_yaml(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "value")?;
    let nowhere = Place { file: "".into(), line: 0, column: 0 };
    match yaml::load(&text, &|_| nowhere.clone()) {
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
    match serde_json::from_str::<serde_json::Value>(&arguments.text(0, "value")?) {
        Ok(json) => Ok(to_template(&Plain::from(json))),
        Err(error) => {
            let text = arguments.text(0, "value")?;
            Err(unreadable(
                arguments,
                "JSON",
                &error,
                format!("Jinja syntax error: Unable to load json from {text}"),
            ))
        }
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
            let message =
                format!("yaml_encode() only works with YAML scalar data; failed for {}", other.type_name());
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
