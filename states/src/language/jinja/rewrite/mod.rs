//! What Jinja2 and Salt take and the engine does not, written anew in what it does take.
//!
//! A rewrite may move columns, never lines, so that a line of the rewritten text is a line of the template.

mod expression;
mod import;
mod tag;
mod variadic;

use std::borrow::Cow;

use minijinja::machinery::{Span, Token, Tokenizer};
use minijinja::syntax::SyntaxConfig;

pub(super) use import::IMPORTED;
use variadic::Macros;

/// A token and where it stands.
type Item<'a> = (Token<'a>, Span);

/// Writes a template's source anew. A source that is no template comes back as it is, for the engine to say what is wrong.
pub(super) fn rewrite(source: &str) -> Cow<'_, str> {
    let source = unix_newlines(source);
    if !source.contains("{%") && !source.contains("{{") {
        return source;
    }
    match edits(&source) {
        Some(edits) if !edits.is_empty() => Cow::Owned(apply(&source, edits)),
        _ => source,
    }
}

/// A piece of the source to replace.
struct Edit {
    start: usize,
    end: usize,
    rank: Rank,
    text: Cow<'static, str>,
}

/// The order of edits at one place: what was open is closed, then the outermost is opened first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Close,
    Assigned,
    Tuple,
    Product,
    Literal,
    Replaced,
}

/// Collects edits.
#[derive(Default)]
struct Edits(Vec<Edit>);

impl Edits {
    /// Puts `opening` before `first` and a parenthesis after `last`.
    fn wrap(&mut self, rank: Rank, opening: &'static str, first: Span, last: Span) {
        self.open(rank, opening, first);
        self.close(last);
    }

    fn open(&mut self, rank: Rank, opening: &'static str, first: Span) {
        let at = first.start_offset as usize;
        self.0.push(Edit { start: at, end: at, rank, text: opening.into() });
    }

    fn close(&mut self, last: Span) {
        let at = last.end_offset as usize;
        self.0.push(Edit { start: at, end: at, rank: Rank::Close, text: ")".into() });
    }

    /// Puts `text` after a token, and after what closes there.
    fn append(&mut self, last: Span, text: &'static str) {
        let at = last.end_offset as usize;
        self.0.push(Edit { start: at, end: at, rank: Rank::Replaced, text: text.into() });
    }

    /// Puts `text` in place of tokens. Line ends between them stay, as white space at the end.
    fn replace(&mut self, span: Span, text: impl Into<Cow<'static, str>>) {
        let mut text = text.into();
        let lines = usize::from(span.end_line.saturating_sub(span.start_line));
        if lines > 0 {
            text.to_mut().push_str(&"\n".repeat(lines));
        }
        let (start, end) = (span.start_offset as usize, span.end_offset as usize);
        self.0.push(Edit { start, end, rank: Rank::Replaced, text });
    }
}

/// Jinja makes each line end a newline.
fn unix_newlines(source: &str) -> Cow<'_, str> {
    if source.contains('\r') {
        Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(source)
    }
}

fn edits(source: &str) -> Option<Vec<Edit>> {
    let mut tokenizer = Tokenizer::new(source, "", false, SyntaxConfig::default());
    let mut edits = Edits::default();
    let mut macros = Macros::default();
    let mut inside: Vec<Item<'_>> = Vec::new();
    while let Some((token, span)) = tokenizer.next_token().ok()? {
        match token {
            Token::BlockStart | Token::VariableStart => inside.clear(),
            Token::BlockEnd => {
                macros.tag(&inside, &mut edits);
                tag::rewrite(&inside, &mut edits);
            }
            Token::VariableEnd => {
                macros.expression(&inside);
                expression::rewrite_output(&inside, &mut edits);
            }
            Token::TemplateData(_) => {}
            token => inside.push((token, span)),
        }
    }
    Some(edits.0)
}

fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, edit.rank));
    let mut out = String::with_capacity(source.len() + edits.len() * 12);
    let mut at = 0;
    for edit in edits {
        // An edit inside a piece that is already replaced is gone with it.
        if edit.start < at {
            continue;
        }
        out.push_str(&source[at..edit.start]);
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(&source[at..]);
    out
}

#[cfg(test)]
mod tests;
