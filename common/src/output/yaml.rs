//! YAML as PyYAML's safe dumper writes it (block style, sorted keys, lines of 80), which is what Salt prints.

use std::sync::LazyLock;

use fancy_regex::Regex;
use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};

use crate::value::{Map, Value, float_repr};

/// A map of hosts as a document.
pub(super) fn document(pairs: &[(&str, &Value)]) -> String {
    let mut out = Vec::new();
    match emit(pairs, &mut out) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        // Values in memory can always be written; should the emitter think otherwise, the operator sees why.
        Err(error) => format!("# this value can't be written as YAML: {error}\n"),
    }
}

fn emit(pairs: &[(&str, &Value)], out: &mut Vec<u8>) -> Result<(), libyaml_safer::Error> {
    let mut emitter = Emitter::new();
    emitter.set_output_string(out);
    emitter.set_unicode(true);
    emitter.emit(Event::stream_start(Encoding::Utf8))?;
    emitter.emit(Event::document_start(None, &[], true))?;
    emitter.emit(Event::mapping_start(None, None, true, MappingStyle::Block))?;
    for (host, value) in pairs {
        text(&mut emitter, host)?;
        write(&mut emitter, value)?;
    }
    emitter.emit(Event::mapping_end())?;
    emitter.emit(Event::document_end(true))?;
    emitter.emit(Event::stream_end())?;
    emitter.flush()
}

fn write(emitter: &mut Emitter<'_>, value: &Value) -> Result<(), libyaml_safer::Error> {
    match value {
        Value::Null => plain(emitter, "null"),
        Value::Bool(flag) => plain(emitter, if *flag { "true" } else { "false" }),
        Value::Int(number) => plain(emitter, &number.to_string()),
        Value::Float(number) => plain(emitter, &float(*number)),
        Value::String(string) => text(emitter, string),
        Value::Bytes(bytes) => text(emitter, &String::from_utf8_lossy(bytes)),
        Value::List(items) => {
            let style = if items.is_empty() { SequenceStyle::Flow } else { SequenceStyle::Block };
            emitter.emit(Event::sequence_start(None, None, true, style))?;
            for item in items {
                write(emitter, item)?;
            }
            emitter.emit(Event::sequence_end())
        }
        Value::Map(map) => {
            let style = if map.is_empty() { MappingStyle::Flow } else { MappingStyle::Block };
            emitter.emit(Event::mapping_start(None, None, true, style))?;
            for (key, value) in sorted(map) {
                write(emitter, key)?;
                write(emitter, value)?;
            }
            emitter.emit(Event::mapping_end())
        }
    }
}

fn plain(emitter: &mut Emitter<'_>, value: &str) -> Result<(), libyaml_safer::Error> {
    emitter.emit(Event::scalar(None, None, value, true, false, ScalarStyle::Plain))
}

/// A text: plain where that reads back as a text, else quoted.
fn text(emitter: &mut Emitter<'_>, value: &str) -> Result<(), libyaml_safer::Error> {
    emitter.emit(Event::scalar(None, None, value, !reads_as_other(value), true, ScalarStyle::Any))
}

/// Keys that are all text are sorted; Python can't compare others, and leaves such a map in its order.
fn sorted(map: &Map) -> Vec<(&Value, &Value)> {
    let mut pairs: Vec<_> = map.iter().collect();
    if map.keys().all(|key| key.as_str().is_some()) {
        pairs.sort_by_key(|(key, _)| key.as_str());
    }
    pairs
}

fn float(number: f64) -> String {
    let repr = float_repr(number);
    match repr.as_str() {
        "nan" => ".nan".into(),
        "inf" => ".inf".into(),
        "-inf" => "-.inf".into(),
        // YAML 1.1 knows no exponent without a dot.
        _ if !repr.contains('.') => repr.replacen('e', ".0e", 1),
        _ => repr,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn as_pyyaml_writes_it() {
        let inner = map([
            ("b", Value::Null),
            ("c", Value::List(vec![1.into(), Value::List(vec![2.into(), 3.into()])])),
        ]);
        let value = Value::from(map([
            ("t", Value::from("multi\nline\n")),
            ("a", Value::List(vec![1.into(), "x".into(), Value::Map(inner)])),
            ("e", Value::Map(Map::new())),
            ("l", Value::List(vec![])),
            ("s", Value::from("")),
            (
                "n",
                Value::List(
                    ["1", "yes", "0755", "1e5", "12:00", "2016-06-09", "a: b", "é"].map(Value::from).into(),
                ),
            ),
            ("f", Value::List(vec![Value::Float(1e100), Value::Float(1.0)])),
        ]));
        let expected = "\
local:
  a:
  - 1
  - x
  - b: null
    c:
    - 1
    - - 2
      - 3
  e: {}
  f:
  - 1.0e+100
  - 1.0
  l: []
  n:
  - '1'
  - 'yes'
  - '0755'
  - 1e5
  - '12:00'
  - '2016-06-09'
  - 'a: b'
  - é
  s: ''
  t: 'multi

    line

    '
";
        assert_eq!(document(&[("local", &value)]), expected);
    }
}
