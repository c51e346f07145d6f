//! Values to YAML text, as PyYAML's safe dumper writes it.

use common::value::{Map, Value, float_repr};
use libyaml_safer::{Emitter, Encoding, Error, Event, MappingStyle, ScalarStyle, SequenceStyle};

use super::resolve::{is_plain_string, is_timestamp};

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `{a: [1, 2]}`
    Flow,
    /// A line for each item.
    Block,
}

/// Writes one document, without the newline and the `...` at its end. Keys are sorted where they can be.
pub(crate) fn dump(value: &Value, layout: Layout) -> Result<String, Error> {
    let mut out = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut out);
    emitter.set_unicode(true);
    emitter.emit(Event::stream_start(Encoding::Utf8))?;
    emitter.emit(Event::document_start(None, &[], true))?;
    write(&mut emitter, value, layout)?;
    emitter.emit(Event::document_end(true))?;
    emitter.emit(Event::stream_end())?;
    emitter.flush()?;
    drop(emitter);
    let text = String::from_utf8_lossy(&out);
    let text = text.trim();
    Ok(text.strip_suffix("\n...").unwrap_or(text).into())
}

fn write(emitter: &mut Emitter<'_>, value: &Value, layout: Layout) -> Result<(), Error> {
    match value {
        Value::Null => plain(emitter, "null"),
        Value::Bool(flag) => plain(emitter, if *flag { "true" } else { "false" }),
        Value::Int(number) => plain(emitter, &number.to_string()),
        Value::Float(number) => plain(emitter, &float(*number)),
        Value::String(text) => {
            let is_itself = is_plain_string(text) && !is_timestamp(text);
            emitter.emit(Event::scalar(None, None, text, is_itself, true, ScalarStyle::Any))
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
pub(crate) fn sorted(map: &Map) -> Vec<(&Value, &Value)> {
    let mut pairs: Vec<_> = map.iter().collect();
    if map.keys().all(|key| key.as_str().is_some()) {
        pairs.sort_by(|left, right| left.0.as_str().cmp(&right.0.as_str()));
    } else if map.keys().all(|key| key.as_int().is_some()) {
        pairs.sort_by_key(|pair| pair.0.as_int());
    }
    pairs
}

/// A float as YAML 1.1 reads it back.
pub(crate) fn float(number: f64) -> String {
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
pub(crate) fn base64(bytes: &[u8]) -> String {
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
