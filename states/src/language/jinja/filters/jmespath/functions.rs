//! JMESPath's functions.

use std::cmp::Ordering;

use common::value::{Map, Value};

use super::evaluate::evaluate;
use super::parser::Query;
use crate::language::jinja::filters::json::to_json_tight;

/// What a parameter takes; the first is what stands for itself in messages.
type Types = &'static [&'static str];

/// A function: its name, what its parameters take, whether the last may be repeated.
static FUNCTIONS: &[(&str, &[Types], bool)] = &[
    ("abs", &[&["number"]], false),
    ("avg", &[&["array-number"]], false),
    ("ceil", &[&["number"]], false),
    ("contains", &[&["array", "string"], &[]], false),
    ("ends_with", &[&["string"], &["string"]], false),
    ("floor", &[&["number"]], false),
    ("join", &[&["string"], &["array-string"]], false),
    ("keys", &[&["object"]], false),
    ("length", &[&["string", "array", "object"]], false),
    ("map", &[&["expref"], &["array"]], false),
    ("max", &[&["array-number", "array-string"]], false),
    ("max_by", &[&["array"], &["expref"]], false),
    ("merge", &[&["object"]], true),
    ("min", &[&["array-number", "array-string"]], false),
    ("min_by", &[&["array"], &["expref"]], false),
    ("not_null", &[&[]], true),
    ("reverse", &[&["array", "string"]], false),
    ("sort", &[&["array-string", "array-number"]], false),
    ("sort_by", &[&["array"], &["expref"]], false),
    ("starts_with", &[&["string"], &["string"]], false),
    ("sum", &[&["array-number"]], false),
    ("to_array", &[&[]], false),
    ("to_number", &[&[]], false),
    ("to_string", &[&[]], false),
    ("type", &[&[]], false),
    ("values", &[&["object"]], false),
];

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[Query], data: &Value) -> Result<Value, String> {
    let Some((_, parameters, variadic)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
        return Err(format!("Unknown function: {name}()"));
    };
    let (wanted, given) = (parameters.len(), arguments.len());
    if given < wanted || given > wanted && !variadic {
        let (at_least, plural) =
            (if *variadic { "at least " } else { "" }, if wanted == 1 { "" } else { "s" });
        return Err(format!(
            "Expected {at_least}{wanted} argument{plural} for function {name}(), received {given}"
        ));
    }
    let mut values = Vec::with_capacity(given);
    let mut reference = None;
    for (at, argument) in arguments.iter().enumerate() {
        let types = parameters[at.min(wanted - 1)];
        match argument {
            Query::Reference(inner) if types == ["expref"] => reference = Some(&**inner),
            argument => {
                let value = evaluate(argument, data)?;
                check(name, &value, types)?;
                values.push(value);
            }
        }
    }
    let by = |item: &Value| evaluate(reference.unwrap_or(&Query::Current), item);
    apply(name, values, &by)
}

