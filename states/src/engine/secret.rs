//! `no_log`: hiding what a state says.

use common::value::{Map, Value};

/// What stands in the place of a hidden value.
pub(super) const MASK: &str = "**********";

/// Hides every value that says something; keys, `False`, 0 and empty values stay, as in Salt.
pub(super) fn hide(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(hide).collect()),
        Value::Map(map) => Value::Map(hide_values(map)),
        value if value.is_true() => MASK.into(),
        value => value.clone(),
    }
}

/// Hides the values of a map.
pub(super) fn hide_values(map: &Map) -> Map {
    map.iter().map(|(key, value)| (key.clone(), hide(value))).collect()
}
