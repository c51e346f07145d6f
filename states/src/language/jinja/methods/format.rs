//! `'{} {name!r}'.format(…)`.

use std::borrow::Cow;

use minijinja::formatting::{self, FormatStyle};
use minijinja::value::Kwargs;
use minijinja::{Error, Value};

use crate::language::jinja::print;

/// Python's `str.format`. The engine's own lacks the conversions `!r` and `!s`, so those arguments are printed first.
pub(in crate::language::jinja) fn format(text: &str, args: &[Value]) -> Result<String, Error> {
    if !text.contains("!r") && !text.contains("!s") {
        return formatting::format(FormatStyle::StrFormat, text, args);
    }
    let (keyword, positional) = match args.split_last() {
        Some((last, rest)) if last.is_kwargs() => (Kwargs::try_from(last.clone()).ok(), rest),
        _ => (None, args),
    };
    let mut keywords: Vec<(String, Value)> = keyword
        .iter()
        .flat_map(|keyword| keyword.args().filter_map(|name| Some((name.into(), keyword.peek(name).ok()?))))
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut automatic = 0;
    while let Some(open) = rest.find('{') {
        let (before, field) = rest.split_at(open);
        out.push_str(before);
        if let Some(after) = field.strip_prefix("{{") {
            out.push_str("{{");
            rest = after;
            continue;
        }
        let Some(close) = field.find('}') else {
            rest = field;
            break;
        };
        let (head, spec) = match field[1..close].split_once(':') {
            Some((head, spec)) => (head, format!(":{spec}")),
            None => (&field[1..close], String::new()),
        };
        let (name, conversion) = match head.split_once('!') {
            Some((name, conversion)) => (name, Some(conversion)),
            None => (head, None),
        };
        let name: Cow<'_, str> = if name.is_empty() {
            automatic += 1;
            (automatic - 1).to_string().into()
        } else {
            name.into()
        };
        let value = match name.parse::<usize>() {
            Ok(position) => positional.get(position).cloned(),
            Err(_) => keywords.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
        };
        match (conversion, value) {
            (Some(conversion), Some(value)) => {
                let printed = if conversion == "r" { print::repr(&value) } else { print::text(&value) };
                let made = format!("_printed_{}", keywords.len());
                out.push_str(&format!("{{{made}{spec}}}"));
                keywords.push((made, printed.into()));
            }
            _ => out.push_str(&format!("{{{name}{spec}}}")),
        }
        rest = &field[close + 1..];
    }
    out.push_str(rest);
    let mut args = positional.to_vec();
    args.push(Kwargs::from_iter(keywords).into());
    formatting::format(FormatStyle::StrFormat, &out, &args)
}
