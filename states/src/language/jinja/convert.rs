//! Between the common value and the engine's.

use common::value::{Map, Value as Plain};
use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::run::defined;
use super::values::{DEPTH_LIMIT, dict, items_of, list, pairs_of};
use super::{budget, print};

/// The most values that one value may hold when it leaves a template.
const SIZE_LIMIT: usize = 2_000_000;

/// A value as templates see it.
pub(super) fn to_template(value: &Plain) -> Value {
    match value {
        Plain::Null => Value::from(()),
        Plain::Bool(flag) => Value::from(*flag),
        Plain::Int(number) => Value::from(*number),
        Plain::Float(number) => Value::from(*number),
        Plain::String(text) => {
            budget::note(text.len());
            Value::from(text.clone())
        }
        Plain::Bytes(bytes) => Value::from_bytes(bytes.to_vec()),
        Plain::List(items) => list(items.iter().map(to_template).collect()),
        Plain::Map(map) => map_to_template(map),
    }
}

/// A map as templates see it.
pub(super) fn map_to_template(map: &Map) -> Value {
    dict(map.iter().map(|(key, value)| (to_template(key), to_template(value))))
}

/// A template's value as everything else sees it.
///
/// # Errors
/// When it is undefined, too large, or nothing that data can hold (a macro, a function).
pub(super) fn from_template(value: &Value) -> Result<Plain, Error> {
    convert(value, 0, &mut 0)
}

fn convert(value: &Value, depth: usize, size: &mut usize) -> Result<Plain, Error> {
    defined(value)?;
    *size += 1;
    if depth > DEPTH_LIMIT || *size > SIZE_LIMIT {
        return Err(Error::new(ErrorKind::InvalidOperation, "the value is too large or nested too deep"));
    }
    Ok(match value.kind() {
        ValueKind::None => Plain::Null,
        ValueKind::Bool => Plain::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => match value.as_i64() {
            Some(number) => Plain::Int(number),
            None => {
                let message = format!("the integer {value} is past 64 bits");
                return Err(Error::new(ErrorKind::InvalidOperation, message));
            }
        },
        ValueKind::Number => Plain::Float(f64::try_from(value.clone())?),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            budget::note(text.len());
            budget::check()?;
            Plain::from(text)
        }
        ValueKind::Bytes => Plain::Bytes(value.as_bytes().unwrap_or_default().into()),
        ValueKind::Seq | ValueKind::Iterable => Plain::List(
            items_of(value)?.iter().map(|item| convert(item, depth + 1, size)).collect::<Result<_, _>>()?,
        ),
        ValueKind::Map if let Some(pairs) = pairs_of(value) => Plain::Map(
            pairs
                .iter()
                .map(|(key, value)| Ok((convert(key, depth + 1, size)?, convert(value, depth + 1, size)?)))
                .collect::<Result<_, Error>>()?,
        ),
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("{} is no data", print::text(value)),
            ));
        }
    })
}
