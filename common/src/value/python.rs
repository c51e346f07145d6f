//! Python's truth, equality, hash and text of a value.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::Value;

impl Value {
    /// Python's `bool(value)`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
        }
    }

    /// Python's `repr(value)`: what a value looks like inside a printed list.
    #[must_use]
    pub fn repr(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = write_repr(self, &mut out);
        out
    }

    /// The number Python compares this by: booleans are 0 and 1.
    fn as_number(&self) -> Option<Number> {
        match self {
            Self::Bool(flag) => Some(Number::Int(i64::from(*flag))),
            Self::Int(number) => Some(Number::Int(*number)),
            Self::Float(number) => Some(Number::from_float(*number)),
            _ => None,
        }
    }
}

/// A number in the form in which equal numbers are identical: a float with an integral value is that integer.
#[derive(PartialEq)]
enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn from_float(number: f64) -> Self {
        // 2^63 itself is past i64; below it every integral float converts exactly.
        let limit = 9_223_372_036_854_775_808.0;
        if number.fract() == 0.0 && (-limit..limit).contains(&number) {
            #[expect(clippy::cast_possible_truncation, reason = "integral and in range, checked above")]
            Self::Int(number as i64)
        } else {
            Self::Float(number)
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            _ => match (self.as_number(), other.as_number()) {
                (Some(left), Some(right)) => left == right,
                _ => false,
            },
        }
    }
}

// NaN differs from itself, as in Python; as a map key that only means that it is never found again.
impl Eq for Value {}

pub(super) fn hash_text<H: Hasher>(text: &str, state: &mut H) {
    state.write_u8(2);
    text.hash(state);
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => state.write_u8(0),
            Self::String(text) => hash_text(text, state),
            Self::Bytes(bytes) => {
                state.write_u8(3);
                bytes.hash(state);
            }
            Self::List(items) => {
                state.write_u8(4);
                items.hash(state);
            }
            // Maps with the same pairs in another order are equal.
            Self::Map(map) => {
                state.write_u8(5);
                state.write_usize(map.len());
            }
            Self::Bool(_) | Self::Int(_) | Self::Float(_) => {
                state.write_u8(1);
                match self.as_number() {
                    Some(Number::Int(number)) => number.hash(state),
                    Some(Number::Float(number)) => number.to_bits().hash(state),
                    None => {}
                }
            }
        }
    }
}

/// Python's `str(value)`: what a template prints.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => f.write_str(text),
            _ => write_repr(self, f),
        }
    }
}

fn write_repr(value: &Value, out: &mut impl fmt::Write) -> fmt::Result {
    match value {
        Value::Null => out.write_str("None"),
        Value::Bool(true) => out.write_str("True"),
        Value::Bool(false) => out.write_str("False"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Float(number) => out.write_str(&float_repr(*number)),
        Value::String(text) => write_quoted(text, out),
        Value::Bytes(bytes) => write_bytes(bytes, out),
        Value::List(items) => {
            out.write_char('[')?;
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.write_str(", ")?;
                }
                write_repr(item, out)?;
            }
            out.write_char(']')
        }
        Value::Map(map) => {
            out.write_char('{')?;
            for (position, (key, item)) in map.iter().enumerate() {
                if position > 0 {
                    out.write_str(", ")?;
                }
                write_repr(key, out)?;
                out.write_str(": ")?;
                write_repr(item, out)?;
            }
            out.write_char('}')
        }
    }
}

/// Python's `repr(float)`: the shortest digits that read back, in exponent form from 1e16 up and below 1e-4.
#[must_use]
pub fn float_repr(number: f64) -> String {
    if number.is_nan() {
        return "nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{number}");
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn write_quoted(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.write_char(quote)?;
    for c in text.chars() {
        match c {
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            c if c == quote => write!(out, "\\{c}")?,
            c if !is_printable(c) => match u32::from(c) {
                code @ ..0x100 => write!(out, "\\x{code:02x}")?,
                code @ ..0x1_0000 => write!(out, "\\u{code:04x}")?,
                code => write!(out, "\\U{code:08x}")?,
            },
            c => out.write_char(c)?,
        }
    }
    out.write_char(quote)
}

/// Python's `str.isprintable`: no control, format, private or separating character but the blank. Code points that no
/// version of Unicode has assigned yet pass as printable.
fn is_printable(c: char) -> bool {
    !matches!(u32::from(c),
        0..0x20 | 0x7f..=0xa0 | 0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x1680 | 0x180e
        | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x2064 | 0x2066..=0x206f | 0x3000 | 0xe000..=0xf8ff | 0xfdd0..=0xfdef
        | 0xfeff | 0xfff9..=0xfffb | 0xfffe..=0xffff | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3
        | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff | 0xf0000..)
}

fn write_bytes(bytes: &[u8], out: &mut impl fmt::Write) -> fmt::Result {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    write!(out, "b{quote}")?;
    for byte in bytes {
        match byte {
            b'\\' => out.write_str("\\\\")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            byte if char::from(*byte) == quote => write!(out, "\\{quote}")?,
            0x20..0x7f => out.write_char(char::from(*byte))?,
            byte => write!(out, "\\x{byte:02x}")?,
        }
    }
    out.write_char(quote)
}

#[cfg(test)]
mod tests {
    use super::super::{Map, Value};

    #[test]
    fn prints_as_python_does() {
        let list = Value::List(vec![
            Value::Int(1),
            Value::from("a"),
            Value::Null,
            Value::Float(5.0),
            Value::from("it's"),
            Value::Bool(true),
        ]);
        assert_eq!(list.to_string(), r#"[1, 'a', None, 5.0, "it's", True]"#);
        assert_eq!(Value::Float(1e100).to_string(), "1e+100");
        assert_eq!(Value::Float(1e-7).to_string(), "1e-07");
        assert_eq!(Value::Float(1e16).to_string(), "1e+16");
        assert_eq!(Value::Float(123_456_789.25).to_string(), "123456789.25");
        assert_eq!(Value::from("a\n").repr(), r"'a\n'");
    }

    #[test]
    fn numbers_that_python_holds_equal_are_one_key() {
        let mut map = Map::new();
        map.insert(Value::Int(1), Value::from("int"));
        map.insert(Value::Float(1.0), Value::from("float"));
        map.insert(Value::Bool(true), Value::from("bool"));
        assert_eq!(map.len(), 1);
        assert_ne!(Value::from("1"), Value::Int(1));
    }
}
