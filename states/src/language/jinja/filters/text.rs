//! Filters on text.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::{methods, print};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("contains_whitespace", |_, arguments| {
        Ok(arguments.text(0, "text")?.contains(char::is_whitespace).into())
    }),
    ("date_format", date),
    ("method_call", |state, arguments| {
        let (value, method) = (arguments.required(0, "obj")?, arguments.text(1, "f_name")?);
        methods::call(state, &value, &method, arguments.positional().get(2..).unwrap_or_default())
    }),
    ("quote", |_, arguments| Ok(quote(&arguments.text(0, "txt")?).into())),
    ("skip", |_, _| Ok(Value::from(""))),
    ("strftime", date),
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
    ("to_snake_case", |_, arguments| Ok(snake_case(&arguments.text(0, "camel_input")?).into())),
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

/// A time (seconds since 1970, a date as ISO 8601 writes it, or nothing for now) in local time.
fn date(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "date")?;
    let format = arguments.optional_text(1, "format")?.unwrap_or_else(|| "%Y-%m-%d".into());
    let unreadable = || {
        let given = print::repr(&value);
        arguments.error(format!(
            "Unable to parse {given}: give seconds since 1970, or a date such as 2030-01-31 12:00"
        ))
    };
    let local = TimeZone::system();
    let time = match value.kind() {
        ValueKind::None => Timestamp::now().to_zoned(local),
        ValueKind::Number => {
            let seconds = f64::try_from(value.clone()).map_err(|_| unreadable())?;
            timestamp(seconds).ok_or_else(unreadable)?.to_zoned(local)
        }
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default().trim();
            match text.parse::<f64>() {
                Ok(seconds) => timestamp(seconds).ok_or_else(unreadable)?.to_zoned(local),
                Err(_) => written(text, local).ok_or_else(unreadable)?,
            }
        }
        _ => return Err(unreadable()),
    };
    let printed = jiff::fmt::strtime::format(&format, &time);
    printed.map(Value::from).map_err(|error| arguments.error(error))
}

fn timestamp(seconds: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "a float past the range saturates and is refused")]
    Timestamp::from_microsecond((seconds * 1e6) as i64).ok()
}

/// A date that is written out: with an offset it is a point in time, without one the local clock's.
fn written(text: &str, local: TimeZone) -> Option<Zoned> {
    if let Ok(point) = text.parse::<Timestamp>() {
        return Some(point.to_zoned(local));
    }
    text.replace('/', "-").parse::<DateTime>().ok()?.to_zoned(local).ok()
}
