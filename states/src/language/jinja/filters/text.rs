//! Filters on text.

use minijinja::{Error, ErrorKind, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::values::items_of;
use crate::language::jinja::{methods, print};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("contains_whitespace", |_, arguments| {
        let value = arguments.required(0, "text")?;
        let items = items_of(&value)?;
        let blank = |item: &Value| item.as_str().is_some_and(|item| item.chars().all(char::is_whitespace));
        Ok(items.iter().any(blank).into())
    }),
    ("method_call", call_method),
    ("quote", |_, arguments| {
        let value = arguments.required(0, "txt")?;
        // Python quotes what is not there as an empty word.
        Ok(if value.is_none() { "''".into() } else { quote(&arguments.text(0, "txt")?).into() })
    }),
    ("skip", |_, _| Ok(Value::from(""))),
    ("string", |_, arguments| {
        let value = arguments.required(0, "value")?;
        Ok(if value.is_safe() { value } else { print::text(&value).into() })
    }),
    ("to_camelcase", |_, arguments| {
        let upper = arguments.flag(1, "uppercamel", false);
        let capitalize = |word: &str| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters.as_str().to_lowercase().chars()).collect::<String>()
        };
        let text = arguments.text(0, "snake_input")?;
        let words = text.split('_').enumerate();
        Ok(words
            .map(|(at, word)| if at > 0 || upper { capitalize(word) } else { word.into() })
            .collect::<String>()
            .into())
    }),
    ("to_snake_case", |_, arguments| match &*arguments.text(0, "camel_input")? {
        "" => Err(arguments.error("string index out of range")),
        text => Ok(snake_case(text).into()),
    }),
    ("wordcount", |_, arguments| {
        let text = print::text(&arguments.required(0, "s")?);
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        Ok(words.count().into())
    }),
];

/// Python's `shlex.quote`.
fn quote(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && text.chars().all(safe) {
        return text.into();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

fn snake_case(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && letters[at - 1].is_lowercase();
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if at > 0 && letter.is_uppercase() && (after_lower || before_lower) {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// A method by its name; None of a value that has no such method.
fn call_method(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (value, method) = (arguments.required(0, "obj")?, arguments.text(1, "f_name")?);
    match methods::call(state, &value, &method, arguments.after(2)) {
        Err(error) if error.kind() == ErrorKind::UnknownMethod => Ok(Value::from(())),
        result => result,
    }
}
