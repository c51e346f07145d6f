//! The one value type, from YAML through Jinja and the wire to the output.
//!
//! It is `serde_yaml`'s model (ordered maps whose keys may be any value) with Python's view of truth, equality and
//! text, because state files were written for Python and can see the difference.

pub(crate) mod budget;
mod convert;
mod lookup;
mod python;
mod serial;

use std::sync::Arc;

use indexmap::IndexMap;

pub use lookup::DEFAULT_DELIMITER;
pub use python::float_repr;
pub use serial::ShapeError;

/// A value as YAML, Jinja, a state function or the wire knows it.
///
/// Equality and hashing are Python's, so that `1`, `1.0` and `True` are the same map key.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `None`; YAML's `null`, `~` and nothing at all.
    #[default]
    Null,
    /// `True` or `False`.
    Bool(bool),
    /// An integer. Integers past 64 bits are an error where they are read.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// Text. Shared, because grains and pillar are copied into every template's context.
    String(Arc<str>),
    /// Bytes (`!!binary`, or the output of a command that is not text).
    Bytes(Arc<[u8]>),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A map in source order.
    Map(Map),
}

/// A map in source order.
pub type Map = IndexMap<Value, Value>;

impl Value {
    /// The text, when this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, when this is one (booleans are not).
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, when this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, when this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map to change, when this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether this is `None`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The name of Python's type, for messages that Salt's users know.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::String(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "dict",
        }
    }
}

/// Builds a [`Map`] from pairs: `map([("name", "x".into())])`.
pub fn map<K: Into<Value>, const N: usize>(pairs: [(K, Value); N]) -> Map {
    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

/// Looks a text key up in a map: `get(&map, "name")`.
#[must_use]
pub fn get<'a>(map: &'a Map, key: &str) -> Option<&'a Value> {
    map.get(&lookup::TextKey(key))
}
