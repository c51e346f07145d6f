//! What a YAML parser says, in words for the author of the file.

use crate::diagnostic::Diagnostic;

use super::yaml::Mark;

/// Words for a parser's message, and a help of its own where the words alone do not help. `text` is what was read.
pub(super) fn say(message: &str, text: &str, mark: Mark) -> (String, Option<String>) {
    let said = |said: &str| said.to_owned();
    let at = text.get(mark.index..).and_then(|rest| rest.chars().next());
    let before = text.get(..mark.index).and_then(|before| before.chars().next_back());
    match message {
        _ if message.starts_with("did not find expected ',' or ']'") => (
            said("a list in `[ ]` is not closed, or a `,` is missing in it"),
            Some(said("close it with `]`")),
        ),
        _ if message.starts_with("did not find expected ',' or '}'") => {
            (said("a map in `{ }` is not closed, or a `,` is missing in it"), Some(said("close it with `}`")))
        }
        _ if message.starts_with("did not find expected node content") && at.is_none() => {
            (said("a `[` or `{` is never closed"), Some(said("close it with `]` or `}`")))
        }
        _ if message.starts_with("did not find expected node content") => (
            said("a value is missing here, inside `[ ]` or `{ }`"),
            Some(said("close the bracket, or put quotes around what stands here")),
        ),
        "mapping values are not allowed in this context" => match line_without_colon(text, mark) {
            Some(key) => (
                format!("the line before, `{key}`, has no `:` (mapping values are not allowed here)"),
                Some(format!("write `{key}:`")),
            ),
            None => (said("a `:` stands where no key can be (mapping values are not allowed here)"), None),
        },
        _ if message.starts_with("did not find expected key") => {
            (said("this line is indented like no line before it"), None)
        }
        _ if message.starts_with("did not find expected '-' indicator") => {
            (said("this line stands in a list, and does not begin with `- `"), None)
        }
        "found unexpected end of stream" => (said("a quote is never closed"), Some(said("close it"))),
        "could not find expected ':'" => (said("a key has no `:`"), None),
        "did not find expected <document start>" => (
            said("this line belongs to nothing before it"),
            Some(said("look at its indentation, and at the lines before it")),
        ),
        "found character that cannot start any token" => match at {
            Some('\t') => (
                said("a tab in the indentation, where YAML takes blanks only"),
                Some(said("indent with blanks, never with tabs")),
            ),
            Some(first) => {
                (format!("a value cannot begin with `{first}`"), Some(said("put quotes around it")))
            }
            None => (message.into(), None),
        },
        "did not find expected alphabetic or numeric character" => match before {
            Some(mark @ ('*' | '&')) => (
                format!(
                    "`{mark}` without quotes is the beginning of a name (`{mark}name`), and no name follows"
                ),
                Some(format!("put quotes around the text: `'{mark}'`")),
            ),
            _ => (message.into(), None),
        },
        _ if message.starts_with("expected a mapping or list of mappings for merging") => (
            said("`<<` merges a map into this one, and this is no map"),
            Some(said("name a map by its alias: `<<: *name`")),
        ),
        _ if message.starts_with("a sequence cannot be the key") => {
            (said("a list cannot be the key of a map"), None)
        }
        _ => (message.split(" (lines ").next().unwrap_or(message).into(), None),
    }
}

/// Words for what a second place is.
pub(super) fn second(what: &str) -> &str {
    match what {
        "while parsing a flow sequence" | "while parsing a block collection" => "the list begins here",
        "while parsing a flow mapping" | "while parsing a block mapping" => "the map begins here",
        "while scanning a quoted scalar" => "the quote is opened here",
        "while scanning a simple key" => "the key",
        "while parsing a flow node" => "it begins here",
        what => what,
    }
}

/// Where a text ends: the mark behind its last line that is not empty.
pub(super) fn end_of(text: &str) -> Mark {
    let text = text.trim_end();
    let begin = text.rfind('\n').map_or(0, |at| at + 1);
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Mark {
        index: text.len().saturating_sub(1),
        line: narrow(text.matches('\n').count()),
        column: narrow(text[begin..].chars().count().saturating_sub(1)),
    }
}

/// Says that the text ends at the place.
pub(super) fn ends_here(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.label("the file ends here")
}

/// The line before a mark, where it looks like a key that lacks its colon and this line has but one.
fn line_without_colon(text: &str, mark: Mark) -> Option<String> {
    let line = text.lines().nth(mark.line as usize)?;
    let before = text.lines().take(mark.line as usize).filter(|line| !line.trim().is_empty()).last()?;
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let key = before.trim();
    let lone = line.matches(": ").count() + usize::from(line.trim_end().ends_with(':')) == 1;
    let fits = indentation(before) < indentation(line) && !key.contains([':', '#']) && !key.starts_with('-');
    (lone && fits).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str, index: usize) -> Mark {
        let before = &text[..index];
        Mark { index, line: u32::try_from(before.matches('\n').count()).unwrap(), column: 0 }
    }

    #[test]
    fn a_colon_that_is_missing_above() {
        let colon = "mapping values are not allowed in this context";
        let text = "a:\n  test.nop\n    - name: b\n";
        assert!(say(colon, text, mark(text, 24)).0.contains("`test.nop`"));
        let text = "a:\n  - name: b: c\n";
        assert!(say(colon, text, mark(text, 13)).0.starts_with("a `:` stands"));
    }

    #[test]
    fn characters_that_begin_nothing() {
        let token = "found character that cannot start any token";
        assert!(say(token, "\tx", mark("\tx", 0)).0.starts_with("a tab"));
        assert_eq!(say(token, "@x", mark("@x", 0)).0, "a value cannot begin with `@`");
    }

    #[test]
    fn the_end_of_a_text() {
        let end = end_of("a: [\n  b\n\n\n");
        assert_eq!((end.line, end.column), (1, 2));
        assert_eq!(end_of("").line, 0);
    }
}
