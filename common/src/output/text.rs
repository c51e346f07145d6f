//! The formats that are little more than the text of a value.

use super::lines::{harmless, lines};
use crate::value::{Map, Value};

/// Salt's `txt`: each line of a value with its host before it.
pub(super) fn txt(host: &str, value: &Value) -> String {
    match value {
        Value::String(text) => lines(text).map(|line| format!("{host}: {}\n", harmless(line))).collect(),
        value => format!("{host}: {}\n", harmless(&value.to_string())),
    }
}

/// Salt's `raw`: what Python prints.
pub(super) fn raw(host: &str, value: &Value) -> String {
    format!("{}\n", of_host(host, value))
}

/// The map of one host.
pub(super) fn of_host(host: &str, value: &Value) -> Value {
    Value::Map(Map::from_iter([(host.into(), value.clone())]))
}

/// Salt's `newline_values_only`: a line for the value, or for each item of a list.
pub(super) fn values_only(value: &Value) -> String {
    let items = match value {
        Value::List(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    items.iter().map(|item| format!("{}\n", harmless(&item.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_names_its_host() {
        assert_eq!(txt("a", &Value::from("x\ny\n")), "a: x\na: y\n");
        assert_eq!(txt("a", &Value::List(vec!["x".into(), true.into()])), "a: ['x', True]\n");
    }

    #[test]
    fn values_alone() {
        assert_eq!(values_only(&Value::List(vec!["x".into(), true.into()])), "x\nTrue\n");
        assert_eq!(raw("a", &Value::Null), "{'a': None}\n");
    }
}
