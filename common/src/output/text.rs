//! Salt's `txt`: each line of a value with its host before it.

use super::paint::plain;
use crate::value::Value;

/// One host's lines.
pub(super) fn host(host: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.lines().map(|line| format!("{host}: {}\n", plain(line))).collect(),
        value => format!("{host}: {value}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_names_its_host() {
        assert_eq!(host("a", &Value::from("x\ny\n")), "a: x\na: y\n");
        assert_eq!(host("a", &Value::List(vec!["x".into(), true.into()])), "a: ['x', True]\n");
    }
}
