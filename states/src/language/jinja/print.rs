//! Values as Python prints them.

use std::cell::Cell;
use std::fmt::{self, Write as _};

use common::value::{Value as Plain, float_repr};
use minijinja::Value;
use minijinja::value::ValueKind;

use super::budget;
use super::functions::{Functions, Module};
use super::globals::Range;
use super::values::{Generator, Group, View, items_of, pairs_of};

/// The longest text that a value is printed as, in bytes.
const LENGTH_LIMIT: usize = 64 << 20;

thread_local! {
    /// Whether text with line breaks inside a printed dict is written as YAML's double-quoted scalar.
    static YAML_FRIENDLY: Cell<bool> = const { Cell::new(false) };
}

/// What `{{ … }}` prints: Python's `str(value)`, except that Salt makes printed dicts friendly to YAML.
pub(super) fn printed(value: &Value) -> String {
    YAML_FRIENDLY.set(true);
    let text = text(value);
    YAML_FRIENDLY.set(false);
    text
}

/// Python's `str(value)`.
pub(super) fn text(value: &Value) -> String {
    match value.as_str() {
        Some(text) if value.kind() == ValueKind::String => text.into(),
        _ => repr(value),
    }
}

/// Python's `repr(value)`.
pub(super) fn repr(value: &Value) -> String {
    let mut out = Bounded(String::new());
    if write_repr(value, &mut out).is_err() {
        budget::note(usize::MAX);
    }
    out.0
}

/// Python's name for the type of a value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String if value.is_safe() => "Markup",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq if value.is_tuple() => "tuple",
        ValueKind::Seq | ValueKind::Iterable => {
            if let Some(view) = value.downcast_object_ref::<View>() {
                view.name()
            } else if let Some(generator) = value.downcast_object_ref::<Generator>() {
                generator.name()
            } else if is_range(value) {
                "range"
            } else if value.downcast_object_ref::<Group>().is_some() {
                "_GroupTuple"
            } else {
                "list"
            }
        }
        ValueKind::Map if value.downcast_object_ref::<Functions>().is_some() => "AliasedLoader",
        ValueKind::Map if value.downcast_object_ref::<Module>().is_some() => "AliasedModule",
        ValueKind::Map => "dict",
        _ => match value.as_object().map(|object| object.type_name()) {
            Some(name) if name.ends_with("::Undefined") => "StrictUndefined",
            Some(name) if name.ends_with("::Macro") => "Macro",
            Some(name) if name.ends_with("::Loop") => "LoopContext",
            Some(name) if name.ends_with("::Namespace") => "Namespace",
            Some(name) if name.ends_with("::Cycler") => "Cycler",
            Some(name) if name.ends_with("::Joiner") => "Joiner",
            Some(name) if name.ends_with("imports::Module") => "TemplateModule",
            Some(name) if name.ends_with("::Method") => "builtin_function_or_method",
            _ => "function",
        },
    }
}

/// Whether this is a `range()`.
pub(super) fn is_range(value: &Value) -> bool {
    value.downcast_object_ref::<Range>().is_some()
}

/// Writes Python's `repr(value)`.
pub(super) fn write_repr(value: &Value, out: &mut impl fmt::Write) -> fmt::Result {
    match value.kind() {
        ValueKind::Undefined => out.write_str("Undefined"),
        ValueKind::String => out.write_str(&Plain::from(value.as_str().unwrap_or_default()).repr()),
        ValueKind::Bytes => out.write_str(&Plain::Bytes(value.as_bytes().unwrap_or_default().into()).repr()),
        ValueKind::Number if !value.is_integer() => {
            out.write_str(&float_repr(f64::try_from(value.clone()).unwrap_or(f64::NAN)))
        }
        ValueKind::Seq if value.is_tuple() => {
            let items = items_of(value).unwrap_or_default();
            match &items[..] {
                [one] => {
                    out.write_char('(')?;
                    deeper(|| write_repr(one, out))?;
                    out.write_str(",)")
                }
                items => write_items(items, ['(', ')'], out),
            }
        }
        ValueKind::Seq | ValueKind::Iterable if type_name(value) != "list" => write!(out, "{value}"),
        ValueKind::Seq => write_items(&items_of(value).unwrap_or_default(), ['[', ']'], out),
        ValueKind::Map => match pairs_of(value) {
            Some(pairs) => write_pairs(&pairs, out),
            None => write!(out, "{value}"),
        },
        _ => write!(out, "{value}"),
    }
}

/// Writes items between brackets.
pub(super) fn write_items(
    items: &[Value],
    [open, close]: [char; 2],
    out: &mut impl fmt::Write,
) -> fmt::Result {
    out.write_char(open)?;
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.write_str(", ")?;
        }
        deeper(|| write_repr(item, out))?;
    }
    out.write_char(close)
}

fn write_pairs(pairs: &[(Value, Value)], out: &mut impl fmt::Write) -> fmt::Result {
    out.write_char('{')?;
    for (position, (key, item)) in pairs.iter().enumerate() {
        if position > 0 {
            out.write_str(", ")?;
        }
        deeper(|| write_repr(key, out))?;
        out.write_str(": ")?;
        match item.as_str() {
            Some(text) if YAML_FRIENDLY.get() && text.contains(['\n', '\r', '\t']) => {
                out.write_str(&double_quoted_as(text, true))?;
            }
            _ => deeper(|| write_repr(item, out))?,
        }
    }
    out.write_char('}')
}

/// Writes one level deeper; past the bounds of a rendering nothing more is written.
fn deeper(write: impl FnOnce() -> fmt::Result) -> fmt::Result {
    budget::deeper(Ok(()), write)
}

/// Text that is being written, no longer than may be.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > LENGTH_LIMIT {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// YAML's double-quoted scalar, escaped as PyYAML does.
pub(super) fn double_quoted(text: &str) -> String {
    double_quoted_as(text, false)
}

/// The same; characters past ASCII stay as they are where `unicode` says so.
fn double_quoted_as(text: &str, unicode: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            ' '..='~' => out.push(c),
            c if unicode && (c.is_alphanumeric() || !c.is_control() && u32::from(c) > 0xa0) => out.push(c),
            c => {
                // Writing to a String cannot fail.
                let _ = match c as u32 {
                    code @ 0..=0xff => write!(out, "\\x{code:02X}"),
                    code @ 0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    code => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}
