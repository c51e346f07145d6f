//! Conversions from Rust's types, and to and from JSON's and `serde_yaml`'s values.

use std::sync::Arc;

use super::{Map, Value};

macro_rules! from {
    ($($type:ty => |$value:ident| $convert:expr;)*) => {
        $(impl From<$type> for Value { fn from($value: $type) -> Self { $convert } })*
    };
}

from! {
    bool => |value| Self::Bool(value);
    i32 => |value| Self::Int(i64::from(value));
    u32 => |value| Self::Int(i64::from(value));
    i64 => |value| Self::Int(value);
    f64 => |value| Self::Float(value);
    &str => |value| Self::String(value.into());
    String => |value| Self::String(value.into());
    &String => |value| Self::String(value.as_str().into());
    Arc<str> => |value| Self::String(value);
    Map => |value| Self::Map(value);
}

/// Sizes and counts of this program fit 63 bits; a larger one saturates.
impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// As for `usize`.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(flag),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(int) => Self::Int(int),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Self::from(text),
            serde_json::Value::Array(items) => items.into_iter().collect::<Vec<_>>().into(),
            serde_json::Value::Object(object) => {
                Self::Map(object.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
        }
    }
}

impl Value {
    /// The value as JSON, as Python's `json.dumps` would have it: keys that are not text become text (`True` as `true`),
    /// bytes become text with replacement characters, and numbers that JSON lacks become null.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => serde_json::Number::from_f64(*number).into(),
            Self::String(text) => text.as_ref().into(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect::<Vec<_>>().into(),
            Self::Map(map) => serde_json::Value::Object(
                map.iter().map(|(key, value)| (json_key(key), value.to_json())).collect(),
            ),
        }
    }
}

fn json_key(key: &Value) -> String {
    match key {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        key => key.to_string(),
    }
}
