//! Jinja2's filters that lay text out.

use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::methods::dict_entries;
use crate::language::jinja::print;

/// The widest line that is filled up.
const WIDTH_LIMIT: i64 = 1 << 20;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("center", |state, arguments| {
        let width = arguments.optional_int(1, "width")?.unwrap_or(80).min(WIDTH_LIMIT);
        let text = Value::from(print::text(&arguments.required(0, "value")?));
        text.call_method(state, "center", &[Value::from(width)])
    }),
    ("forceescape", |state, arguments| {
        state.apply_filter("escape", &[Value::from(print::text(&arguments.required(0, "value")?))])
    }),
    ("striptags", |_, arguments| Ok(strip_tags(&print::text(&arguments.required(0, "value")?)).into())),
    ("truncate", truncate),
    ("wordwrap", wrap),
    ("xmlattr", attributes),
];

fn truncate(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "s")?;
    let length = usize::try_from(arguments.optional_int(1, "length")?.unwrap_or(255)).unwrap_or(0);
    let end = arguments.optional_text(3, "end")?.unwrap_or_else(|| "...".into());
    let leeway = usize::try_from(arguments.optional_int(4, "leeway")?.unwrap_or(5)).unwrap_or(0);
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= length.saturating_add(leeway) {
        return Ok(text.into());
    }
    let kept: String = letters.iter().take(length.saturating_sub(end.chars().count())).collect();
    let kept = match arguments.flag(2, "killwords", false) {
        true => &*kept,
        false => kept.rsplit_once(' ').map_or(&*kept, |(words, _)| words),
    };
    Ok(format!("{kept}{end}").into())
}

fn wrap(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "s")?;
    let width = usize::try_from(arguments.optional_int(1, "width")?.unwrap_or(79)).unwrap_or(0).max(1);
    let breaks = arguments.flag(2, "break_long_words", true);
    let newline = arguments.optional_text(3, "wrapstring")?.unwrap_or_else(|| "\n".into());
    let lines: Vec<String> = text.lines().map(|line| wrap_line(line, width, breaks).join(&newline)).collect();
    Ok(lines.join(&newline).into())
}

fn wrap_line(line: &str, width: usize, breaks: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        let mut word = word;
        let fits = |current: &str, word: &str| {
            current.is_empty() || current.chars().count() + 1 + word.chars().count() <= width
        };
        if !fits(&current, word) {
            lines.push(std::mem::take(&mut current));
        }
        while breaks && current.is_empty() && word.chars().count() > width {
            let cut = word.char_indices().nth(width).map_or(word.len(), |(at, _)| at);
            lines.push(word[..cut].into());
            word = &word[cut..];
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    lines
}

fn strip_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn attributes(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let mut out = String::new();
    for (key, value) in dict_entries(&arguments.required(0, "d")?)? {
        if value.is_none() || value.is_undefined() {
            continue;
        }
        let escaped = state.apply_filter("escape", &[Value::from(print::text(&value))])?;
        out.push_str(&format!(" {}=\"{escaped}\"", print::text(&key)));
    }
    if !arguments.flag(1, "autospace", true) {
        out.remove(0);
    }
    Ok(out.into())
}
