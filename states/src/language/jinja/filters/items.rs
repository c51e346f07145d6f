//! Jinja2's filters that take a sequence apart.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use super::order::{attribute, folded};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::methods::dict_entries;
use crate::language::jinja::print::type_name;
use crate::language::jinja::run::{
    Severity, Undefined, exception, item, lacking, order, template_error, undefined,
};
use crate::language::jinja::values::{Generator, Group, generator, items_of, list, tuple};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("attr", |_, arguments| {
        let (value, name) = (arguments.required(0, "obj")?, arguments.required(1, "name")?);
        let is_attribute = value.kind() != ValueKind::Map
            || name.as_str().is_some_and(|name| crate::language::jinja::methods::exists(&value, name));
        match item(&value, &name)?.filter(|_| is_attribute) {
            Some(found) => Ok(found),
            None => Ok(lacking(&value, &name)),
        }
    }),
    ("batch", batch),
    ("count", length),
    ("default", default),
    ("d", default),
    ("first", |_, arguments| {
        let value = arguments.required(0, "seq")?;
        if let Some(generator) = value.downcast_object_ref::<Generator>() {
            return Ok(generator.next().unwrap_or_else(|| nothing("No first item, sequence was empty.")));
        }
        let first = items_of(&value)?.into_iter().next();
        Ok(first.unwrap_or_else(|| nothing("No first item, sequence was empty.")))
    }),
    ("groupby", group),
    ("items", |_, arguments| {
        let value = arguments.required(0, "value")?;
        if Undefined::of(&value).is_some() {
            return Ok(generator("generator", Vec::new()));
        }
        if value.kind() != ValueKind::Map {
            return Err(exception("Can only get item pairs from a mapping."));
        }
        let pairs = dict_entries(&value)?.into_iter().map(|(key, value)| tuple(vec![key, value]));
        Ok(generator("generator", pairs.collect()))
    }),
    ("last", |_, arguments| {
        let last = reversed(&arguments.required(0, "seq")?)?.into_iter().next();
        Ok(last.unwrap_or_else(|| nothing("No last item, sequence was empty.")))
    }),
    ("length", length),
    ("reverse", |_, arguments| {
        let value = arguments.required(0, "value")?;
        if let Some(text) = value.as_str() {
            return Ok(text.chars().rev().collect::<String>().into());
        }
        if value.downcast_object_ref::<Generator>().is_some() {
            let mut items = items_of(&value)?;
            items.reverse();
            return Ok(list(items));
        }
        let name = match type_name(&value) {
            "list" => "list_reverseiterator",
            "range" => "range_iterator",
            "dict" => "dict_reversekeyiterator",
            "tuple" => "reversed",
            _ => "reverseiterator",
        };
        match reversed(&value) {
            Ok(items) => Ok(generator(name, items)),
            Err(_) => Err(template_error("argument must be iterable")),
        }
    }),
    ("slice", slice),
];

fn nothing(message: &str) -> Value {
    undefined(message.into(), None, Severity::Strict)
}

fn default(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let value = arguments.required(0, "value")?;
    let missing = Undefined::of(&value).is_some() || arguments.flag(2, "boolean", false) && !value.is_true();
    Ok(if missing { arguments.optional(1, "default_value").unwrap_or_else(|| "".into()) } else { value })
}

/// Whether Python's `len()` takes what can be iterated over.
fn is_sized(kind: &str) -> bool {
    kind == "set" || kind.starts_with("dict_")
}

fn length(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "obj")?;
    let sized =
        matches!(value.kind(), ValueKind::String | ValueKind::Bytes | ValueKind::Seq | ValueKind::Map);
    match value.len().filter(|_| sized || is_sized(type_name(&value))) {
        Some(length) => Ok(length.into()),
        None => Err(exception(format!("object of type '{}' has no len()", type_name(&value)))),
    }
}

/// The items from the last to the first.
fn reversed(value: &Value) -> Result<Vec<Value>, Error> {
    let kind = type_name(value);
    if value.downcast_object_ref::<Generator>().is_some()
        || matches!(value.kind(), ValueKind::Number | ValueKind::Bool | ValueKind::None | ValueKind::Plain)
    {
        return Err(exception(format!("'{kind}' object is not reversible")));
    }
    let mut items = items_of(value)?;
    items.reverse();
    Ok(items)
}

/// A count of columns or rows.
fn count(arguments: &Arguments<'_>, name: &str) -> Result<usize, Error> {
    usize::try_from(arguments.int(1, name)?)
        .map_err(|_| arguments.error(format!("'{name}' must be positive")))
}

/// The longest row that is filled up.
const FILL_LIMIT: usize = 100_000;

fn batch(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (items, size) = (items_of(&arguments.required(0, "value")?)?, count(arguments, "linecount")?);
    let fill = arguments.optional(2, "fill_with").filter(|fill| !fill.is_none());
    // Without a width every item but the first begins a row.
    let size = size.max(1);
    let mut rows: Vec<Vec<Value>> = items.chunks(size).map(<[Value]>::to_vec).collect();
    if let (Some(fill), Some(last)) = (fill, rows.last_mut()) {
        last.resize(size.min(FILL_LIMIT).max(last.len()), fill);
    }
    Ok(generator("generator", rows.into_iter().map(list).collect()))
}

fn slice(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (items, slices) = (items_of(&arguments.required(0, "value")?)?, count(arguments, "slices")?);
    if slices == 0 {
        return Err(exception("integer division or modulo by zero"));
    }
    if slices > FILL_LIMIT {
        return Err(arguments.error(format!("there may be {FILL_LIMIT} slices")));
    }
    let fill = arguments.optional(2, "fill_with").filter(|fill| !fill.is_none());
    let (each, longer) = (items.len() / slices, items.len() % slices);
    let mut rest = items.into_iter();
    let mut columns = Vec::with_capacity(slices);
    for at in 0..slices {
        let mut column: Vec<Value> = rest.by_ref().take(each + usize::from(at < longer)).collect();
        if let Some(fill) = fill.as_ref().filter(|_| at >= longer) {
            column.push(fill.clone());
        }
        columns.push(list(column));
    }
    Ok(generator("generator", columns))
}

fn group(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let path = arguments.required(1, "attribute")?;
    let default = arguments.optional(2, "default").filter(|default| !default.is_none());
    let cased = arguments.flag(3, "case_sensitive", false);
    let mut keyed = Vec::new();
    for value in items_of(&arguments.required(0, "value")?)? {
        let key = attribute(&value, &path, default.as_ref())?;
        keyed.push((if cased { key.clone() } else { folded(key.clone()) }, key, value));
    }
    let mut keys: Vec<Value> = keyed.iter().map(|(key, _, _)| key.clone()).collect();
    crate::language::jinja::methods::sort_values(&mut keys)?;
    keyed.sort_by(|left, right| {
        order("<", &left.0, &right.0).ok().flatten().unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (folded, key, value) in keyed {
        match groups.last_mut() {
            Some((last, _, values)) if *last == folded => values.push(value),
            _ => groups.push((folded, key, vec![value])),
        }
    }
    let made = groups
        .into_iter()
        .map(|(_, grouper, values)| Value::from_object(Group { grouper, list: list(values) }));
    Ok(list(made.collect()))
}
