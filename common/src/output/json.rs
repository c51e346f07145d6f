//! Salt's `json`: what Python's `json.dumps` writes, indented by four, text as it is.

use std::fmt::Write as _;

use super::Indent;
use crate::value::{Value, float_repr};

/// One document for all hosts.
pub(super) fn document(pairs: &[(&str, &Value)], indent: Indent) -> String {
    let indent_by = match indent {
        Indent::Usual | Indent::Pretty => Some(4),
        Indent::Spaces(number) => Some(number),
        Indent::None => None,
    };
    let hosts = pairs.iter().map(|(host, value)| (Value::from(*host), (*value).clone())).collect();
    let mut writer = Writer { out: String::new(), indent: indent_by, sorted: indent == Indent::Pretty };
    writer.value(&Value::Map(hosts), 0);
    writer.out.push('\n');
    writer.out
}

/// A document of one host on one line, without a blank.
pub(super) fn line(host: &str, value: &Value) -> String {
    let object: serde_json::Value = [(host.to_owned(), value.to_json())].into_iter().collect();
    format!("{object}\n")
}

struct Writer {
    out: String,
    /// The blanks of a level; none for one line.
    indent: Option<usize>,
    sorted: bool,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Int(number) => {
                // Writing to a String cannot fail.
                let _ = write!(self.out, "{number}");
            }
            Value::Float(number) => self.out.push_str(&float(*number)),
            Value::String(text) => self.text(text),
            // Python's writer has no bytes, and Salt has it write what Python calls them.
            Value::Bytes(_) => self.text(&value.repr()),
            Value::List(items) => {
                self.items('[', ']', items.len(), depth, |writer, index| {
                    writer.value(&items[index], depth + 1)
                });
            }
            Value::Map(map) => {
                let pairs = if self.sorted { crate::yaml::sorted(map) } else { map.iter().collect() };
                let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key_text(key), value)).collect();
                self.items('{', '}', pairs.len(), depth, |writer, index| {
                    let (key, value) = &pairs[index];
                    writer.text(key);
                    writer.out.push_str(": ");
                    writer.value(value, depth + 1);
                });
            }
        }
    }

    fn items(
        &mut self,
        open: char,
        close: char,
        count: usize,
        depth: usize,
        item: impl Fn(&mut Self, usize),
    ) {
        self.out.push(open);
        for index in 0..count {
            if index > 0 {
                self.out.push(',');
            }
            self.separate(depth + 1, index > 0);
            item(self, index);
        }
        if count > 0 {
            self.separate(depth, false);
        }
        self.out.push(close);
    }

    /// Begins a new line, or on one line puts a blank between items.
    fn separate(&mut self, depth: usize, between: bool) {
        match self.indent {
            Some(indent) => {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent.saturating_mul(depth).min(1000)));
            }
            None if between => self.out.push(' '),
            None => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c if c < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

fn key_text(key: &Value) -> String {
    match key {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Float(number) => float(*number),
        key => key.to_string(),
    }
}

/// Python writes the numbers that JSON lacks by names of its own.
fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        float_repr(number)
    }
}
