//! Where in a template's own text an error is: the column, the macro around it, who calls that macro.
//!
//! The engine's columns are those of the rewritten source, and it keeps no record of calls; what it does say is found again
//! in the text that the author wrote.

use std::collections::BTreeMap;

use minijinja::Error;

/// How many calls of a macro are named.
const CALLS: usize = 3;

/// The column, counted from 1, and the length, both in characters, of what an error on a line of `text` is about.
pub(super) fn find(error: &Error, text: &str, line: usize) -> Option<(usize, usize)> {
    let written = text.lines().nth(line.checked_sub(1)?)?;
    let named = error.detail().and_then(|detail| detail.split('`').nth(1)).filter(|name| !name.is_empty());
    if let Some(name) = named {
        let other_quotes = name.replace('\'', "\"");
        let dotted = name.replace("['", ".").replace("']", "");
        for form in [name, &other_quotes, &dotted] {
            if let Some(column) = once(written, form) {
                return Some((column, form.chars().count()));
            }
        }
    }
    let (source, range) = (error.template_source()?, error.range()?);
    let snippet = source.get(range.clone())?.lines().next()?.trim_end();
    let begin = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
    if source[begin..].lines().next() == Some(written) {
        return Some((source[begin..range.start].chars().count() + 1, snippet.chars().count()));
    }
    let column = once(written, snippet).filter(|_| !snippet.is_empty())?;
    Some((column, snippet.chars().count()))
}

/// The column of the one place where a line has this text, as a word of its own.
fn once(line: &str, text: &str) -> Option<usize> {
    let mut found = line.match_indices(text).filter(|(at, _)| is_apart(line, *at, text.len()));
    let (at, _) = found.next()?;
    found.next().is_none().then(|| line[..at].chars().count() + 1)
}

/// Whether what stands there is not a part of a longer name.
fn is_apart(line: &str, at: usize, length: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    !line[..at].chars().next_back().is_some_and(|c| part(c) || c == '.')
        && !line[at + length..].chars().next().is_some_and(part)
}

/// A tag of a template: its words, and the line it begins on.
struct Tag<'a> {
    words: &'a str,
    line: usize,
}

/// The tags `{% … %}` of a text, in their order. Comments may hold some as well; an error is not the worse for it.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = text;
    let mut line = 1;
    std::iter::from_fn(move || {
        let begin = rest.find("{%")?;
        line += rest[..begin].matches('\n').count();
        let inner = &rest[begin + 2..];
        let end = inner.find("%}").unwrap_or(inner.len());
        let words = inner[..end].trim_start_matches(['-', '+']).trim_end_matches(['-', '+']).trim();
        let tag = Tag { words, line };
        line += inner[..end].matches('\n').count();
        rest = &inner[end..];
        Some(tag)
    })
}

/// The name at the beginning of a text.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The names that the tags of a template make: variables, loop variables, macros, imports.
pub(super) fn names_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for Tag { words, .. } in tags(text) {
        let (tag, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let part = match tag {
            "set" | "macro" => rest.split(['=', '(']).next(),
            "for" => rest.split(" in ").next(),
            "from" => rest.split_once(" import ").map(|(_, names)| names),
            "import" | "import_yaml" | "import_json" | "import_text" | "load_yaml" | "load_json" => {
                rest.rsplit(" as ").next()
            }
            _ => None,
        };
        let made = part.into_iter().flat_map(|part| part.split(','));
        names.extend(
            made.map(|name| identifier(name.rsplit(" as ").next().unwrap_or(name).trim()).to_owned()),
        );
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The file that a template imports a name from: `{% from 'file' import name %}`.
pub(super) fn imported_from<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    tags(text).find_map(|Tag { words, .. }| {
        let (file, names) = words.strip_prefix("from ")?.split_once(" import ")?;
        let mut names = names.split(',').map(|part| part.split_whitespace().next().unwrap_or_default());
        names.any(|known| known == name).then(|| file.trim().trim_matches(['\'', '"']))
    })
}

/// The macro that a line of a file stands in, as a note that also says where the rendered file, or the same file, calls it.
pub(super) fn macro_around(
    (file, text): (&str, &str),
    line: usize,
    (caller, caller_text): (&str, &str),
) -> Option<String> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut around = None;
    for Tag { words, line: at } in tags(text) {
        match words.split_once(char::is_whitespace).map_or(words, |(tag, _)| tag) {
            "macro" => open.push((identifier(words["macro".len()..].trim_start()), at)),
            "endmacro" => {
                if let Some((name, begin)) = open.pop()
                    && (begin..=at).contains(&line)
                {
                    around = Some((name, begin, at));
                    break;
                }
            }
            _ => {}
        }
    }
    let (name, begin, end) = around?;
    let mut calls: BTreeMap<(bool, usize), &str> = BTreeMap::new();
    for (own, path, text) in [(false, caller, caller_text), (true, file, text)] {
        for (number, written) in text.lines().enumerate() {
            let number = number + 1;
            let inside = path == file && (begin..=end).contains(&number);
            if !inside && calls_macro(written, name) {
                calls.entry((own && caller != file, number)).or_insert(path);
            }
        }
    }
    let mut note = format!("in macro `{name}` ({file}:{begin})");
    let shown: Vec<String> =
        calls.iter().take(CALLS).map(|((_, line), path)| format!("{path}:{line}")).collect();
    if !shown.is_empty() {
        note.push_str(&format!(", called from {}", shown.join(", ")));
    }
    if calls.len() > CALLS {
        note.push_str(&format!(" and {} more lines", calls.len() - CALLS));
    }
    Some(note)
}

/// Whether a line calls a macro of that name, its own or that of a module.
fn calls_macro(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let before = &line[..at];
        !before.chars().next_back().is_some_and(part)
            && line[at + name.len()..].starts_with('(')
            && !before.trim_end().ends_with("macro")
            && (before.contains("{{") || before.contains("{%"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_template_makes() {
        let text = "{% set a, b = 1, 2 %}{%- for k, v in x.items() -%}{% from 'f' import m, n as o with context %}\
                    {% import 'g' as g %}{% macro area(x) %}{% endmacro %}{% import_yaml 'h' as h %}";
        assert_eq!(names_in(text), ["a", "b", "k", "v", "m", "o", "g", "area", "h"]);
    }

    #[test]
    fn a_macro_and_its_calls() {
        let file =
            "{% macro one(x) %}\n{{ x.y }}\n{% endmacro %}\n{% macro two(x) %}\n{{ x.z }}\n{% endmacro %}\n";
        let caller = "{% from 'm' import two %}\n{{ two(1) }}\n{{ twofold(1) }}\n{{ lib.two(2) }}\n";
        let note = macro_around(("m", file), 5, ("t.sls", caller)).unwrap();
        assert_eq!(note, "in macro `two` (m:4), called from t.sls:2, t.sls:4");
        assert_eq!(macro_around(("m", file), 2, ("t.sls", caller)).unwrap(), "in macro `one` (m:1)");
        assert_eq!(macro_around(("m", file), 7, ("t.sls", caller)), None);
        let many = "{{ one(1) }}\n".repeat(9);
        let note = macro_around(("m", file), 2, ("t.sls", &many)).unwrap();
        assert!(note.ends_with("called from t.sls:1, t.sls:2, t.sls:3 and 6 more lines"), "{note}");
    }

    #[test]
    fn a_text_that_occurs_once_has_a_column() {
        assert_eq!(once("a {{ port }} b", "port"), Some(6));
        assert_eq!(once("port {{ port }}", "port"), None);
        assert_eq!(once("{{ report }}", "port"), None);
    }
}
