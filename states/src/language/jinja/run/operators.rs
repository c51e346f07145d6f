//! Python's operators.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::fault::exception;
use super::undefined::{Undefined, defined};
use crate::language::jinja::budget;
use crate::language::jinja::functions::Functions;
use crate::language::jinja::methods::modulo;
use crate::language::jinja::print::type_name;
use crate::language::jinja::syntax::tree::Comparison;
use crate::language::jinja::values::{Dict, items_of, list, pairs_of, tuple};
use crate::language::jinja::{markup, print};

/// The longest text and the longest list that an operator makes.
const LENGTH_LIMIT: usize = 16 << 20;
const ITEMS_LIMIT: usize = 1_000_000;

/// A number.
enum Number {
    Whole(i128),
    Real(f64),
}

fn number(value: &Value) -> Option<Number> {
    match value.kind() {
        ValueKind::Bool => Some(Number::Whole(i128::from(value.is_true()))),
        ValueKind::Number if value.is_integer() => i128::try_from(value.clone()).ok().map(Number::Whole),
        ValueKind::Number => f64::try_from(value.clone()).ok().map(Number::Real),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Python turns an int into a float")]
fn real(number: &Number) -> f64 {
    match number {
        Number::Whole(number) => *number as f64,
        Number::Real(number) => *number,
    }
}

/// `left operator right`.
///
/// # Errors
/// As Python's, and for what is undefined.
pub(in super::super) fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value, Error> {
    defined(left)?;
    defined(right)?;
    if operator == "%" {
        return modulo(left, right);
    }
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return arithmetic(operator, &a, &b);
    }
    match operator {
        "+" => add(left, right),
        "*" => repeat(left, right),
        _ => Err(unsupported(operator, left, right)),
    }
}

fn unsupported(operator: &str, left: &Value, right: &Value) -> Error {
    let operator = if operator == "**" { "** or pow()" } else { operator };
    exception(format!(
        "unsupported operand type(s) for {operator}: '{}' and '{}'",
        type_name(left),
        type_name(right)
    ))
}

fn arithmetic(operator: &str, left: &Number, right: &Number) -> Result<Value, Error> {
    let too_large = || exception("the result is past 128 bits");
    if let (Number::Whole(a), Number::Whole(b)) = (left, right) {
        let (a, b) = (*a, *b);
        let whole = match operator {
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            "//" => {
                if b == 0 {
                    return Err(exception("integer division or modulo by zero"));
                }
                a.checked_div(b).map(|quotient| quotient - i128::from(a % b != 0 && (a < 0) != (b < 0)))
            }
            "**" if b >= 0 => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            "/" if b == 0 => return Err(exception("division by zero")),
            _ => return real_arithmetic(operator, real(left), real(right)),
        };
        return whole.map(Value::from).ok_or_else(too_large);
    }
    real_arithmetic(operator, real(left), real(right))
}

fn real_arithmetic(operator: &str, a: f64, b: f64) -> Result<Value, Error> {
    Ok(Value::from(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" if b == 0.0 => return Err(exception("float division by zero")),
        "/" => a / b,
        "//" if b == 0.0 => return Err(exception("float floor division by zero")),
        "//" => (a / b).floor(),
        _ if a == 0.0 && b < 0.0 => {
            return Err(exception("0.0 cannot be raised to a negative power"));
        }
        _ => {
            let power = a.powf(b);
            if power.is_infinite() && a.is_finite() && b.is_finite() {
                return Err(exception("(34, 'Numerical result out of range')"));
            }
            power
        }
    }))
}

