//! Filters that write and read YAML and JSON.

use common::value::Value as Plain;
use minijinja::{Error, ErrorKind, State, Value};

use super::Filter;
use crate::diagnostic::Place;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::convert::{from_template, to_template};
use crate::language::jinja::print;
use crate::language::yaml;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("json", |_, arguments| json(arguments, true)),
    ("load_json", load_json),
    ("load_text", |_, arguments| Ok(arguments.text(0, "value")?.into())),
    ("load_yaml", load_yaml),
    ("tojson", |_, arguments| json(arguments, false)),
];

/// Reads YAML. The second argument names the file it came from, for errors.
fn load_yaml(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "value")?;
    let nowhere = Place { file: "".into(), line: 0, column: 0 };
    match yaml::load(&text, &|_| nowhere.clone()) {
        Ok(node) => Ok(to_template(&node.to_value())),
        Err(fault) => {
            let what = arguments.optional(1, "file").map_or("this text".into(), |file| print::text(&file));
            Err(Error::new(ErrorKind::InvalidOperation, format!("{what} is not valid YAML: {fault}")))
        }
    }
}

/// Reads JSON.
fn load_json(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "value")?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => Ok(to_template(&Plain::from(json))),
        Err(error) => {
            let what = arguments.optional(1, "file").map_or("this text".into(), |file| print::text(&file));
            Err(Error::new(ErrorKind::InvalidOperation, format!("{what} is not valid JSON: {error}")))
        }
    }
}

/// Writes JSON as Python's `json.dumps` does.
fn json(arguments: &Arguments<'_>, sorted: bool) -> Result<Value, Error> {
    let value = from_template(&arguments.required(0, "value")?)?.to_json();
    let sorted = arguments.flag(1, "sort_keys", sorted);
    let _ = sorted;
    Ok(value.to_string().into())
}
