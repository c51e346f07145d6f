//! Jinja2's filters that lay text out.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::methods;
use crate::language::jinja::run::{Undefined, exception};
use crate::language::jinja::values::pairs_of;
use crate::language::jinja::{markup, print};

/// The widest line that is filled up.
const WIDTH_LIMIT: i64 = 1 << 20;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("center", |state, arguments| {
        let width = arguments.optional_int(1, "width")?.unwrap_or(80).min(WIDTH_LIMIT);
        let text = Value::from(print::text(&arguments.required(0, "value")?));
        methods::call(state, &text, "center", &[Value::from(width)])
    }),
    ("forceescape", |_, arguments| {
        Ok(Value::from_safe_string(markup::escape(&print::text(&arguments.required(0, "value")?))))
    }),
    ("striptags", |_, arguments| Ok(strip_tags(&print::text(&arguments.required(0, "value")?)).into())),
    ("truncate", truncate),
    ("wordwrap", wrap),
    ("xmlattr", attributes),
];

fn truncate(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "s")?;
    let length = usize::try_from(arguments.optional_int(1, "length")?.unwrap_or(255)).unwrap_or(0);
    let end = arguments.optional_text(3, "end")?.unwrap_or_else(|| "...".into());
    let leeway = usize::try_from(arguments.optional_int(4, "leeway")?.unwrap_or(5)).unwrap_or(0);
    if length < end.chars().count() {
        let least = end.chars().count();
        return Err(exception(format!("expected length >= {least}, got {length}")));
    }
    let kind = print::type_name(&value);
    let Some(text) = value.as_str() else {
        let sized = matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Bytes);
        return match value.len().filter(|_| sized) {
            Some(count) if count <= length.saturating_add(leeway) => Ok(value),
            Some(_) if value.kind() == ValueKind::Map => Err(exception("unhashable type: 'slice'")),
            Some(_) if arguments.flag(2, "killwords", false) => {
                Err(exception(format!("can only concatenate {kind} (not \"str\") to {kind}")))
            }
            Some(_) => Err(exception(format!("'{kind}' object has no attribute 'rsplit'"))),
            None => Err(exception(format!("object of type '{kind}' has no len()"))),
        };
    };
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= length.saturating_add(leeway) {
        return Ok(value);
    }
    let kept: String = letters.iter().take(length.saturating_sub(end.chars().count())).collect();
    let kept = match arguments.flag(2, "killwords", false) {
        true => &*kept,
        false => kept.rsplit_once(' ').map_or(&*kept, |(words, _)| words),
    };
    Ok(format!("{kept}{end}").into())
}

fn wrap(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "s")?;
    let Some(text) = value.as_str() else {
        let kind = print::type_name(&value);
        return Err(exception(format!("'{kind}' object has no attribute 'splitlines'")));
    };
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
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    [("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(words, |text, (entity, c)| text.replace(entity, c))
}

fn attributes(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let mut parts = Vec::new();
    let value = arguments.required(0, "d")?;
    let Some(pairs) = pairs_of(&value) else {
        return Err(exception(format!("'{}' object has no attribute 'items'", print::type_name(&value))));
    };
    for (key, value) in pairs {
        if value.is_none() || Undefined::of(&value).is_some() {
            continue;
        }
        let key = print::text(&key);
        if key.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=')) {
            let shown = print::repr(&Value::from(key));
            return Err(exception(format!("Invalid character in attribute name: {shown}")));
        }
        let escape = |value: &Value| {
            let text = print::text(value);
            if value.is_safe() { text } else { markup::escape(&text) }
        };
        parts.push(format!("{}=\"{}\"", markup::escape(&key), escape(&value)));
    }
    let space = if !parts.is_empty() && arguments.flag(1, "autospace", true) { " " } else { "" };
    Ok(format!("{space}{}", parts.join(" ")).into())
}