fn apply(
    name: &str,
    mut values: Vec<Value>,
    by: &dyn Fn(&Value) -> Result<Value, String>,
) -> Result<Value, String> {
    let second = if values.len() > 1 && !matches!(name, "merge" | "not_null") { values.pop() } else { None };
    let first = values.first().cloned().unwrap_or_default();
    let (text, other) = (first.to_string(), second.as_ref().map(ToString::to_string).unwrap_or_default());
    let items = || first.as_list().unwrap_or_default().to_vec();
    Ok(match name {
        "abs" => match first {
            Value::Int(number) => number.saturating_abs().into(),
            other => number(&other).map(f64::abs).into(),
        },
        "avg" if items().is_empty() => Value::Null,
        #[expect(clippy::cast_precision_loss, reason = "a list has fewer than 2^52 items")]
        "avg" => (items().iter().filter_map(number).sum::<f64>() / items().len() as f64).into(),
        "ceil" => whole(&first, f64::ceil),
        "floor" => whole(&first, f64::floor),
        "contains" => match (&first, &second) {
            (Value::List(items), Some(item)) => items.contains(item).into(),
            (_, Some(Value::String(_))) => text.contains(&other).into(),
            _ => false.into(),
        },
        "ends_with" => text.ends_with(&other).into(),
        "starts_with" => text.starts_with(&other).into(),
        "join" => {
            let list = second.unwrap_or_default();
            let parts: Vec<_> = list.as_list().unwrap_or_default().iter().map(ToString::to_string).collect();
            parts.join(&text).into()
        }
        "keys" => Value::List(first.as_map().into_iter().flat_map(Map::keys).cloned().collect()),
        "values" => Value::List(first.as_map().into_iter().flat_map(Map::values).cloned().collect()),
        "length" => match &first {
            Value::List(items) => items.len(),
            Value::Map(map) => map.len(),
            _ => text.chars().count(),
        }
        .into(),
        "map" => Value::List(items().iter().map(by).collect::<Result<_, _>>()?),
        "max" | "min" | "sort" => {
            ordered(name, items().into_iter().map(|item| (item.clone(), item)).collect())
        }
        "max_by" | "min_by" | "sort_by" => {
            let keyed =
                items().into_iter().map(|item| Ok((by(&item)?, item))).collect::<Result<Vec<_>, String>>()?;
            let kind = keyed.first().map(|(key, _)| type_of(key));
            for (key, _) in &keyed {
                match kind {
                    Some("number") => check(name, key, &["number"])?,
                    Some("string") => check(name, key, &["string"])?,
                    _ => check(name, key, &["string", "number"])?,
                }
            }
            ordered(&name[..name.len() - 3], keyed)
        }
        "merge" => Value::Map(
            values.iter().filter_map(Value::as_map).flatten().map(|(k, v)| (k.clone(), v.clone())).collect(),
        ),
        "not_null" => values.into_iter().find(|value| !value.is_null()).unwrap_or_default(),
        "reverse" => match &first {
            Value::List(items) => Value::List(items.iter().rev().cloned().collect()),
            _ => text.chars().rev().collect::<String>().into(),
        },
        "sum" => items().iter().fold(Value::Int(0), |total, item| match (&total, item) {
            (Value::Int(total), Value::Int(item)) if total.checked_add(*item).is_some() => {
                (total + item).into()
            }
            _ => (number(&total).unwrap_or(0.0) + number(item).unwrap_or(0.0)).into(),
        }),
        "to_array" => match first {
            list @ Value::List(_) => list,
            item => Value::List(vec![item]),
        },
        "to_number" => match &first {
            Value::Int(_) | Value::Float(_) => first,
            Value::String(text) => match (text.trim().parse::<i64>(), text.trim().parse::<f64>()) {
                (Ok(number), _) => number.into(),
                (_, Ok(number)) => number.into(),
                _ => Value::Null,
            },
            _ => Value::Null,
        },
        "to_string" => match first {
            text @ Value::String(_) => text,
            value => to_json_tight(&value).into(),
        },
        _ => type_of(&first).into(),
    })
}

/// The greatest, the least or all in order, of items with what they are ordered by.
fn ordered(name: &str, mut keyed: Vec<(Value, Value)>) -> Value {
    let compare = |left: &Value, right: &Value| match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => number(left)
            .zip(number(right))
            .and_then(|(left, right)| left.partial_cmp(&right))
            .unwrap_or(Ordering::Equal),
    };
    keyed.sort_by(|(left, _), (right, _)| compare(left, right));
    let mut items = keyed.into_iter().map(|(_, item)| item);
    match name {
        "max" => items.next_back().unwrap_or_default(),
        "min" => items.next().unwrap_or_default(),
        _ => Value::List(items.collect()),
    }
}

/// The number, when this is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "past 2^53 numbers are rounded, as where they are compared"
        )]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

fn whole(value: &Value, round: fn(f64) -> f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "a float past the range saturates")]
    match value {
        Value::Float(number) => (round(*number) as i64).into(),
        other => other.clone(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn check(function: &str, value: &Value, types: Types) -> Result<(), String> {
    let kind = type_of(value);
    let wrong = |value: &Value, expected: Vec<&str>| {
        let expected: Vec<_> = expected.iter().map(|name| format!("'{name}'")).collect();
        Err(format!(
            "In function {function}(), invalid type for value: {value}, expected one of: [{}], received: \"{}\"",
            expected.join(", "),
            type_of(value)
        ))
    };
    if types.is_empty() || types.contains(&kind) {
        return Ok(());
    }
    let inner: Vec<_> = types.iter().filter_map(|name| name.strip_prefix("array-")).collect();
    match value {
        Value::List(items) if !inner.is_empty() => {
            let first = items.first().map_or("", type_of);
            let kinds = if inner.contains(&first) { vec![first] } else { inner };
            match items.iter().find(|item| !kinds.contains(&type_of(item))) {
                Some(item) => wrong(item, kinds),
                None => Ok(()),
            }
        }
        value => wrong(value, types.iter().map(|name| name.split('-').next().unwrap_or(name)).collect()),
    }
}
