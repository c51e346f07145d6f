//! Python's methods on strings, lists, dicts and numbers.

mod dicts;
mod format;
mod lists;
mod percent;
mod strings;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

pub(super) use dicts::{call as dict, entries as dict_entries};
pub(super) use format::format;
pub(super) use lists::{call as list, sort as sort_values};
pub(super) use percent::modulo;

/// The engine's door for methods that a value does not have itself.
pub(super) fn unknown(_: &mut State, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match value.kind() {
        ValueKind::String => strings::call(value.as_str().unwrap_or_default(), method, args),
        ValueKind::Map => dicts::call_fixed(value, method, args),
        ValueKind::Seq | ValueKind::Iterable => lists::call_fixed(value, method, args),
        ValueKind::Number if method == "is_integer" => {
            Ok(Value::from(f64::try_from(value.clone()).is_ok_and(|number| number.fract() == 0.0)))
        }
        ValueKind::Bytes if method == "decode" => {
            Ok(Value::from(String::from_utf8_lossy(value.as_bytes().unwrap_or_default()).into_owned()))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Where a Python index that may be negative points in `length` items; past the ends it stops at them.
fn clamp_index(index: i64, length: usize) -> usize {
    let length_signed = i64::try_from(length).unwrap_or(i64::MAX);
    let from_front = if index < 0 { index.saturating_add(length_signed) } else { index };
    usize::try_from(from_front.max(0)).unwrap_or(usize::MAX).min(length)
}
