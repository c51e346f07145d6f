//! What a tag makes of a text: PyYAML's constructors.

use common::value::Value;

use super::base64::decode_binary;
use super::fault::{Fault, Mark};
use super::integer::read_int;
use super::resolve::{Tag, bool_of};

/// The value of a scalar.
pub(super) fn scalar(tag: &Tag, text: &str, mark: Mark) -> Result<Value, Box<Fault>> {
    let shown = || Value::from(text).repr();
    Ok(match tag {
        Tag::Null => Value::Null,
        Tag::Bool => {
            let lower = text.to_lowercase();
            Value::Bool(bool_of(&lower).ok_or_else(|| {
                Fault::raised(Value::from(&lower).repr(), mark)
                    .says(format!("{} is not a boolean", shown()))
                    .help("write `true` or `false`")
            })?)
        }
        Tag::Int => read_int(text).map_err(|error| {
            Fault::raised(error, mark)
                .says(format!("{} is not an integer", shown()))
                .help("put quotes around it")
        })?,
        Tag::Float => Value::Float(read_float(text).map_err(|error| {
            Fault::raised(error, mark)
                .says(format!("{} is not a number", shown()))
                .help("put quotes around it")
        })?),
        Tag::Binary => match text.char_indices().find(|(_, c)| !c.is_ascii()) {
            None => Value::Bytes(
                decode_binary(text)
                    .map_err(|error| Fault::new(format!("failed to decode base64 data: {error}"), mark))?
                    .into(),
            ),
            Some((position, _)) => {
                let position = text[..position].chars().count();
                return Err(Fault::new("failed to convert base64 data into ascii", mark)
                    .says(format!("base64 data is ASCII; character {} is not", position + 1)));
            }
        },
        _ => Value::from(text),
    })
}

/// The value of the text of a float, and Python's words where it has none.
fn read_float(text: &str) -> Result<f64, String> {
    let parse = |text: &str| {
        text.trim()
            .parse::<f64>()
            .map_err(|_| format!("could not convert string to float: {}", Value::from(text).repr()))
    };
    let text = text.replace('_', "").to_lowercase();
    if text.is_empty() {
        return Err("string index out of range".into());
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    let magnitude = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        digits if digits.contains(':') => {
            // The last part first, as PyYAML adds them: sums of floats depend on it.
            let parts = digits.split(':').map(parse).collect::<Result<Vec<_>, _>>()?;
            let (mut total, mut base) = (0.0, 1.0);
            for part in parts.iter().rev() {
                total += part * base;
                base *= 60.0;
            }
            total
        }
        digits => parse(digits)?,
    };
    Ok(sign * magnitude)
}
