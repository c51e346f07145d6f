//! Arguments of functions, as Salt reads them on its command line: YAML by position, `key=value` by name.

use common::value::{Map, Value};
use states::language::parse_yaml;

/// Arguments by position and by name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Arguments {
    /// By position.
    pub(super) positional: Vec<Value>,
    /// By name.
    pub(super) keyword: Map,
}

/// Reads words: each is YAML; `key=value`, where the key could be a name, is an argument by name.
#[must_use]
pub(super) fn parse(words: &[String]) -> Arguments {
    let mut arguments = Arguments::default();
    for word in words {
        match word.split_once('=').filter(|(key, _)| is_name(key)) {
            Some((key, value)) => {
                arguments.keyword.insert(key.into(), parse_word(value));
            }
            None => arguments.positional.push(parse_word(word)),
        }
    }
    arguments
}

/// Reads a YAML map.
///
/// # Errors
/// When the text is something else, in words.
pub(super) fn parse_map(text: &str) -> Result<Map, String> {
    match parse_yaml(text)? {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => {
            Err(format!("it is a YAML map that is wanted, such as '{{key: value}}', not {}", other.repr()))
        }
    }
}

/// One word. What spans lines, or is no YAML, is text; and so is what YAML would read as less than was typed, such as a
/// comment.
fn parse_word(word: &str) -> Value {
    let text = || Value::from(word);
    if word.contains('\n') || word.trim().is_empty() {
        return text();
    }
    match parse_yaml(word) {
        // `- x` is what somebody means as text, `[x]` as a list; a comment is no nothing.
        Ok(Value::Null) if word.trim() != "null" && word.trim() != "~" && word.trim() != "None" => text(),
        Ok(Value::String(read)) if word.contains('#') && *read != *word => text(),
        Ok(Value::Map(_)) if !word.trim_start().starts_with('{') => text(),
        Ok(Value::List(_)) if !word.trim_start().starts_with('[') => text(),
        Ok(value) => value,
        Err(_) => text(),
    }
}

fn is_name(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn parsed(words: &[&str]) -> Arguments {
        parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn words_are_yaml() {
        let arguments = parsed(&["1", "text", "[a, 2]", "{k: v}", "true", "a: b", "a #b", "- x", "x\ny", ""]);
        let expected = vec![
            Value::Int(1),
            "text".into(),
            Value::List(vec!["a".into(), Value::Int(2)]),
            Value::Map(map([("k", "v".into())])),
            Value::Bool(true),
            "a: b".into(),
            "a #b".into(),
            "- x".into(),
            "x\ny".into(),
            "".into(),
        ];
        assert_eq!(arguments.positional, expected);
    }

    #[test]
    fn names_are_names() {
        let arguments = parsed(&["env={a: 1}", "--opt=x", "2=3", "timeout=5"]);
        assert_eq!(arguments.positional, vec![Value::from("--opt=x"), "2=3".into()]);
        let expected = map([("env", Value::Map(map([("a", Value::Int(1))]))), ("timeout", Value::Int(5))]);
        assert_eq!(arguments.keyword, expected);
        assert!(parse_map("[1]").is_err());
    }
}