fn add(left: &Value, right: &Value) -> Result<Value, Error> {
    match (left.as_str(), right.as_str()) {
        (Some(a), Some(b)) if left.is_safe() || right.is_safe() => {
            let part = |value: &Value, text: &str| {
                if value.is_safe() { text.to_owned() } else { markup::escape(text) }
            };
            return Ok(Value::from_safe_string(part(left, a) + &part(right, b)));
        }
        (Some(a), Some(b)) => {
            if a.len() + b.len() > LENGTH_LIMIT {
                return Err(exception(format!("the text has more than {LENGTH_LIMIT} bytes")));
            }
            return Ok(format!("{a}{b}").into());
        }
        _ => {}
    }
    let is_list = |value: &Value| type_name(value) == "list";
    if left.is_tuple() && right.is_tuple() || is_list(left) && is_list(right) {
        let mut items = items_of(left)?;
        items.extend(items_of(right)?);
        if items.len() > ITEMS_LIMIT {
            return Err(exception(format!("the list has more than {ITEMS_LIMIT} items")));
        }
        return Ok(if left.is_tuple() { tuple(items) } else { list(items) });
    }
    let kind = type_name(left);
    if matches!(kind, "str" | "list" | "tuple") {
        let other = type_name(right);
        return Err(exception(format!("can only concatenate {kind} (not \"{other}\") to {kind}")));
    }
    Err(unsupported("+", left, right))
}

