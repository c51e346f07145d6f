//! Jinja2's filters that put lists in order or together.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::methods::sort_values;
use crate::language::jinja::print;
use crate::language::jinja::run::{binary, exception, item, lacking, order, usable};
use crate::language::jinja::values::{items_of, list};

/// The longest text that `join` makes.
const LENGTH_LIMIT: usize = 64 << 20;

pub(super) static FILTERS: &[(&str, Filter)] = &[("join", join), ("sort", sort), ("sum", sum)];

/// `a.b.0` of a value, as `attribute=` has it: items before attributes. What is not there is `default`, or undefined.
pub(super) fn attribute(value: &Value, path: &Value, default: Option<&Value>) -> Result<Value, Error> {
    let step = |at: &Value, key: &Value| -> Result<Value, Error> {
        match (item(at, key)?, default) {
            (Some(found), _) => Ok(found),
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Ok(lacking(at, key)),
        }
    };
    let Some(path) = path.as_str() else { return step(value, path) };
    path.split('.').try_fold(value.clone(), |at, key| match key.parse::<i64>() {
        Ok(position) if key.bytes().all(|byte| byte.is_ascii_digit()) => step(&at, &Value::from(position)),
        _ => step(&at, &Value::from(key)),
    })
}

/// The items, or one attribute of each.
fn items(arguments: &Arguments<'_>, attribute_at: usize) -> Result<Vec<Value>, Error> {
    let items = items_of(&arguments.required(0, "value")?)?;
    match arguments.optional(attribute_at, "attribute").filter(|path| !path.is_none()) {
        None => Ok(items),
        Some(path) => items.iter().map(|item| attribute(item, &path, None)).collect(),
    }
}

/// Text in lower case, anything else as it is: what filters compare by.
pub(super) fn folded(value: Value) -> Value {
    match value.as_str() {
        Some(text) if value.kind() == ValueKind::String => Value::from(text.to_lowercase()),
        _ => value,
    }
}

fn join(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let separator = arguments.optional(1, "d").map_or_else(String::new, |separator| print::text(&separator));
    let mut out = String::new();
    for (position, item) in items(arguments, 2)?.iter().enumerate() {
        usable(item)?;
        if position > 0 {
            out.push_str(&separator);
        }
        out.push_str(&print::text(item));
        if out.len() > LENGTH_LIMIT {
            return Err(arguments.error(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
    }
    Ok(out.into())
}

fn sort(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(4)?;
    let cased = arguments.flag(2, "case_sensitive", false);
    let values = items_of(&arguments.required(0, "value")?)?;
    let fold = |key: Value| match key.as_str() {
        Some(_) if !cased => folded(key),
        _ => key,
    };
    let keys: Vec<Value> = match arguments.optional(3, "attribute").filter(|path| !path.is_none()) {
        None => values.iter().cloned().map(fold).collect(),
        Some(paths) => {
            let paths: Vec<Value> = match paths.as_str() {
                Some(text) => text.split(',').map(Value::from).collect(),
                None => vec![paths],
            };
            let key = |item: &Value| -> Result<Value, Error> {
                let keys = paths
                    .iter()
                    .map(|path| attribute(item, path, None).map(fold))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(match <[Value; 1]>::try_from(keys) {
                    Ok([key]) => key,
                    Err(keys) => list(keys),
                })
            };
            values.iter().map(key).collect::<Result<_, _>>()?
        }
    };
    let mut sorted = keys.clone();
    // Says which values do not go together.
    sort_values(&mut sorted)?;
    let mut positions: Vec<usize> = (0..values.len()).collect();
    positions.sort_by(|left, right| {
        let ordering = order("<", &keys[*left], &keys[*right]).ok().flatten().unwrap_or(Ordering::Equal);
        if arguments.flag(1, "reverse", false) { ordering.reverse() } else { ordering }
    });
    Ok(list(positions.into_iter().map(|at| values[at].clone()).collect()))
}

fn sum(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let start = arguments.optional(2, "start").unwrap_or_else(|| Value::from(0));
    if start.as_str().is_some() {
        return Err(exception("sum() can't sum strings [use ''.join(seq) instead]"));
    }
    items(arguments, 1)?.into_iter().try_fold(start, |total, item| {
        budget::steps(1)?;
        binary("+", &total, &item)
    })
}
