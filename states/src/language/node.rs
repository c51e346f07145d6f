//! A value that knows the place of each of its parts.

use std::sync::Arc;

use common::value::{Map, Value};

use crate::diagnostic::Place;

/// A YAML value with its place in the source (mapped back through Jinja to the template's line).
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Where it begins.
    pub place: Place,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Anything but a list or a map.
    Scalar(Value),
    /// A list.
    List(Vec<Arc<Node>>),
    /// A map in source order; no two keys are equal.
    Map(Vec<(Arc<Node>, Arc<Node>)>),
}

impl Node {
    /// The value without its places.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => Value::List(items.iter().map(|item| item.to_value()).collect()),
            Kind::Map(pairs) => Value::Map(
                pairs.iter().map(|(key, value)| (key.to_value(), value.to_value())).collect::<Map>(),
            ),
        }
    }

    /// The pairs, when this is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Arc<Node>, Arc<Node>)]> {
        match &self.kind {
            Kind::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The items, when this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Arc<Node>]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, when this is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Value> {
        match &self.kind {
            Kind::Scalar(value) => Some(value),
            _ => None,
        }
    }

    /// The text, when this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().and_then(Value::as_str)
    }
}
