//! A user or group as a state names it: by number or by name.

use common::value::Value;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A number or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A number; text made of digits is one, too.
    Number(u32),
    /// A name.
    Name(String),
}

impl Identity {
    /// The word for a command line.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }

    /// The value for a comment or for changes.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Name(name) => name.into(),
        }
    }
}

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::Int(number) => u32::try_from(*number).map(Self::Number).map_err(|_| {
                D::Error::custom(format!(
                    "{number} is not a user or group number: those go from 0 to {}",
                    u32::MAX
                ))
            }),
            Value::String(text) => {
                Ok(text.parse().map_or_else(|_| Self::Name(text.to_string()), Self::Number))
            }
            other => Err(D::Error::custom(format!("expected a number or a name, found {}", other.repr()))),
        }
    }
}
