//! `%`: Python's text formatting on strings, the remainder on numbers.

use std::borrow::Cow;

use minijinja::formatting::{self, FormatStyle};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, pairs_of};

/// `left % right`.
pub(in crate::language::jinja) fn modulo(left: &Value, right: &Value) -> Result<Value, Error> {
    for value in [left, right] {
        if value.is_undefined() {
            value.get_attr("")?;
        }
    }
    if left.kind() == ValueKind::String {
        return percent(left.as_str().unwrap_or_default(), right);
    }
    let zero = || Error::new(ErrorKind::InvalidOperation, "integer modulo by zero");
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        let remainder = left.checked_rem(right).ok_or_else(zero)?;
        let sign_differs = remainder != 0 && (remainder < 0) != (right < 0);
        return Ok(Value::from(if sign_differs { remainder + right } else { remainder }));
    }
    match (real(left), real(right)) {
        (Some(_), Some(0.0)) => Err(zero()),
        (Some(left), Some(right)) => {
            let remainder = left % right;
            let sign_differs = remainder != 0.0 && (remainder < 0.0) != (right < 0.0);
            Ok(Value::from(if sign_differs { remainder + right } else { remainder }))
        }
        _ => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("unsupported operand type(s) for %: {} and {}", print::repr(left), print::repr(right)),
        )),
    }
}

fn percent(text: &str, right: &Value) -> Result<Value, Error> {
    let mut args = if right.is_tuple() {
        items_of(right)?
    } else if let Some(pairs) = pairs_of(right).filter(|_| text.contains("%(")) {
        let named = pairs.into_iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)));
        vec![Kwargs::from_iter(named).into()]
    } else {
        vec![right.clone()]
    };
    let text = print_representations(text, &mut args);
    formatting::format(FormatStyle::Printf, &text, &args).map(Value::from)
}

/// The engine lacks `%r`: such arguments are printed first.
fn print_representations<'a>(text: &'a str, args: &mut [Value]) -> Cow<'a, str> {
    if !text.contains('r') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut position = 0;
    let mut rest = text;
    while let Some((before, spec)) = rest.split_once('%') {
        let end = spec.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(spec.len());
        let (flags, conversion) = spec.split_at(end);
        out.push_str(before);
        out.push('%');
        out.push_str(flags);
        match conversion.chars().next() {
            Some('r') => {
                if let Some(arg) = args.get_mut(position).filter(|arg| !arg.is_kwargs()) {
                    *arg = print::repr(arg).into();
                }
                out.push('s');
            }
            Some(other) => out.push(other),
            None => {}
        }
        position += usize::from(!conversion.starts_with('%'));
        rest = conversion.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.into()
}

fn whole(value: &Value) -> Option<i128> {
    match value.kind() {
        ValueKind::Bool => Some(i128::from(value.is_true())),
        ValueKind::Number if value.is_integer() => i128::try_from(value.clone()).ok(),
        _ => None,
    }
}

fn real(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        _ => None,
    }
}
