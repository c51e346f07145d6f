//! Expressions: lists and dicts that can be changed, `%` on strings, unary plus, tuples without parentheses.

use minijinja::machinery::Token;

use super::{Edits, Item, Rank};

/// Rewrites `{{ … }}`.
pub(super) fn rewrite_output(items: &[Item<'_>], edits: &mut Edits) {
    parenthesize(items, edits);
    rewrite(items, 0, edits);
}

/// Rewrites the expressions of a tag that begin at `from`.
pub(super) fn rewrite(items: &[Item<'_>], from: usize, edits: &mut Edits) {
    let mut closers: Vec<bool> = Vec::new();
    for (at, (token, span)) in items.iter().enumerate().skip(from) {
        match token {
            Token::BracketOpen | Token::BraceOpen if begins_operand(items, at) => {
                let maker = if matches!(token, Token::BracketOpen) { "__list(" } else { "__dict(" };
                edits.open(Rank::Literal, maker, *span);
                closers.push(true);
            }
            Token::BracketOpen | Token::BraceOpen => closers.push(false),
            Token::BracketClose | Token::BraceClose if closers.pop() == Some(true) => edits.close(*span),
            Token::Plus if begins_operand(items, at) => edits.replace(*span, " "),
            Token::Mod => {
                let (start, end) = (left_operand(items, from, at), right_operand(items, at));
                if let (Some(first), Some(last)) = (items.get(start), items.get(end)) {
                    edits.wrap(Rank::Product, "__mod(", first.1, last.1);
                    edits.replace(*span, ",");
                }
            }
            // The line makes a random choice the same on every run.
            Token::Ident("random")
                if at > from
                    && matches!(items[at - 1].0, Token::Pipe)
                    && !matches!(items.get(at + 1), Some((Token::ParenOpen, _))) =>
            {
                edits.replace(*span, format!("random({})", span.start_line));
            }
            _ => {}
        }
    }
}

/// Puts parentheses around a tuple that has none.
pub(super) fn parenthesize(items: &[Item<'_>], edits: &mut Edits) {
    let mut depth = 0;
    let bare = items.iter().any(|(token, _)| {
        depth += nesting(token);
        depth == 0 && matches!(token, Token::Comma)
    });
    if let ([first, ..], [.., last], true) = (items, items, bare) {
        edits.wrap(Rank::Tuple, "(", first.1, last.1);
    }
}

/// By how much a token changes the depth of brackets.
pub(super) fn nesting(token: &Token<'_>) -> i32 {
    match token {
        Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => 1,
        Token::ParenClose | Token::BracketClose | Token::BraceClose => -1,
        _ => 0,
    }
}

/// Whether the token at `at` stands where an operand begins, so that `[` opens a list and is no index.
fn begins_operand(items: &[Item<'_>], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &items[before].0) else { return true };
    match before {
        Token::Ident(word) => {
            let attribute = at >= 2 && matches!(items[at - 2].0, Token::Dot | Token::Pipe);
            !attribute && (at == 1 && is_tag(word) || is_keyword(word))
        }
        Token::Str(_)
        | Token::String(_)
        | Token::Int(_)
        | Token::Int128(_)
        | Token::Float(_)
        | Token::BracketClose
        | Token::ParenClose
        | Token::BraceClose => false,
        _ => true,
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "in" | "not" | "and" | "or" | "if" | "else" | "is" | "recursive")
}

fn is_tag(word: &str) -> bool {
    matches!(
        word,
        "if" | "elif"
            | "for"
            | "do"
            | "set"
            | "with"
            | "include"
            | "import"
            | "from"
            | "extends"
            | "call"
            | "filter"
            | "import_yaml"
            | "import_json"
            | "import_text"
            | "profile"
    )
}

/// Whether a token ends a product (`a * b % c`): an operator that binds less, or a bracket's edge.
fn ends_product(items: &[Item<'_>], at: usize) -> bool {
    match &items[at].0 {
        Token::Plus | Token::Minus => !begins_operand(items, at),
        Token::Tilde
        | Token::Comma
        | Token::Colon
        | Token::Assign
        | Token::Eq
        | Token::Ne
        | Token::Gt
        | Token::Gte
        | Token::Lt
        | Token::Lte => true,
        Token::Ident(word) => {
            let attribute = at >= 1 && matches!(items[at - 1].0, Token::Dot | Token::Pipe);
            !attribute && (is_keyword(word) || at == 0 && is_tag(word))
        }
        _ => false,
    }
}

/// Where the product to the left of `%` begins.
fn left_operand(items: &[Item<'_>], from: usize, at: usize) -> usize {
    let mut depth = 0;
    let mut start = at;
    while start > from {
        let before = start - 1;
        depth -= nesting(&items[before].0);
        if depth < 0 || depth == 0 && nesting(&items[before].0) == 0 && ends_product(items, before) {
            break;
        }
        start = before;
    }
    start
}

/// The last token of the operand to the right of `%`.
fn right_operand(items: &[Item<'_>], at: usize) -> usize {
    let mut depth = 0;
    let mut end = at;
    for next in at + 1..items.len() {
        let token = &items[next].0;
        let product = matches!(token, Token::Mul | Token::Div | Token::FloorDiv | Token::Mod);
        depth += nesting(token);
        if depth < 0 || depth == 0 && nesting(token) == 0 && (product || ends_product(items, next)) {
            break;
        }
        end = next;
    }
    end
}