fn repeat(left: &Value, right: &Value) -> Result<Value, Error> {
    let is_sequence = |value: &Value| matches!(type_name(value), "str" | "list" | "tuple");
    let (sequence, count) = match (is_sequence(left), is_sequence(right)) {
        (true, _) => (left, right),
        (_, true) => (right, left),
        _ => return Err(unsupported("*", left, right)),
    };
    let Some(Number::Whole(count)) = number(count) else {
        let other = type_name(count);
        return Err(exception(format!("can't multiply sequence by non-int of type '{other}'")));
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    if let Some(text) = sequence.as_str() {
        if text.len().saturating_mul(count) > LENGTH_LIMIT {
            return Err(exception(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
        let repeated = text.repeat(count);
        return Ok(if sequence.is_safe() { Value::from_safe_string(repeated) } else { repeated.into() });
    }
    let items = items_of(sequence)?;
    if items.len().saturating_mul(count) > ITEMS_LIMIT {
        return Err(exception(format!("the list has more than {ITEMS_LIMIT} items")));
    }
    let repeated = items.iter().cycle().take(items.len() * count).cloned().collect();
    Ok(if sequence.is_tuple() { tuple(repeated) } else { list(repeated) })
}

/// `-value` and `+value`.
pub(super) fn sign(sign: char, value: &Value) -> Result<Value, Error> {
    defined(value)?;
    match (number(value), sign) {
        (Some(Number::Whole(number)), '-') => {
            number.checked_neg().map(Value::from).ok_or_else(|| exception("the result is past 128 bits"))
        }
        (Some(Number::Whole(number)), _) => Ok(number.into()),
        (Some(Number::Real(number)), '-') => Ok((-number).into()),
        (Some(Number::Real(number)), _) => Ok(number.into()),
        (None, sign) => Err(exception(format!("bad operand type for unary {sign}: '{}'", type_name(value)))),
    }
}

/// `left comparison right`.
pub(in super::super) fn compare(comparison: Comparison, left: &Value, right: &Value) -> Result<bool, Error> {
    let undefined = match comparison {
        Comparison::In | Comparison::NotIn => Undefined::of(right),
        _ => Undefined::of(left).or_else(|| Undefined::of(right)),
    };
    if let Some(undefined) = undefined {
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let containment = matches!(comparison, Comparison::In | Comparison::NotIn);
        if !undefined.is_lenient() || !equality && !containment {
            return Err(undefined.error());
        }
        let both = Undefined::of(left).is_some() && Undefined::of(right).is_some();
        return Ok(match comparison {
            Comparison::Equal => both,
            Comparison::NotEqual => !both,
            comparison => comparison == Comparison::NotIn,
        });
    }
    Ok(match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => order("<", left, right)?.is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order("<=", left, right)?.is_some_and(Ordering::is_le),
        Comparison::Greater => order(">", left, right)?.is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(">=", left, right)?.is_some_and(Ordering::is_ge),
        Comparison::In => contains(right, left)?,
        Comparison::NotIn => !contains(right, left)?,
    })
}

/// The order of two values; none when a number is no number.
pub(in super::super) fn order(
    operator: &str,
    left: &Value,
    right: &Value,
) -> Result<Option<Ordering>, Error> {
    defined(left)?;
    defined(right)?;
    match (number(left), number(right)) {
        (Some(Number::Whole(a)), Some(Number::Whole(b))) => return Ok(Some(a.cmp(&b))),
        (Some(a), Some(b)) => return Ok(real(&a).partial_cmp(&real(&b))),
        _ => {}
    }
    if let (Some(a), Some(b)) = (left.as_str(), right.as_str()) {
        return Ok(Some(a.cmp(b)));
    }
    let (kind, other) = (type_name(left), type_name(right));
    if kind == other && matches!(kind, "list" | "tuple" | "_GroupTuple") {
        let (a, b) = (items_of(left)?, items_of(right)?);
        for (a, b) in a.iter().zip(&b) {
            if a != b {
                return budget::deeper(Ok(None), || order(operator, a, b));
            }
        }
        return Ok(Some(a.len().cmp(&b.len())));
    }
    if kind == "bytes" && other == "bytes" {
        return Ok(left.as_bytes().partial_cmp(&right.as_bytes()));
    }
    Err(exception(format!("'{operator}' not supported between instances of '{kind}' and '{other}'")))
}

fn contains(holder: &Value, value: &Value) -> Result<bool, Error> {
    if let Some(text) = holder.as_str().filter(|_| holder.kind() == ValueKind::String) {
        defined(value)?;
        return match value.as_str() {
            Some(part) => Ok(text.contains(part)),
            None => Err(exception(format!(
                "'in <string>' requires string as left operand, not {}",
                type_name(value)
            ))),
        };
    }
    if holder.downcast_object_ref::<Functions>().is_some() {
        // Salt's loader knows functions, not the modules they are in.
        return Ok(value.as_str().is_some_and(|name| crate::functions::find(name).is_some()));
    }
    if let Some(dict) = holder.downcast_object_ref::<Dict>() {
        defined(value)?;
        hashable(value)?;
        return Ok(dict.lock().contains_key(value));
    }
    match holder.kind() {
        ValueKind::Map => Ok(match pairs_of(holder) {
            Some(pairs) => pairs.iter().any(|(key, _)| key == value),
            None => false,
        }),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = items_of(holder)?;
            if Undefined::of(value).is_some() && !items.is_empty() {
                defined(value)?;
            }
            Ok(items.contains(value))
        }
        _ => Err(exception(format!("argument of type '{}' is not iterable", type_name(holder)))),
    }
}

/// Refuses what cannot be the key of a dict.
pub(in super::super) fn hashable(value: &Value) -> Result<(), Error> {
    if value.is_tuple() {
        return items_of(value)?.iter().try_for_each(hashable);
    }
    // What holds others is refused too where Python takes it by its identity: finding it again would look into it.
    let holds = value.as_object().is_some() && Undefined::of(value).is_none() && !print::is_range(value);
    match holds {
        true => Err(exception(format!("unhashable type: '{}'", type_name(value)))),
        false => Ok(()),
    }
}

/// `a ~ b`: both as text.
pub(super) fn concat(parts: &[Value], escape: bool) -> Result<Value, Error> {
    let mut out = String::new();
    for part in parts {
        super::undefined::usable(part)?;
        if Undefined::of(part).is_some() {
            continue;
        }
        let text = print::text(part);
        if escape && !part.is_safe() {
            out.push_str(&markup::escape(&text));
        } else {
            out.push_str(&text);
        }
        if out.len() > LENGTH_LIMIT {
            return Err(exception(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
    }
    Ok(if escape { Value::from_safe_string(out) } else { out.into() })
}
