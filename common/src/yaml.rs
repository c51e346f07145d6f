//! Values to YAML text, as PyYAML's safe dumper writes it, which is what Salt prints and its filters make.

use std::cmp::Ordering;
use std::sync::LazyLock;

use fancy_regex::Regex;
use libyaml_safer::{Emitter, Encoding, Error, Event, MappingStyle, ScalarStyle, SequenceStyle};

use crate::value::{Map, Value, float_repr};

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `{a: [1, 2]}`
    Flow,
    /// A line for each item.
    Block,
}

/// Writes one document, without the newline and the `...` at its end. Keys are sorted where they can be.
///
/// # Errors
/// When the emitter can't write the value; one in memory can always be written.
pub fn dump(value: &Value, layout: Layout) -> Result<String, Error> {
    emit(value, layout, None, true).map(without_end)
}

/// As [`dump`], in ASCII alone: other letters are escaped within double quotes.
///
/// # Errors
/// As [`dump`].
pub fn dump_ascii(value: &Value, layout: Layout) -> Result<String, Error> {
    emit(value, layout, None, false).map(without_end)
}

/// Only the emitter's own end goes: a text may end in a blank of another script, and needs no quotes for it.
fn without_end(mut text: String) -> String {
    for end in ["\n", "\n..."] {
        text.truncate(text.strip_suffix(end).map_or(text.len(), str::len));
    }
    text
}

/// Writes one document as it stands in a file. `indent` is that of a level, 2 where none is given.
///
/// # Errors
/// As [`dump`].
pub fn document(value: &Value, layout: Layout, indent: Option<i32>) -> Result<String, Error> {
    emit(value, layout, indent, true)
}

fn emit(value: &Value, layout: Layout, indent: Option<i32>, unicode: bool) -> Result<String, Error> {
    let mut out = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut out);
    emitter.set_unicode(unicode);
    if let Some(indent) = indent {
        emitter.set_indent(indent);
    }
    emitter.emit(Event::stream_start(Encoding::Utf8))?;
    emitter.emit(Event::document_start(None, &[], true))?;
    write(&mut emitter, value, layout)?;
    emitter.emit(Event::document_end(true))?;
    emitter.emit(Event::stream_end())?;
    emitter.flush()?;
    drop(emitter);
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn write(emitter: &mut Emitter<'_>, value: &Value, layout: Layout) -> Result<(), Error> {
    match value {
        Value::Null => plain(emitter, "null"),
        Value::Bool(flag) => plain(emitter, if *flag { "true" } else { "false" }),
        Value::Int(number) => plain(emitter, &number.to_string()),
        Value::Float(number) => plain(emitter, &float(*number)),
        Value::String(text) => {
            emitter.emit(Event::scalar(None, None, text, !reads_as_other(text), true, ScalarStyle::Any))
        }
        Value::Bytes(bytes) => {
            let tag = Some("tag:yaml.org,2002:binary");
            let text = format!("{}\n", base64(bytes));
            emitter.emit(Event::scalar(None, tag, &text, false, false, ScalarStyle::Literal))
        }
        Value::List(items) => {
            let style = match layout {
                Layout::Block if !items.is_empty() => SequenceStyle::Block,
                _ => SequenceStyle::Flow,
            };
            emitter.emit(Event::sequence_start(None, None, true, style))?;
            for item in items {
                write(emitter, item, layout)?;
            }
            emitter.emit(Event::sequence_end())
        }
        Value::Map(map) => {
            let style = match layout {
                Layout::Block if !map.is_empty() => MappingStyle::Block,
                _ => MappingStyle::Flow,
            };
            emitter.emit(Event::mapping_start(None, None, true, style))?;
            for (key, value) in sorted(map) {
                write(emitter, key, layout)?;
                write(emitter, value, layout)?;
            }
            emitter.emit(Event::mapping_end())
        }
    }
}

fn plain(emitter: &mut Emitter<'_>, text: &str) -> Result<(), Error> {
    emitter.emit(Event::scalar(None, None, text, true, false, ScalarStyle::Plain))
}

/// The pairs by key; as they are, where Python cannot compare the keys.
#[must_use]
pub fn sorted(map: &Map) -> Vec<(&Value, &Value)> {
    let mut pairs: Vec<_> = map.iter().collect();
    if map.keys().all(|key| key.as_str().is_some()) {
        pairs.sort_by(|left, right| left.0.as_str().cmp(&right.0.as_str()));
    } else if map.keys().all(|key| number(key).is_some()) {
        pairs.sort_by(|left, right| number(left.0).partial_cmp(&number(right.0)).unwrap_or(Ordering::Equal));
    }
    pairs
}

/// A number as Python compares it.
#[expect(clippy::cast_precision_loss, reason = "only the order of keys depends on it")]
fn number(key: &Value) -> Option<f64> {
    match key {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A float as YAML 1.1 reads it back.
#[must_use]
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let text = float_repr(number);
    // Without a dot it would read as text.
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

/// Base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            match position <= chunk.len() {
                true => out.push(char::from(ALPHABET[(bits >> (18 - 6 * position) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}

/// Whether YAML 1.1 would read a plain text as something else: null, a boolean, a number, a date, `<<` or `=`.
fn reads_as_other(value: &str) -> bool {
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)^(?:
            | ~ | null | Null | NULL | << | =
            | yes | Yes | YES | no | No | NO | true | True | TRUE | false | False | FALSE
            | on | On | ON | off | Off | OFF
            | [-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)? | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
            | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]* | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
            | [-+]?0b[0-1_]+ | [-+]?0[0-7_]+ | [-+]?(?:0|[1-9][0-9_]*) | [-+]?0x[0-9a-fA-F_]+
            | [-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+
            | [0-9]{4}-[0-9]{2}-[0-9]{2}
            | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[\x20\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
              (?:[\x20\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?
            )\z",
        )
        .ok()
    });
    OTHER.as_ref().is_none_or(|other| other.is_match(value).unwrap_or(true))
}
