//! Salt's `nested`: any value, indented.

use super::Style;
use super::paint::{Colour, paint, plain};
use crate::value::{Map, Value};

/// One host and its value below it.
pub(super) fn host(host: &str, value: &Value, style: Style) -> String {
    let mut out = vec![paint(style.colour, Colour::Cyan, &format!("{host}:"))];
    write(value, 4, "", style, &mut out);
    out.join("\n") + "\n"
}

/// The lines of a value at an indentation. `prefix` is what stands before its first line (`- ` in a list).
pub(super) fn write(value: &Value, indent: usize, prefix: &str, style: Style, out: &mut Vec<String>) {
    let margin = " ".repeat(indent);
    let mut line = |colour, text: &str| {
        out.push(format!("{margin}{}", paint(style.colour, colour, &format!("{prefix}{text}"))));
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            line(Colour::Yellow, &value.to_string());
        }
        Value::String(text) => write_text(text, &margin, prefix, style, out),
        Value::Bytes(bytes) => {
            write_text(&String::from_utf8_lossy(bytes), &margin, prefix, style, out);
        }
        Value::List(items) => {
            for item in items {
                match item {
                    Value::List(_) | Value::Map(_) => {
                        out.push(format!("{margin}{}", paint(style.colour, Colour::Green, "|_")));
                        write(item, indent + 2, "", style, out);
                    }
                    _ => write(item, indent, "- ", style, out),
                }
            }
        }
        Value::Map(map) => {
            if indent > 0 {
                out.push(format!("{margin}{}", paint(style.colour, Colour::Cyan, "----------")));
            }
            for (key, value) in sorted(map) {
                out.push(format!("{margin}{}", paint(style.colour, Colour::Cyan, &format!("{key}:"))));
                write(value, indent + 4, "", style, out);
            }
        }
    }
}

/// The lines of a text: the first after the prefix, the others below it.
fn write_text(text: &str, margin: &str, prefix: &str, style: Style, out: &mut Vec<String>) {
    let mut prefix = prefix.to_owned();
    for line in text.lines() {
        let painted = paint(style.colour, Colour::Green, &format!("{prefix}{}", plain(line)));
        out.push(format!("{margin}{painted}"));
        prefix = " ".repeat(prefix.len());
    }
}

/// A map's pairs by their keys' text.
fn sorted(map: &Map) -> Vec<(String, &Value)> {
    let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.to_string(), value)).collect();
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn as_salt_prints_it() {
        let list = |items: Vec<Value>| Value::List(items);
        let inner = map([("b", Value::Null), ("c", list(vec![1.into(), list(vec![2.into(), 3.into()])]))]);
        let value = Value::from(map([
            ("t", Value::from("multi\nline\n")),
            ("a", list(vec![1.into(), "x".into(), Value::Map(inner)])),
            ("e", Value::Map(Map::new())),
            ("l", list(vec![])),
            ("s", Value::from("")),
            ("f", Value::Float(1.5)),
            ("y", list(vec!["one\ntwo".into()])),
        ]));
        let expected = "\
local:
    ----------
    a:
        - 1
        - x
        |_
          ----------
          b:
              None
          c:
              - 1
              |_
                - 2
                - 3
    e:
        ----------
    f:
        1.5
    l:
    s:
    t:
        multi
        line
    y:
        - one
          two
";
        assert_eq!(host("local", &value, Style::default()), expected);
    }
}
