//! Salt's `nested`: any value, indented.

use std::cmp::Ordering;

use super::Style;
use super::lines::{harmless, lines};
use super::paint::{Colour, paint};
use crate::value::{Map, Value};

/// One host and its value below it. What a function that failed returns has its frame in red.
pub(super) fn host(host: &str, value: &Value, failed: bool, style: &Style) -> String {
    let mut nested = Nested { colour: style.colour, failed, out: Vec::new() };
    nested.name(host, "");
    nested.write(value, 4, "");
    nested.out.join("\n") + "\n"
}

/// The lines of a value at an indentation.
pub(super) fn lines_of(value: &Value, indent: usize, colour: bool) -> Vec<String> {
    let mut nested = Nested { colour, failed: false, out: Vec::new() };
    nested.write(value, indent, "");
    nested.out
}

struct Nested {
    colour: bool,
    failed: bool,
    out: Vec<String>,
}

impl Nested {
    fn name(&mut self, name: &str, margin: &str) {
        let colour = if self.failed { Colour::Red } else { Colour::Cyan };
        self.out.push(format!("{margin}{}:", paint(self.colour, colour, name)));
    }

    /// The lines of a value. `prefix` is what stands before its first line (`- ` in a list).
    fn write(&mut self, value: &Value, indent: usize, prefix: &str) {
        let margin = " ".repeat(indent);
        match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let text = paint(self.colour, Colour::Yellow, &format!("{prefix}{value}"));
                self.out.push(format!("{margin}{text}"));
            }
            Value::String(text) => self.text(text, &margin, prefix),
            Value::Bytes(bytes) => self.text(&String::from_utf8_lossy(bytes), &margin, prefix),
            Value::List(items) => {
                let colour = if self.failed { Colour::Red } else { Colour::Green };
                for item in items {
                    match item {
                        Value::List(_) | Value::Map(_) => {
                            self.out.push(format!("{margin}{}", paint(self.colour, colour, "|_")));
                            self.write(item, indent + 2, "");
                        }
                        _ => self.write(item, indent, "- "),
                    }
                }
            }
            Value::Map(map) => {
                let colour = if self.failed { Colour::Red } else { Colour::Cyan };
                self.out.push(format!("{margin}{}", paint(self.colour, colour, "----------")));
                for (key, value) in sorted(map) {
                    self.name(&key, &margin);
                    self.write(value, indent + 4, "");
                }
            }
        }
    }

    /// The lines of a text: the first after the prefix, the others below it.
    fn text(&mut self, text: &str, margin: &str, prefix: &str) {
        let mut prefix = prefix.to_owned();
        for line in lines(text) {
            let painted = paint(self.colour, Colour::Green, &format!("{prefix}{}", harmless(line)));
            self.out.push(format!("{margin}{painted}"));
            prefix = " ".repeat(prefix.len());
        }
    }
}

/// A map's pairs by their keys: numbers by size, all else by its text.
fn sorted(map: &Map) -> Vec<(String, &Value)> {
    let mut pairs: Vec<_> = map.iter().collect();
    if map.keys().all(|key| number(key).is_some()) {
        pairs.sort_by(|left, right| number(left.0).partial_cmp(&number(right.0)).unwrap_or(Ordering::Equal));
        return pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    }
    let mut pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    pairs
}

/// A number as Python compares it.
#[expect(clippy::cast_precision_loss, reason = "only the order of keys depends on it")]
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
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
        assert_eq!(host("local", &value, false, &Style::default()), expected);
    }
}
