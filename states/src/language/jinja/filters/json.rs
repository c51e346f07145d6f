//! JSON as Python's `json.dumps` writes it.

use std::fmt::Write as _;

use common::value::{Value, float_repr};

use crate::language::yaml::sorted;

/// A value as `json.dumps(value, sort_keys, indent, ensure_ascii=False)` writes it; on one line without an indent.
pub(crate) fn to_json(value: &Value, sort_keys: bool, indent: Option<usize>) -> String {
    let indent = indent.map(|width| " ".repeat(width.min(100)));
    Format { sort_keys, indent, ..Format::default() }.write(value)
}

/// The same without blanks.
pub(super) fn to_json_tight(value: &Value) -> String {
    Format { separators: Some([",".into(), ":".into()]), ..Format::default() }.write(value)
}

/// How to write.
#[derive(Default)]
pub(super) struct Format {
    /// Whether keys are sorted.
    pub(super) sort_keys: bool,
    /// Whether characters past ASCII are escaped.
    pub(super) ascii: bool,
    /// What each level is indented by; on one line without.
    pub(super) indent: Option<String>,
    /// What stands between items and between a key and its value.
    pub(super) separators: Option<[String; 2]>,
}

impl Format {
    /// The text of a value.
    pub(super) fn write(&self, value: &Value) -> String {
        let mut out = String::new();
        self.value(value, 0, &mut out);
        out
    }

    fn value(&self, value: &Value, depth: usize, out: &mut String) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Int(number) => out.push_str(&number.to_string()),
            Value::Float(number) => out.push_str(&float(*number)),
            Value::String(text) => self.text(text, out),
            Value::Bytes(bytes) => self.text(&String::from_utf8_lossy(bytes), out),
            Value::List(items) if items.is_empty() => out.push_str("[]"),
            Value::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    self.separate(position, depth + 1, out);
                    self.value(item, depth + 1, out);
                }
                self.line(depth, out);
                out.push(']');
            }
            Value::Map(map) if map.is_empty() => out.push_str("{}"),
            Value::Map(map) => {
                out.push('{');
                let pairs = if self.sort_keys { sorted(map) } else { map.iter().collect() };
                for (position, (key, item)) in pairs.into_iter().enumerate() {
                    self.separate(position, depth + 1, out);
                    match key {
                        Value::String(key) => self.text(key, out),
                        Value::Null => out.push_str("\"null\""),
                        Value::Bool(flag) => out.push_str(if *flag { "\"true\"" } else { "\"false\"" }),
                        key => self.text(&key.to_string(), out),
                    }
                    out.push_str(self.separators.as_ref().map_or(": ", |[_, colon]| colon));
                    self.value(item, depth + 1, out);
                }
                self.line(depth, out);
                out.push('}');
            }
        }
    }

    fn separate(&self, position: usize, depth: usize, out: &mut String) {
        if position > 0 {
            let usual = if self.indent.is_some() { "," } else { ", " };
            out.push_str(self.separators.as_ref().map_or(usual, |[comma, _]| comma));
        }
        self.line(depth, out);
    }

    fn line(&self, depth: usize, out: &mut String) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    }

    fn text(&self, text: &str, out: &mut String) {
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c < ' ' || (self.ascii && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        // Writing to a String cannot fail.
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        float_repr(number)
    }
}
