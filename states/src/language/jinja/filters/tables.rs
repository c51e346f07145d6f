//! Filters that bring tables and texts into another form.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use super::numbers::to_num;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::values::{dict, items_of, list, pairs_of};

/// The deepest that values are nested.
const DEPTH_LIMIT: usize = 200;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("json_decode_dict", encode_dict),
    ("json_decode_list", encode_list),
    ("json_encode_dict", encode_dict),
    ("json_encode_list", encode_list),
    ("mysql_to_dict", mysql),
];

/// The lines that `mysql` prints as dicts by the value of one column.
fn mysql(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let key = arguments.required(1, "key")?;
    let mut headers: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    for line in items_of(&arguments.required(0, "data")?)? {
        if !line.is_true() {
            continue;
        }
        let Some(line) = line.as_str() else {
            let kind = print::type_name(&line);
            return Err(arguments.error(format!("'{kind}' object has no attribute 'startswith'")));
        };
        if line.starts_with('+') {
            continue;
        }
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        let Some(names) = headers.as_ref().filter(|names| names.len() > 1) else {
            headers = Some(cells);
            continue;
        };
        let mut row = Vec::new();
        for (at, name) in names.iter().enumerate().take(names.len() - 1).skip(1) {
            let cell = cells.get(at).ok_or_else(|| arguments.error("list index out of range"))?;
            row.push((Value::from(name), to_num(arguments, &Value::from(cell))?));
        }
        let row = dict(row);
        let id = row.get_item(&key).ok().filter(|id| !id.is_undefined());
        rows.push((id.ok_or_else(|| arguments.error(print::repr(&key)))?, row));
    }
    Ok(dict(rows))
}

fn encode_dict(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "data")?;
    if pairs_of(&value).is_none() {
        let kind = print::type_name(&value);
        return Err(arguments.error(format!("'{kind}' object has no attribute 'items'")));
    }
    encode(arguments, &value, 0)
}

fn encode_list(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let items = items_of(&arguments.required(0, "data")?)?;
    Ok(list(items.iter().map(|item| encode(arguments, item, 0)).collect::<Result<_, _>>()?))
}

/// The value with bytes in the place of its texts.
fn encode(arguments: &Arguments<'_>, value: &Value, depth: usize) -> Result<Value, Error> {
    if depth > DEPTH_LIMIT {
        return Err(arguments.error("maximum recursion depth exceeded"));
    }
    let inner = |value: &Value| encode(arguments, value, depth + 1);
    if let Some(pairs) = pairs_of(value) {
        let pairs = pairs.iter().map(|(key, value)| Ok((inner(key)?, inner(value)?)));
        return Ok(dict(pairs.collect::<Result<Vec<_>, Error>>()?));
    }
    Ok(match value.kind() {
        ValueKind::String => Value::from_bytes(value.as_str().unwrap_or_default().as_bytes().to_vec()),
        ValueKind::Seq if !print::is_range(value) => {
            list(items_of(value)?.iter().map(inner).collect::<Result<_, _>>()?)
        }
        _ => value.clone(),
    })
}
