//! `%`: Python's text formatting on strings, the remainder on numbers.

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
    let args = if right.is_tuple() {
        items_of(right)?
    } else if let Some(pairs) = pairs_of(right).filter(|_| text.contains("%(")) {
        let named = pairs.into_iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)));
        vec![Kwargs::from_iter(named).into()]
    } else {
        vec![right.clone()]
    };
    formatting::format(FormatStyle::Printf, text, &args).map(Value::from)
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
