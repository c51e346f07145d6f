//! Filters with Python's regular expressions.

use std::sync::Arc;

use common::regex::{
    Flags, PatternError, Replacement, Subject, Template, compile, match_at_start, substitute,
};
use fancy_regex::Regex;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::functions::context_of;
use crate::language::jinja::values::tuple;

/// As how many steps the reading of an expression counts.
const COMPILE_STEPS: u64 = 500;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("regex_escape", |_, arguments| Ok(escape(&arguments.text(0, "value")?).into())),
    ("regex_match", |state, arguments| groups(state, arguments, true)),
    ("regex_replace", |state, arguments| {
        let regex = regex(state, arguments, 3)?;
        let template = Template::parse(&arguments.text(2, "val")?).map_err(|error| arguments.error(error))?;
        let text = arguments.text(0, "txt")?;
        substitute(&regex, &text, Replacement::Template(&template), 0)
            .map(|(text, _)| text.into())
            .map_err(|error| arguments.error(error))
    }),
    ("regex_search", |state, arguments| groups(state, arguments, false)),
];

/// `text is match('regex')`: whether the text begins with a match.
pub(in crate::language::jinja) fn matches(
    state: &State<'_, '_>,
    arguments: &Arguments<'_>,
) -> Result<bool, Error> {
    let regex = regex(state, arguments, 2)?;
    match_at_start(&regex, &arguments.text(0, "txt")?).map_err(|error| arguments.error(error))
}

fn regex(state: &State<'_, '_>, arguments: &Arguments<'_>, flags_at: usize) -> Result<Arc<Regex>, Error> {
    let flags = Flags {
        ignore_case: arguments.flag(flags_at, "ignorecase", false),
        multi_line: arguments.flag(flags_at + 1, "multiline", false),
        ..Flags::default()
    };
    // To read an expression takes long, beside all else that a filter does.
    budget::steps(COMPILE_STEPS)?;
    let pattern = arguments.text(1, "rgx")?;
    let read = |pattern: &str| compile(pattern, flags, Subject::Text).map(Arc::new);
    // Every host of a fleet reads the same expressions.
    let shared = context_of(state).and_then(|context| context.run.shared.clone());
    let regex = match &shared {
        Some(shared) => shared.pattern(&pattern, flags, read),
        None => read(&pattern),
    };
    regex.map_err(|error: PatternError| arguments.error(error))
}

/// The groups of the first match, the whole match when there are none, None without a match.
fn groups(state: &State<'_, '_>, arguments: &Arguments<'_>, at_start: bool) -> Result<Value, Error> {
    let (text, regex) = (arguments.text(0, "txt")?, regex(state, arguments, 2)?);
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
