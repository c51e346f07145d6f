//! Jinja2's filters on text, and on numbers where they only print.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::markup;
use crate::language::jinja::methods::{self, dict_entries, modulo};
use crate::language::jinja::print::{self, type_name};
use crate::language::jinja::run::{defined, exception, template_error};
use crate::language::jinja::values::{items_of, tuple};

/// The longest text that is made by indenting one.
const LENGTH_LIMIT: usize = 16 << 20;

/// The widest indentation.
const WIDTH_LIMIT: i64 = 10_000;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("abs", |_, arguments| {
        let value = arguments.required(0, "x")?;
        match value.kind() {
            ValueKind::Bool => Ok(i64::from(value.is_true()).into()),
            ValueKind::Number if value.is_integer() => {
                let number = i128::try_from(value)?;
                number.checked_abs().map(Value::from).ok_or_else(|| exception("the result is past 128 bits"))
            }
            ValueKind::Number => Ok(f64::try_from(value)?.abs().into()),
            _ => Err(exception(format!("bad operand type for abs(): '{}'", type_name(&value)))),
        }
    }),
    ("capitalize", |state, arguments| method(state, arguments, "capitalize", &[])),
    ("e", escape),
    ("escape", escape),
    ("format", |_, arguments| {
        let text = arguments.required(0, "value")?;
        let (positional, keyword) =
            (arguments.positional().get(1..).unwrap_or_default(), arguments.keyword());
        if !positional.is_empty() && !keyword.is_empty() {
            return Err(template_error("can't handle positional and keyword arguments at the same time"));
        }
        let text = Value::from(print::text(&text));
        if keyword.is_empty() {
            return modulo(&text, &tuple(positional.to_vec()));
        }
        let pairs = keyword.into_iter().map(|(name, value)| (Value::from(name), value));
        modulo(&text, &crate::language::jinja::values::dict(pairs))
    }),
    ("indent", indent),
    ("lower", |state, arguments| method(state, arguments, "lower", &[])),
    ("replace", |state, arguments| {
        let count = arguments.optional_int(3, "count")?.unwrap_or(-1);
        let part = |at: usize, name: &str| -> Result<Value, Error> {
            let value = arguments.required(at, name)?;
            defined(&value)?;
            Ok(Value::from(print::text(&value)))
        };
        method(state, arguments, "replace", &[part(1, "old")?, part(2, "new")?, count.into()])
    }),
    ("round", round),
    ("safe", |_, arguments| Ok(Value::from_safe_string(print::text(&arguments.required(0, "value")?)))),
    ("title", |_, arguments| {
        let text = print::text(&arguments.required(0, "s")?);
        let mut out = String::with_capacity(text.len());
        let mut begins = true;
        for c in text.chars() {
            let divides = c.is_whitespace() || matches!(c, '-' | '(' | '{' | '[' | '<');
            if divides {
                out.push(c);
            } else if begins {
                out.extend(c.to_uppercase());
            } else {
                out.extend(c.to_lowercase());
            }
            begins = divides;
        }
        Ok(out.into())
    }),
    ("trim", |state, arguments| {
        let chars = arguments.optional(1, "chars").unwrap_or_else(|| Value::from(()));
        method(state, arguments, "strip", &[chars])
    }),
    ("upper", |state, arguments| method(state, arguments, "upper", &[])),
    ("urlencode", |_, arguments| {
        let value = arguments.required(0, "value")?;
        let pairs = match value.kind() {
            ValueKind::Map => dict_entries(&value)?,
            ValueKind::Seq | ValueKind::Iterable => dict_entries(&value)?,
            _ => return Ok(percent_encoded(&print::text(&value), false).into()),
        };
        let pair = |(key, value): (Value, Value)| {
            format!(
                "{}={}",
                percent_encoded(&print::text(&key), true),
                percent_encoded(&print::text(&value), true)
            )
        };
        Ok(pairs.into_iter().map(pair).collect::<Vec<_>>().join("&").into())
    }),
];

