//! Filters that make numbers and truths.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::{Filter, is_hashable};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("filesizeformat", file_size),
    ("float", |_, arguments| {
        let value = arguments.required(0, "value")?;
        let default = arguments.optional(1, "default").unwrap_or_else(|| Value::from(0.0));
        Ok(to_float(&value).map_or(default, Value::from))
    }),
    ("human_to_bytes", human_to_bytes),
    ("int", |_, arguments| {
        let value = arguments.required(0, "value")?;
        let default = arguments.optional(1, "default").unwrap_or_else(|| Value::from(0));
        let base = u32::try_from(arguments.optional_int(2, "base")?.unwrap_or(10)).unwrap_or(10);
        Ok(to_int(&value, base).unwrap_or(default))
    }),
    ("is_hex", |_, arguments| {
        let text = arguments.required(0, "value")?;
        Ok(text.as_str().is_some_and(|text| parse_int(text, 16).is_some()).into())
    }),
    ("str_to_num", |_, arguments| to_num_filter(arguments)),
    ("to_bool", |_, arguments| {
        let value = arguments.required(0, "val")?;
        Ok(match value.kind() {
            ValueKind::String => {
                value.as_str().is_some_and(|text| matches!(&*text.to_lowercase(), "yes" | "1" | "true"))
            }
            ValueKind::Number if value.is_integer() => value > Value::from(0),
            // What Python can hash and is none of these is false, even a tuple with items.
            ValueKind::Number => false,
            ValueKind::Seq if is_hashable(&value) => false,
            _ => value.is_true(),
        }
        .into())
    }),
    ("to_num", |_, arguments| to_num_filter(arguments)),
];

/// Python's `int(text, base)`.
fn parse_int(text: &str, base: u32) -> Option<Value> {
    let text = text.trim().to_ascii_lowercase();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (base, digits) = match (base, digits.get(..2)) {
        (16 | 0, Some("0x")) => (16, &digits[2..]),
        (8 | 0, Some("0o")) => (8, &digits[2..]),
        (2 | 0, Some("0b")) => (2, &digits[2..]),
        (0, _) => (10, digits),
        (base, _) => (base, digits),
    };
    if !(2..=36).contains(&base) || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__")
    {
        return None;
    }
    let digits = digits.replace('_', "");
    let signless = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let number = i128::from_str_radix(&digits, base).ok().filter(|_| signless)?;
    Some(Value::from(sign * number))
}

/// Python's `float(text)`.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return None;
    }
    text.replace('_', "").parse().ok()
}

fn to_int(value: &Value, base: u32) -> Option<Value> {
    match value.kind() {
        ValueKind::Bool => Some(Value::from(i64::from(value.is_true()))),
        ValueKind::Number if value.is_integer() => Some(value.clone()),
        ValueKind::Number => truncate(f64::try_from(value.clone()).ok()?),
        ValueKind::String => {
            let text = value.as_str()?;
            parse_int(text, base).or_else(|| truncate(parse_float(text)?))
        }
        _ => None,
    }
}

/// A float without its fraction.
fn truncate(number: f64) -> Option<Value> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (number.is_finite() && number.abs() < 1e38).then(|| Value::from(number.trunc() as i128))
}

/// Python's `float(value)`.
pub(super) fn to_float(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => parse_float(value.as_str()?),
        _ => None,
    }
}

fn to_num_filter(arguments: &Arguments<'_>) -> Result<Value, Error> {
    to_num(arguments, &arguments.required(0, "text")?)
}

/// The number that a text is, else the text.
pub(super) fn to_num(arguments: &Arguments<'_>, value: &Value) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => Ok(parse_int(text, 10)
            .or_else(|| parse_float(text).map(Value::from))
            .unwrap_or_else(|| value.clone())),
        None => to_int(value, 10).ok_or_else(|| {
            let kind = print::type_name(value);
            arguments.error(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{kind}'"
            ))
        }),
    }
}

/// `'10K'|human_to_bytes`: 0 for what is no size.
fn human_to_bytes(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let size = print::text(&arguments.required(0, "size")?);
    let size = size.trim();
    let digits = size.len() - size.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = size.split_at(digits);
    let unit = unit.trim().to_lowercase();
    let unit = match (unit.is_empty(), arguments.optional_text(1, "default_unit")?) {
        (false, _) => unit,
        (true, unit) => unit.unwrap_or_else(|| "b".into()).to_lowercase(),
    };
    let power = "bkmgtpezy".find(unit.chars().next().unwrap_or('b'));
    let (Ok(number), Some(power)) = (number.parse::<f64>(), power) else { return Ok(Value::from(0)) };
    let base: f64 = match (&unit.chars().skip(1).collect::<String>()[..], power) {
        ("" | "ib", _) => 1024.0,
        ("b", 1..) if arguments.flag(2, "handle_metric", false) => 1000.0,
        ("b", 1..) => 1024.0,
        _ => return Ok(Value::from(0)),
    };
    let factor = base.powi(i32::try_from(power).unwrap_or(0));
    Ok(truncate(number * factor).unwrap_or_else(|| Value::from(0)))
}

fn file_size(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    let Some(bytes) = to_float(&value) else {
        return Err(arguments.error(format!("{} is no size", print::repr(&value))));
    };
    let binary = arguments.flag(1, "binary", false);
    let (base, suffix) = if binary { (1024.0, "iB") } else { (1000.0, "B") };
    if bytes == 1.0 {
        return Ok("1 Byte".into());
    }
    if bytes < base {
        return Ok(format!("{} Bytes", bytes.trunc()).into());
    }
    let mut unit = base;
    let mut names = if binary { "KMGTPEZY" } else { "kMGTPEZY" }.chars().peekable();
    while let Some(name) = names.next() {
        unit *= base;
        if bytes < unit || names.peek().is_none() {
            return Ok(format!("{:.1} {name}{suffix}", base * bytes / unit).into());
        }
    }
    Ok(value)
}
