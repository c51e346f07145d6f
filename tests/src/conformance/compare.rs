//! How an answer differs from the expected one.

use serde_json::Value;

use super::answer::Answer;
use super::case::Call;

/// How many characters are shown of a value that differs.
const SHOWN: usize = 400;

/// What differs, one place a line; nothing where the answer is right.
#[must_use]
pub fn differences(call: &Call, answer: &Answer) -> Vec<String> {
    let text = std::fs::read_to_string(&call.expected)
        .unwrap_or_else(|_| panic!("{} is missing: run tests/conformance/make", call.expected.display()));
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut found = Vec::new();
    match (answer, expected.get("return"), expected.get("error")) {
        (Answer::Return(value), Some(wanted), _) => {
            compare("", wanted, value, call.function == "pillar.items", &mut found);
        }
        (Answer::Error(errors), _, Some(wanted)) => {
            let wanted: Vec<_> = wanted.as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for sentence in errors.iter().filter_map(|error| error.salt.as_deref()) {
                if !wanted.iter().any(|text| text.contains(claim(sentence))) {
                    found.push(format!("claims to be Salt's: {sentence:?}; Salt says {wanted:?}"));
                }
            }
        }
        (Answer::Return(value), None, wanted) => {
            found.push(format!("no error, but {}; Salt says {}", short(value), short(wanted.unwrap())));
        }
        (Answer::Error(errors), wanted, _) => {
            for error in errors {
                found.push(format!("an error: {error}"));
            }
            found.push(format!("Salt returns {}", short(wanted.unwrap())));
        }
    }
    found
}

/// What a sentence claims to have from Salt: its first line; and of what a parser says only that it is its error.
fn claim(sentence: &str) -> &str {
    let line = sentence.trim().lines().next().unwrap_or_default();
    let ends = ["Jinja syntax error: ", "Jinja error: "]
        .iter()
        .filter_map(|kind| Some(line.find(kind)? + kind.len()));
    ends.min().map_or(line, |end| &line[..end])
}

/// Compares two values place by place. Python's traceback after an error's first line is nobody's promise.
fn compare(place: &str, wanted: &Value, value: &Value, ordered: bool, found: &mut Vec<String>) {
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(value)) => {
            for (key, one) in wanted {
                match value.get(key) {
                    Some(other) => compare(&format!("{place}/{key}"), one, other, ordered, found),
                    None => found.push(format!("{place}/{key} is missing; Salt has {}", short(one))),
                }
            }
            for (key, other) in value.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                found.push(format!("{place}/{key} is too much: {}", short(other)));
            }
            if ordered && wanted.len() == value.len() && !wanted.keys().eq(value.keys()) {
                let (wanted, keys): (Vec<_>, Vec<_>) = (wanted.keys().collect(), value.keys().collect());
                found.push(format!("{place} has its keys in the order {keys:?}, in Salt {wanted:?}"));
            }
        }
        (Value::Array(wanted), Value::Array(value)) if wanted.len() == value.len() => {
            for (index, (one, other)) in wanted.iter().zip(value).enumerate() {
                compare(&format!("{place}/{index}"), one, other, ordered, found);
            }
        }
        (Value::String(wanted), Value::String(value)) if wanted.contains("Traceback") => {
            let start = wanted.split("Traceback").next().unwrap().trim_end();
            if !value.starts_with(start) {
                found.push(format!("{place} is {value:?}, in Salt it begins {start:?}"));
            }
        }
        _ if wanted == value => {}
        _ => found.push(format!("{place} is {}, in Salt {}", short(value), short(wanted))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