fn method(state: &mut State, arguments: &Arguments<'_>, name: &str, args: &[Value]) -> Result<Value, Error> {
    let text = Value::from(print::text(&arguments.required(0, "s")?));
    methods::call(state, &text, name, args)
}

fn escape(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "s")?;
    Ok(if value.is_safe() { value } else { Value::from_safe_string(markup::escape(&print::text(&value))) })
}

fn indent(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(4)?;
    let value = arguments.required(0, "s")?;
    if value.as_str().is_none() {
        let kind = type_name(&value);
        return Err(exception(match kind {
            "list" => "'list' object has no attribute 'splitlines'".into(),
            "tuple" => "can only concatenate tuple (not \"str\") to tuple".into(),
            kind => format!("unsupported operand type(s) for +=: '{kind}' and 'str'"),
        }));
    }
    let text = print::text(&value);
    let indention = match arguments.optional(1, "width") {
        None => " ".repeat(4),
        Some(width) => match width.as_str() {
            Some(width) => width.to_owned(),
            None => {
                " ".repeat(usize::try_from(arguments.int(1, "width")?.clamp(0, WIDTH_LIMIT)).unwrap_or(0))
            }
        },
    };
    let lines = methods::call(state, &Value::from(text + "\n"), "splitlines", &[])?;
    let blank = arguments.flag(3, "blank", false);
    let mut out = String::new();
    for (at, line) in items_of(&lines)?.iter().enumerate() {
        let line = line.as_str().unwrap_or_default();
        if at > 0 {
            out.push('\n');
        }
        if at == 0 && arguments.flag(2, "first", false) || at > 0 && (blank || !line.is_empty()) {
            out.push_str(&indention);
        }
        out.push_str(line);
        if out.len() > LENGTH_LIMIT {
            return Err(arguments.error(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
    }
    Ok(out.into())
}

fn round(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let value = arguments.required(0, "value")?;
    let precision = arguments.optional_int(1, "precision")?.unwrap_or(0);
    let method = arguments.optional_text(2, "method")?.unwrap_or_else(|| "common".into());
    if !matches!(&*method, "common" | "ceil" | "floor") {
        return Err(template_error("method must be common, ceil or floor"));
    }
    let whole = value.kind() == ValueKind::Bool || value.is_integer();
    let number = match value.kind() {
        ValueKind::Bool => f64::from(u8::from(value.is_true())),
        ValueKind::Number => f64::try_from(value.clone())?,
        _ => {
            let kind = type_name(&value);
            return Err(exception(match &*method {
                "common" => format!("type {kind} doesn't define __round__ method"),
                _ => format!("can't multiply sequence by non-int of type '{kind}'"),
            }));
        }
    };
    let power = 10f64.powi(i32::try_from(precision.clamp(-400, 400)).unwrap_or(0));
    Ok(match &*method {
        "ceil" => ((number * power).ceil() / power).into(),
        "floor" => ((number * power).floor() / power).into(),
        _ if whole && precision >= 0 => {
            if value.kind() == ValueKind::Bool {
                i64::from(value.is_true()).into()
            } else {
                value
            }
        }
        _ if whole => {
            let unit = 10i128.checked_pow(u32::try_from(-precision).unwrap_or(u32::MAX));
            let Some(unit) = unit else { return Ok(Value::from(0)) };
            let number = i128::try_from(value)?;
            let below = number.div_euclid(unit) * unit;
            let twice = (number - below) * 2;
            let up = twice > unit || twice == unit && (below / unit) % 2 != 0;
            Value::from(if up { below + unit } else { below })
        }
        _ if precision >= 0 => {
            let digits = usize::try_from(precision).unwrap_or(0).min(330);
            format!("{number:.digits$}").parse::<f64>().unwrap_or(number).into()
        }
        _ => ((number * power).round_ties_even() / power).into(),
    })
}

/// What a URL may hold; `query` also for what stands behind the question mark.
fn percent_encoded(text: &str, query: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            b'/' if !query => out.push('/'),
            b' ' if query => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
