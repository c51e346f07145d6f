//! Tags: Salt's own, and the parts of Jinja2's that the engine lacks.

use minijinja::machinery::Token;

use super::expression::{nesting, parenthesize, rewrite as rewrite_expressions};
use super::{Edits, Item, Rank, import};

/// Rewrites one tag, given what stands between `{%` and `%}`.
pub(super) fn rewrite(items: &[Item<'_>], edits: &mut Edits) {
    let Some((Token::Ident(name), span)) = items.first() else { return };
    match *name {
        "load_yaml" | "load_json" | "load_text" => {
            // {% load_yaml as x %}…{% endload %} is {% set x | load_yaml %}…{% endset %}
            if let [_, (Token::Ident("as"), as_span), (Token::Ident(target), target_span)] = items {
                edits.replace(*span, "set");
                edits.replace(*as_span, "");
                edits.replace(*target_span, format!("{target} | {name}"));
            }
        }
        "endload" => edits.replace(*span, "endset"),
        "import" | "from" | "include" | "import_yaml" | "import_json" | "import_text" => {
            import::rewrite(name, items, edits);
        }
        "profile" => {
            if let [_, (Token::Ident("as"), _), .., last] = items {
                let mut whole = *span;
                (whole.end_line, whole.end_col, whole.end_offset) =
                    (last.1.end_line, last.1.end_col, last.1.end_offset);
                edits.replace(whole, "with");
            }
        }
        "endprofile" => edits.replace(*span, "endwith"),
        "for" => {
            iterate(items, edits);
            rewrite_expressions(items, 1, edits);
        }
        "do" => {
            // Any expression may stand here, not only a call.
            if let [_, first, ..] = items {
                edits.wrap(Rank::Assigned, "__do(", first.1, items[items.len() - 1].1);
            }
            rewrite_expressions(items, 1, edits);
        }
        "set" => assign(items, edits),
        _ => rewrite_expressions(items, 1, edits),
    }
}

/// `{% for x in a, b if c %}` is `{% for x in (a, b) if c %}`.
fn iterate(items: &[Item<'_>], edits: &mut Edits) {
    let mut depth = 0;
    let mut begin = None;
    let mut end = items.len();
    for (at, (token, _)) in items.iter().enumerate().skip(1) {
        depth += nesting(token);
        match token {
            Token::Ident("in") if depth == 0 && begin.is_none() => begin = Some(at + 1),
            Token::Ident("if" | "recursive") if depth == 0 && begin.is_some() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if let Some(begin) = begin {
        parenthesize(items.get(begin..end).unwrap_or_default(), edits);
    }
}

/// `{% set x = value %}` is `{% set x = __own(value) %}`: what a template has in a variable it can change.
fn assign(items: &[Item<'_>], edits: &mut Edits) {
    let mut depth = 0;
    let equals = items.iter().position(|(token, _)| {
        depth += nesting(token);
        depth == 0 && matches!(token, Token::Assign)
    });
    let value = equals.and_then(|at| items.get(at + 1..)).unwrap_or_default();
    let (Some(first), Some(last)) = (value.first(), value.last()) else {
        return rewrite_expressions(items, 1, edits);
    };
    edits.wrap(Rank::Assigned, "__own(", first.1, last.1);
    parenthesize(value, edits);
    rewrite_expressions(items, equals.unwrap_or(0), edits);
}
