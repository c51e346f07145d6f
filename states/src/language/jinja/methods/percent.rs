//! `%`: Python's text formatting on strings, the remainder on numbers.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::format::{LENGTH_LIMIT, ascii};
use super::spec::Spec;
use crate::language::jinja::print;
use crate::language::jinja::run::{defined, exception, usable};
use crate::language::jinja::values::{items_of, pairs_of};

/// The widest field.
const WIDTH_LIMIT: usize = 100_000;

/// `left % right`.
pub(in crate::language::jinja) fn modulo(left: &Value, right: &Value) -> Result<Value, Error> {
    defined(left)?;
    if left.kind() != ValueKind::String {
        defined(right)?;
    }
    if left.kind() == ValueKind::String {
        return percent(left.as_str().unwrap_or_default(), right);
    }
    let zero = || exception("integer modulo by zero");
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        let remainder = left.checked_rem(right).ok_or_else(zero)?;
        let sign_differs = remainder != 0 && (remainder < 0) != (right < 0);
        return Ok(Value::from(if sign_differs { remainder + right } else { remainder }));
    }
    match (real(left), real(right)) {
        (Some(_), Some(0.0)) => Err(exception("float modulo")),
        (Some(left), Some(right)) => {
            let remainder = left % right;
            let sign_differs = remainder != 0.0 && (remainder < 0.0) != (right < 0.0);
            Ok(Value::from(if sign_differs { remainder + right } else { remainder }))
        }
        _ => Err(exception(format!(
            "unsupported operand type(s) for %: '{}' and '{}'",
            print::type_name(left),
            print::type_name(right)
        ))),
    }
}

/// `text % right`
fn percent(text: &str, right: &Value) -> Result<Value, Error> {
    let named = pairs_of(right);
    let mut positional = if right.is_tuple() { items_of(right)? } else { vec![right.clone()] }.into_iter();
    let mut by_name = false;
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let missing = || exception("not enough arguments for format string");
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut name = None;
        if rest.next_if_eq(&'(').is_some() {
            let mut depth = 1;
            let mut key = String::new();
            for c in rest.by_ref() {
                depth += i32::from(c == '(') - i32::from(c == ')');
                if depth == 0 {
                    break;
                }
                key.push(c);
            }
            name = Some(key);
        }
        let mut spec = Spec::default();
        let (mut left, mut zero) = (false, false);
        while let Some(flag) = rest.next_if(|c| matches!(c, '-' | '0' | '+' | ' ' | '#')) {
            match flag {
                '-' => left = true,
                '0' => zero = true,
                '#' => spec.alternate = true,
                '+' => spec.sign = Some('+'),
                _ => spec.sign = spec.sign.or(Some(' ')),
            }
        }
        let mut number = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>| -> Result<Option<i64>, Error> {
            if rest.next_if_eq(&'*').is_some() {
                let given = positional.next().ok_or_else(missing)?;
                return given.as_i64().map(Some).ok_or_else(|| exception("* wants int"));
            }
            let mut digits = String::new();
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            Ok(digits.parse().ok())
        };
        let width = number(&mut rest)?.unwrap_or(0);
        left |= width < 0;
        spec.width = bounded(width.unsigned_abs())?;
        if rest.next_if_eq(&'.').is_some() {
            let precision = number(&mut rest)?.unwrap_or(0);
            spec.precision = Some(bounded(precision.max(0).unsigned_abs())?);
        }
        while rest.next_if(|c| matches!(c, 'h' | 'l' | 'L')).is_some() {}
        let Some(kind) = rest.next() else { return Err(exception("incomplete format")) };
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = match &name {
            Some(name) => {
                by_name = true;
                let Some(pairs) = &named else { return Err(exception("format requires a mapping")) };
                let found = pairs.iter().find(|(key, _)| key.as_str() == Some(name));
                found
                    .map(|(_, value)| value.clone())
                    .ok_or_else(|| exception(print::repr(&name.as_str().into())))?
            }
            None => positional.next().ok_or_else(missing)?,
        };
        usable(&value)?;
        spec.align = Some(if left { '<' } else { '>' });
        let numeric = zero && !left;
        out.push_str(&conversion(kind, &value, spec, numeric)?);
        if out.len() > LENGTH_LIMIT {
            return Err(exception(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
    }
    if positional.next().is_some() && !by_name && named.is_none() && !is_list(right) {
        return Err(exception("not all arguments converted during string formatting"));
    }
    Ok(out.into())
}

/// Python lets a list stand unused, as it does a dict.
fn is_list(value: &Value) -> bool {
    print::type_name(value) == "list"
}

fn bounded(number: u64) -> Result<usize, Error> {
    match usize::try_from(number) {
        Ok(number) if number <= WIDTH_LIMIT => Ok(number),
        _ => Err(exception(format!("a field of a format may be {WIDTH_LIMIT} wide"))),
    }
}

/// One value behind its `%`.
fn conversion(kind: char, value: &Value, mut spec: Spec, zero: bool) -> Result<String, Error> {
    let padded = |spec: &Spec, text: String| {
        let text = match spec.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        };
        spec.pad(&text, '>')
    };
    if zero && !matches!(kind, 's' | 'r' | 'a' | 'c') {
        (spec.fill, spec.align) = (Some('0'), Some('='));
    }
    let wanted = |what: &str| exception(format!("%{kind} format: {what}, not {}", print::type_name(value)));
    match kind {
        's' => Ok(padded(&spec, print::text(value))),
        'r' => Ok(padded(&spec, print::repr(value))),
        'a' => Ok(padded(&spec, ascii(&print::repr(value)))),
        'c' => match value.as_str() {
            Some(text) if text.chars().count() == 1 => Ok(spec.pad(text, '>')),
            Some(_) => Err(exception("%c requires int or char")),
            None => {
                spec.kind = Some('c');
                spec.write(value)
            }
        },
        'd' | 'i' | 'u' => match (whole(value), real(value)) {
            (Some(number), _) => {
                spec.kind = Some('d');
                spec.write(&Value::from(number))
            }
            (None, Some(number)) if number.is_finite() => {
                spec.kind = Some('d');
                #[expect(clippy::cast_possible_truncation, reason = "a float past the range saturates")]
                spec.write(&Value::from(number.trunc() as i128))
            }
            (None, Some(_)) => Err(exception("cannot convert float infinity to integer")),
            _ => Err(wanted("a real number is required")),
        },
        'x' | 'X' | 'o' => match whole(value) {
            Some(number) => {
                spec.kind = Some(kind);
                spec.write(&Value::from(number))
            }
            None => Err(wanted("an integer is required")),
        },
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => match real(value) {
            Some(number) => {
                spec.kind = Some(kind);
                spec.write(&Value::from(number))
            }
            None => Err(exception(format!("must be real number, not {}", print::type_name(value)))),
        },
        other => Err(exception(format!("unsupported format character '{other}' ({:#x})", u32::from(other)))),
    }
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
