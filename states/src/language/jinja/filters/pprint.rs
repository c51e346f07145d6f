//! Python's `pprint.pformat`: values on one line where they fit into 80 columns, else one item a line; dicts by key.

use std::cmp::Ordering;

use minijinja::Value;
use minijinja::value::ValueKind;

use super::Filter;
use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, pairs_of};

const WIDTH: usize = 80;

/// Deeper values are printed on one line.
const DEPTH_LIMIT: usize = 100;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("pprint", |_, arguments| Ok(format(&arguments.required(0, "value")?).into())),
    ("python", |_, arguments| Ok(format(&arguments.required(0, "value")?).trim().into())),
];

/// The text of a value.
fn format(value: &Value) -> String {
    let mut out = String::new();
    Printer { out: &mut out }.value(value, 0, 0, 0);
    out
}

struct Printer<'a> {
    out: &'a mut String,
}

impl Printer<'_> {
    /// Prints a value that begins at column `indent` and is followed by `allowance` characters.
    fn value(&mut self, value: &Value, indent: usize, allowance: usize, level: usize) {
        let line = one_line(value, 0);
        if line.chars().count() <= WIDTH.saturating_sub(indent + allowance) || level > DEPTH_LIMIT {
            self.out.push_str(&line);
            return;
        }
        let level = level + 1;
        if let Some(pairs) = pairs_of(value) {
            self.out.push('{');
            self.pairs(&sorted(pairs), indent, allowance + 1, level);
            self.out.push('}');
        } else if value.kind() == ValueKind::String {
            self.text(value.as_str().unwrap_or_default(), indent, allowance, level);
        } else if value.kind() == ValueKind::Seq && !print::is_range(value) {
            let items = items_of(value).unwrap_or_default();
            let (open, close) = match (value.is_tuple(), items.len()) {
                (true, 1) => ("(", ",)"),
                (true, _) => ("(", ")"),
                (false, _) => ("[", "]"),
            };
            self.out.push_str(open);
            self.items(&items, indent, allowance + close.len(), level);
            self.out.push_str(close);
        } else {
            self.out.push_str(&line);
        }
    }

    fn pairs(&mut self, pairs: &[(Value, Value)], indent: usize, allowance: usize, level: usize) {
        let indent = indent + 1;
        for (at, (key, value)) in pairs.iter().enumerate() {
            let (key, last) = (one_line(key, 0), at + 1 == pairs.len());
            self.out.push_str(&key);
            self.out.push_str(": ");
            let column = indent + key.chars().count() + 2;
            self.value(value, column, if last { allowance } else { 1 }, level);
            if !last {
                self.break_line(",", indent);
            }
        }
    }

    fn items(&mut self, items: &[Value], indent: usize, allowance: usize, level: usize) {
        let indent = indent + 1;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.break_line(",", indent);
            }
            self.value(item, indent, if at + 1 == items.len() { allowance } else { 1 }, level);
        }
    }

    /// A long text: its lines, and words of these, as literals one below the other.
    fn text(&mut self, text: &str, mut indent: usize, mut allowance: usize, level: usize) {
        if level == 1 {
            indent += 1;
            allowance += 1;
        }
        let width = WIDTH.saturating_sub(indent);
        let length = |text: &str| Value::from(text);
        let length = |text: &str| print::repr(&length(text)).chars().count();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut chunks: Vec<&str> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let last_line = at + 1 == lines.len();
            if length(line) <= width.saturating_sub(if last_line { allowance } else { 0 }) {
                chunks.push(line);
                continue;
            }
            let words = words(line);
            let (mut from, mut to) = (0, 0);
            for (word_at, end) in words.iter().enumerate() {
                let last = last_line && word_at + 1 == words.len();
                if length(&line[from..*end]) > width.saturating_sub(if last { allowance } else { 0 }) {
                    if to > from {
                        chunks.push(&line[from..to]);
                    }
                    from = to;
                }
                to = *end;
            }
            if to > from {
                chunks.push(&line[from..to]);
            }
        }
        let literal = |chunk: &str| print::repr(&Value::from(chunk));
        if let [one] = chunks[..] {
            self.out.push_str(&literal(one));
            return;
        }
        if level == 1 {
            self.out.push('(');
        }
        for (at, chunk) in chunks.iter().enumerate() {
            if at > 0 {
                self.break_line("", indent);
            }
            self.out.push_str(&literal(chunk));
        }
        if level == 1 {
            self.out.push(')');
        }
    }

    fn break_line(&mut self, before: &str, indent: usize) {
        self.out.push_str(before);
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
    }
}

/// Where the words of a line end, each with the blanks after it.
fn words(line: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut blank = false;
    for (at, letter) in line.char_indices() {
        if blank && !letter.is_whitespace() {
            ends.push(at);
        }
        blank = letter.is_whitespace();
    }
    ends.push(line.len());
    ends
}

/// `repr` with the keys of dicts in order.
fn one_line(value: &Value, depth: usize) -> String {
    if depth > DEPTH_LIMIT {
        return "...".into();
    }
    if let Some(pairs) = pairs_of(value) {
        let pair = |(key, value): &(Value, Value)| {
            format!("{}: {}", one_line(key, depth + 1), one_line(value, depth + 1))
        };
        return format!("{{{}}}", sorted(pairs).iter().map(pair).collect::<Vec<_>>().join(", "));
    }
    if value.kind() != ValueKind::Seq || print::is_range(value) {
        return print::repr(value);
    }
    let items = items_of(value).unwrap_or_default();
    let items: Vec<_> = items.iter().map(|item| one_line(item, depth + 1)).collect();
    match (value.is_tuple(), &items[..]) {
        (true, [one]) => format!("({one},)"),
        (true, items) => format!("({})", items.join(", ")),
        (false, items) => format!("[{}]", items.join(", ")),
    }
}

/// The pairs by key; keys of different types by the names of these.
fn sorted(mut pairs: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let is_number = |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    pairs.sort_by(|(left, _), (right, _)| {
        if left.kind() == right.kind() || is_number(left) && is_number(right) {
            return left.partial_cmp(right).unwrap_or(Ordering::Equal);
        }
        print::type_name(left).cmp(print::type_name(right))
    });
    pairs
}
