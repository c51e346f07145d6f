//! Imports and includes without context: what they bring in sees Salt's names and none of the importer's own.
//!
//! To the engine an import is an include, evaluated among the names of the place where it stands. What sees nothing of its
//! place is a macro, so the import is written into one, and `__keep` and `__kept` hand the file's name in and the module out.

use minijinja::machinery::{Span, Token};

use super::expression::{nesting, rewrite as rewrite_expressions};
use super::{Edits, Item};

/// Begins the macro: what the file sees of its own place is its place, not the importer's.
const BEGIN: &str = "{% macro __import() %}{% set tplfile, tpldir, tpldot = __place(__kept()) %}";

/// The name that a module has while names are taken out of it.
pub(in super::super) const IMPORTED: &str = "__imported";

/// Rewrites a tag that brings in another file.
pub(super) fn rewrite(name: &str, items: &[Item<'_>], edits: &mut Edits) {
    let (tag, context) = split_context(items);
    let rewritten = match (name, context) {
        ("import_yaml" | "import_json" | "import_text", context) => data(name, tag, items, context, edits),
        ("import", None | Some(false)) => import(tag, items, edits),
        ("from", None | Some(false)) => from(tag, items, edits),
        ("include", Some(false)) => include_apart(tag, items, edits),
        ("include", _) => include(tag, items, edits),
        _ => None,
    };
    if rewritten.is_none() {
        rewrite_expressions(items, 1, edits);
    }
}

/// The tag without its `with context` or `without context`, and which of them it has.
fn split_context<'a, 'b>(items: &'a [Item<'b>]) -> (&'a [Item<'b>], Option<bool>) {
    match items {
        [tag @ .., (Token::Ident("with"), _), (Token::Ident("context"), _)] => (tag, Some(true)),
        [tag @ .., (Token::Ident("without"), _), (Token::Ident("context"), _)] => (tag, Some(false)),
        tag => (tag, None),
    }
}

/// `{% import 'f' as m %}`
fn import(tag: &[Item<'_>], items: &[Item<'_>], edits: &mut Edits) -> Option<()> {
    let [(_, name), .., (Token::Ident("as"), _), (Token::Ident(target), _)] = tag else { return None };
    let file = tag.get(..tag.len() - 2)?;
    let text = format!("{}{{% set {target} = __kept()", module());
    replace_around(file, *name, "do __keep(", items, text, edits)
}

/// `{% from 'f' import a, b as c %}`
fn from(tag: &[Item<'_>], items: &[Item<'_>], edits: &mut Edits) -> Option<()> {
    let mut depth = 0;
    let at = tag.iter().position(|(token, _)| {
        depth += nesting(token);
        depth == 0 && matches!(token, Token::Ident("import"))
    })?;
    let mut text = format!("{}{{% set {IMPORTED} = __kept()", module());
    for part in tag.get(at + 1..)?.split(|(token, _)| matches!(token, Token::Comma)) {
        let (name, target) = match part {
            [(Token::Ident(name), _)] => (name, name),
            [(Token::Ident(name), _), (Token::Ident("as"), _), (Token::Ident(target), _)] => (name, target),
            // A comma at the end.
            [] => continue,
            _ => return None,
        };
        if name.starts_with('_') {
            return None;
        }
        text.push_str(&format!(" %}}{{% set {target} = {IMPORTED}.{name}"));
    }
    replace_around(tag.get(..at)?, tag[0].1, "do __keep(", items, text, edits)
}

/// `{% include 'f' %}`: what the file sets stays in it.
fn include(tag: &[Item<'_>], items: &[Item<'_>], edits: &mut Edits) -> Option<()> {
    let file = without_missing(tag);
    let rest = if file.len() < tag.len() { " ignore missing" } else { "" };
    let last = file.get(1..)?.last()?.1;
    rewrite_expressions(file, 1, edits);
    edits.replace(tag[0].1, "with %}{% include");
    match items.get(file.len()..)? {
        [] => edits.append(last, " %}{% endwith"),
        [(_, first), ..] => {
            edits.replace(joined(*first, items.last()?.1), format!("{rest} %}}{{% endwith"));
        }
    }
    Some(())
}

/// `{% include 'f' without context %}`
fn include_apart(tag: &[Item<'_>], items: &[Item<'_>], edits: &mut Edits) -> Option<()> {
    let file = without_missing(tag);
    let missing = if file.len() < tag.len() { " ignore missing" } else { "" };
    let text = format!(
        ") %}}{BEGIN}{{% include __kept(){missing} %}}{{% endmacro %}}{{% if true %}}{{{{ __import() }}}}{{% endif"
    );
    replace_around(file, tag.first()?.1, "do __keep(", items, text, edits)
}

/// The tag without its `ignore missing`.
fn without_missing<'a, 'b>(tag: &'a [Item<'b>]) -> &'a [Item<'b>] {
    match tag {
        [file @ .., (Token::Ident("ignore"), _), (Token::Ident("missing"), _)] => file,
        file => file,
    }
}

/// `{% import_yaml 'f' as x %}`: the file is a template, and what it renders to is read.
fn data(
    name: &str,
    tag: &[Item<'_>],
    items: &[Item<'_>],
    context: Option<bool>,
    edits: &mut Edits,
) -> Option<()> {
    let [(_, span), .., (Token::Ident("as"), _), (Token::Ident(target), _)] = tag else { return None };
    let reader = name.replacen("import", "load", 1);
    let text = if context == Some(true) {
        format!(
            " %}}{{% set {target} | {reader}(__file) %}}{{% with %}}{{% include __file %}}{{% endwith %}}{{% endset"
        )
    } else {
        format!(
            " %}}{{% do __keep(__file) %}}{BEGIN}{{% include __kept() %}}{{% endmacro %}}\
             {{% set {target} = __import() | {reader}(__file)"
        )
    };
    replace_around(tag.get(..tag.len() - 2)?, *span, "set __file =", items, text, edits)
}

/// Ends the tag that keeps the file's name, and makes and keeps the module. As in Jinja, a file that is imported again
/// without context is the same module again.
fn module() -> String {
    format!(
        ") %}}{BEGIN}{{% if not __known(tplfile) %}}{{% import __kept() as __module %}}\
         {{% do __keep(__module, tplfile) %}}{{% endif %}}{{% endmacro %}}{{% do __import() %}}"
    )
}

/// Leaves the name of the file where it stands, and replaces the tag's name and what follows.
fn replace_around(
    file: &[Item<'_>],
    name: Span,
    opening: &'static str,
    items: &[Item<'_>],
    following: String,
    edits: &mut Edits,
) -> Option<()> {
    let [(_, first), ..] = items.get(file.len().max(2)..)? else { return None };
    rewrite_expressions(file, 1, edits);
    edits.replace(name, opening);
    edits.replace(joined(*first, items.last()?.1), following);
    Some(())
}

/// From the beginning of one token to the end of another.
fn joined(first: Span, last: Span) -> Span {
    Span { end_line: last.end_line, end_col: last.end_col, end_offset: last.end_offset, ..first }
}
