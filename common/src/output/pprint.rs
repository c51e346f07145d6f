//! Salt's `pprint`: what Python's `pprint` writes, in lines of 80, maps sorted.

use std::cmp::Ordering;

use super::lines::{lines_with_ends, words_with_blanks};
use crate::value::{Map, Value};

const WIDTH: usize = 80;

/// A value over as many lines as it needs. `per_level` is the indent of a level, mostly 1.
pub(super) fn format(value: &Value, per_level: usize) -> String {
    let mut printer = Printer { out: String::new(), per_level: per_level.min(WIDTH) };
    printer.value(&sorted(value), 0, 0);
    printer.out
}

struct Printer {
    out: String,
    per_level: usize,
}

impl Printer {
    /// Writes a value that begins at a column. `after` characters follow it on its last line.
    fn value(&mut self, value: &Value, column: usize, after: usize) {
        let repr = value.repr();
        if repr.chars().count() + column + after <= WIDTH {
            self.out.push_str(&repr);
            return;
        }
        match value {
            Value::Map(map) if !map.is_empty() => self.map(map, column, after + 1),
            Value::List(items) if !items.is_empty() => self.list(items, column, after + 1),
            Value::String(text) => self.text(text, column, after),
            _ => self.out.push_str(&repr),
        }
    }

    fn map(&mut self, map: &Map, column: usize, after: usize) {
        let column = self.open('{', column);
        for (index, (key, value)) in map.iter().enumerate() {
            self.begin(index, column);
            let key = key.repr();
            let is_last = index + 1 == map.len();
            self.out.push_str(&key);
            self.out.push_str(": ");
            self.value(value, column + key.chars().count() + 2, if is_last { after } else { 1 });
        }
        self.out.push('}');
    }

    fn list(&mut self, items: &[Value], column: usize, after: usize) {
        let column = self.open('[', column);
        for (index, item) in items.iter().enumerate() {
            self.begin(index, column);
            self.value(item, column, if index + 1 == items.len() { after } else { 1 });
        }
        self.out.push(']');
    }

    /// Opens a bracket; the column at which items begin.
    fn open(&mut self, bracket: char, column: usize) -> usize {
        self.out.push(bracket);
        self.out.push_str(&" ".repeat(self.per_level.saturating_sub(1)));
        column + self.per_level
    }

    fn begin(&mut self, index: usize, column: usize) {
        if index > 0 {
            self.out.push_str(",\n");
            self.out.push_str(&" ".repeat(column));
        }
    }

    /// A long text: a piece for each of its lines, and lines that are too long in pieces of whole words.
    fn text(&mut self, text: &str, column: usize, after: usize) {
        let width = WIDTH.saturating_sub(column);
        let mut pieces: Vec<String> = Vec::new();
        let lines = lines_with_ends(text);
        for (index, line) in lines.iter().enumerate() {
            let is_last = index + 1 == lines.len();
            let repr = quoted(line);
            if repr.chars().count() <= width.saturating_sub(if is_last { after } else { 0 }) {
                pieces.push(repr);
                continue;
            }
            let mut current = String::new();
            let words = words_with_blanks(line);
            for (position, word) in words.iter().enumerate() {
                let ends = is_last && position + 1 == words.len();
                let candidate = format!("{current}{word}");
                if quoted(&candidate).chars().count() <= width.saturating_sub(if ends { after } else { 0 }) {
                    current = candidate;
                    continue;
                }
                if !current.is_empty() {
                    pieces.push(quoted(&current));
                }
                current = (*word).to_owned();
            }
            if !current.is_empty() {
                pieces.push(quoted(&current));
            }
        }
        self.out.push_str(&pieces.join(&format!("\n{}", " ".repeat(column))));
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).repr()
}

/// The value with the pairs of its maps sorted by key, and where keys can't be compared by the names of their types.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        Value::Map(map) => {
            let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.sort_by(|left, right| order(&left.0, &right.0));
            Value::Map(pairs.into_iter().collect())
        }
        value => value.clone(),
    }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        _ => match (super::nested::number(left), super::nested::number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
            _ => left.type_name().cmp(right.type_name()),
        },
    }
}
