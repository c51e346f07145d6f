//! A call as it stands on a command line: `FUNCTION ARGUMENT … KEY=VALUE …`, each value read as YAML, as Salt does.

use common::value::Value;

use super::Arguments;
use crate::language::value_of;

/// The arguments of a call of `function`.
///
/// The command of a `cmd.*` call stays the text it is: `cmd.run false` runs `false`, where Salt would run `False`.
#[must_use]
pub fn parse<T: AsRef<str>>(function: &str, words: &[T]) -> Arguments {
    parse_but(function, words, &[])
}

/// The same, but that the keywords of these names keep the text they have.
#[must_use]
pub fn parse_but<T: AsRef<str>>(function: &str, words: &[T], as_text: &[String]) -> Arguments {
    let command = function.starts_with("cmd.");
    let mut arguments = Arguments::default();
    for word in words.iter().map(AsRef::as_ref) {
        match keyword(word) {
            // A command such as `FOO=1 env` is no keyword argument; one without blanks can't be told apart, as in Salt.
            Some((key, _))
                if command && arguments.positional.is_empty() && word[key.len()..].contains(' ') =>
            {
                arguments.positional.push(word.into());
            }
            Some((key, text)) => {
                let is_text = command && key == "cmd" || as_text.iter().any(|name| name == key);
                let value = if is_text { text.into() } else { value(text) };
                arguments.keyword.insert(key.into(), value);
            }
            None if command && arguments.positional.is_empty() => arguments.positional.push(word.into()),
            None => arguments.positional.push(value(word)),
        }
    }
    arguments
}

/// A word as a value. What YAML reads as something that nobody writes on a command line stays text: comments, documents,
/// maps and lists without brackets, numbers with underscores, anything with a line break or a tab.
#[must_use]
pub fn value(word: &str) -> Value {
    let text = || Value::from(word);
    let trimmed = word.trim();
    let digits = word.contains('_') && trimmed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    if matches!(trimmed, "" | "---" | "..." | "|" | "!") || digits || word.contains(['\t', '\r', '\n']) {
        return text();
    }
    if word == "None" {
        return Value::Null;
    }
    match value_of(word) {
        Ok(Value::String(_) | Value::Null) if word.contains('#') => text(),
        Ok(Value::Map(_)) if !word.starts_with('{') => text(),
        Ok(Value::List(_)) if !word.starts_with('[') => text(),
        // Bytes are no value of a command line.
        Ok(Value::Bytes(_)) | Err(_) => text(),
        Ok(value) => value,
    }
}

/// `key=value` with a key that is a name; `==` is no assignment.
fn keyword(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    // What has lines is text, but for a line break at its end, which is dropped.
    let value = value.strip_suffix('\n').unwrap_or(value);
    if value.contains('\n') {
        return None;
    }
    let mut letters = key.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_alphabetic() || letter == '_');
    let name = begins && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-'));
    (name && !value.starts_with('=')).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    #[test]
    fn words_are_yaml_where_salt_takes_them_as_such() {
        for (word, expected) in [
            ("true", Value::Bool(true)),
            ("None", Value::Null),
            ("12", 12.into()),
            ("1.5", Value::Float(1.5)),
            ("1_000", "1_000".into()),
            ("[1, a]", Value::List(vec![1.into(), "a".into()])),
            ("{a: 1}", map([("a", Value::Int(1))]).into()),
            ("a: 1", "a: 1".into()),
            ("- a", "- a".into()),
            ("a #b", "a #b".into()),
            ("#b", "#b".into()),
            ("", "".into()),
            ("a\nb", "a\nb".into()),
            ("[1", "[1".into()),
            ("---", "---".into()),
        ] {
            let found = value(word);
            assert_eq!((found.type_name(), &found), (expected.type_name(), &expected), "{word:?}");
        }
    }

    #[test]
    fn keywords_and_commands() {
        let parsed = parse("test.arg", &["1", "a=2", "b==3", "1c=4", "x-y.z=[1]"]);
        assert_eq!(parsed.positional, [1.into(), "b==3".into(), "1c=4".into()]);
        assert_eq!(parsed.keyword, map([("a", 2.into()), ("x-y.z", vec![1].into())]));
        let parsed = parse("cmd.run", &["false", "timeout=5"]);
        assert_eq!((parsed.positional, parsed.keyword), (vec!["false".into()], map([("timeout", 5.into())])));
        assert_eq!(parse("cmd.run", &["FOO=1 env"]).positional, ["FOO=1 env".into()]);
        assert_eq!(parse("cmd.run", &["cmd=true"]).keyword, map([("cmd", "true".into())]));
    }
}
