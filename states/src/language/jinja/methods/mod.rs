//! Python's methods on strings, lists, dicts and numbers.

mod dicts;
mod format;
mod lists;
mod percent;
mod spec;
mod strings;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, State, Value};

use super::print::type_name;
use super::run::exception;
use super::values::{Dict, List};

pub(super) use dicts::{call as dict, entries as dict_entries};
pub(super) use format::format;
pub(super) use lists::{call as list, sort as sort_values};
pub(super) use percent::modulo;

static STRING: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
static LIST: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
/// The last four are Python 2's.
static DICT: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
    "iteritems",
    "iterkeys",
    "itervalues",
    "has_key",
];

/// The names of the methods of a value's type.
pub(super) fn names(value: &Value) -> &'static [&'static str] {
    match value.kind() {
        ValueKind::String => STRING,
        ValueKind::Map if type_name(value) == "dict" => DICT,
        ValueKind::Seq if type_name(value) == "list" => LIST,
        ValueKind::Seq => &["count", "index"],
        _ => &[],
    }
}

/// Whether a value's type has a method of that name.
pub(super) fn exists(value: &Value, name: &str) -> bool {
    match value.kind() {
        ValueKind::String => STRING.contains(&name),
        ValueKind::Bytes => name == "decode" || name == "hex" || STRING.contains(&name),
        ValueKind::Map => matches!(type_name(value), "dict") && DICT.contains(&name),
        ValueKind::Seq if type_name(value) == "list" => LIST.contains(&name),
        ValueKind::Seq => matches!(name, "count" | "index"),
        ValueKind::Number if value.is_integer() => matches!(name, "bit_length" | "conjugate"),
        ValueKind::Number => matches!(name, "is_integer" | "conjugate"),
        _ => false,
    }
}

/// Calls a method that [exists].
///
/// # Errors
/// As Python's.
pub(super) fn call(_: &mut State, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    if let Some(of) = value.downcast_object::<Dict>() {
        return dict(&of, method, args);
    }
    if let Some(of) = value.downcast_object::<List>() {
        return list(&of, method, args);
    }
    match value.kind() {
        ValueKind::String => strings::call(value.as_str().unwrap_or_default(), method, args),
        ValueKind::Map => dicts::call_fixed(value, method, args),
        ValueKind::Seq | ValueKind::Iterable => lists::call_fixed(value, method, args),
        ValueKind::Number => numbers(value, method),
        ValueKind::Bytes => bytes(value.as_bytes().unwrap_or_default(), method, args),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn numbers(value: &Value, method: &str) -> Result<Value, Error> {
    match method {
        "is_integer" => Ok(f64::try_from(value.clone()).is_ok_and(|number| number.fract() == 0.0).into()),
        "bit_length" => {
            let magnitude = i128::try_from(value.clone())?.unsigned_abs();
            Ok((u128::BITS - magnitude.leading_zeros()).into())
        }
        "conjugate" => Ok(value.clone()),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

fn bytes(bytes: &[u8], method: &str, args: &[Value]) -> Result<Value, Error> {
    match method {
        "decode" => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                let at = error.valid_up_to();
                Err(exception(format!(
                    "'utf-8' codec can't decode byte {:#04x} in position {at}: invalid start byte",
                    bytes.get(at).copied().unwrap_or(0)
                )))
            }
        },
        "hex" => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => strings::call(text, method, args),
            Err(_) => Err(Error::from(ErrorKind::UnknownMethod)),
        },
    }
}

/// An attribute of a number that is no method.
pub(super) fn number_attribute(value: &Value, name: &str) -> Option<Value> {
    match name {
        "real" => Some(value.clone()),
        "imag" if value.is_integer() => Some(0.into()),
        "imag" => Some(0.0.into()),
        "numerator" if value.is_integer() => Some(value.clone()),
        "denominator" if value.is_integer() => Some(1.into()),
        _ => None,
    }
}

/// Where a Python index that may be negative points in `length` items; past the ends it stops at them.
fn clamp_index(index: i64, length: usize) -> usize {
    let length_signed = i64::try_from(length).unwrap_or(i64::MAX);
    let from_front = if index < 0 { index.saturating_add(length_signed) } else { index };
    usize::try_from(from_front.max(0)).unwrap_or(usize::MAX).min(length)
}
