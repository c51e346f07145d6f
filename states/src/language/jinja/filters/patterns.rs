//! Filters with Python's regular expressions.

use common::regex::{
    Flags, PatternError, Replacement, Subject, Template, compile, match_at_start, substitute,
};
use minijinja::{Error, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::values::tuple;

/// As how many steps the reading of an expression counts.
const COMPILE_STEPS: u64 = 500;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("regex_escape", |_, arguments| Ok(escape(&arguments.text(0, "value")?).into())),
    ("regex_match", |_, arguments| groups(arguments, true)),
    ("regex_replace", |_, arguments| {
        let regex = regex(arguments, 3)?;
        let template = Template::parse(&arguments.text(2, "val")?).map_err(|error| arguments.error(error))?;
        let text = arguments.text(0, "txt")?;
        substitute(&regex, &text, Replacement::Template(&template), 0)
            .map(|(text, _)| text.into())
            .map_err(|error| arguments.error(error))
    }),
    ("regex_search", |_, arguments| groups(arguments, false)),
];

/// `text is match('regex')`: whether the text begins with a match.
pub(in crate::language::jinja) fn matches(arguments: &Arguments<'_>) -> Result<bool, Error> {
    let regex = regex(arguments, 2)?;
    match_at_start(&regex, &arguments.text(0, "txt")?).map_err(|error| arguments.error(error))
}

fn regex(arguments: &Arguments<'_>, flags_at: usize) -> Result<fancy_regex::Regex, Error> {
    let flags = Flags {
        ignore_case: arguments.flag(flags_at, "ignorecase", false),
        multi_line: arguments.flag(flags_at + 1, "multiline", false),
        ..Flags::default()
    };
    // To read an expression takes long, beside all else that a filter does.
    budget::steps(COMPILE_STEPS)?;
    compile(&arguments.text(1, "rgx")?, flags, Subject::Text)
        .map_err(|error: PatternError| arguments.error(error))
}

/// The groups of the first match, the whole match when there are none, None without a match.
fn groups(arguments: &Arguments<'_>, at_start: bool) -> Result<Value, Error> {
    let (text, regex) = (arguments.text(0, "txt")?, regex(arguments, 2)?);
    let captures = match regex.captures(&text).map_err(|error| arguments.error(error))? {
        Some(captures) if !at_start || captures.get(0).is_some_and(|whole| whole.start() == 0) => captures,
        _ => return Ok(Value::from(())),
    };
    let first = usize::from(captures.len() > 1);
    let group = |at: usize| Value::from(captures.get(at).map(|group| group.as_str().to_owned()));
    Ok(tuple((first..captures.len()).map(group).collect()))
}

/// Python's `re.escape`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
