//! Filters on text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("contains_whitespace", |_, arguments| {
        Ok(arguments.text(0, "text")?.contains(char::is_whitespace).into())
    }),
    ("date_format", date),
    ("method_call", |state, arguments| {
        let (value, method) = (arguments.required(0, "obj")?, arguments.text(1, "f_name")?);
        value.call_method(state, &method, arguments.positional().get(2..).unwrap_or_default())
    }),
    ("quote", |_, arguments| Ok(quote(&arguments.text(0, "txt")?).into())),
    ("skip", |_, _| Ok(Value::from(""))),
    ("strftime", date),
    ("string", |_, arguments| {
        let value = arguments.required(0, "value")?;
        if value.is_undefined() {
            value.get_attr("")?;
        }
        Ok(print::text(&value).into())
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
    ("to_snake_case", |_, arguments| Ok(snake_case(&arguments.text(0, "camel_input")?).into())),
    ("wordcount", |_, arguments| {
        let text = arguments.text(0, "s")?;
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

/// A time (seconds since 1970, or nothing for now) in local time.
fn date(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "date")?;
    let format = arguments.optional_text(1, "format")?.unwrap_or_else(|| "%Y-%m-%d".into());
    let seconds = match value.kind() {
        ValueKind::None => None,
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => match value.as_str().and_then(|text| text.trim().parse::<f64>().ok()) {
            Some(seconds) => Some(seconds),
            None => return Err(arguments.error(format!("Unable to parse {value}: give seconds since 1970"))),
        },
        _ => return Err(arguments.error(format!("Unable to parse {}", print::repr(&value)))),
    };
    let time = match seconds {
        None => Timestamp::now(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float past the range saturates and is refused"
        )]
        Some(seconds) => {
            Timestamp::from_microsecond((seconds * 1e6) as i64).map_err(|error| arguments.error(error))?
        }
    };
    let printed = jiff::fmt::strtime::format(&format, &time.to_zoned(TimeZone::system()));
    printed.map(Value::from).map_err(|error| arguments.error(error))
}
