//! Macros that take whatever they are given: `varargs` and `kwargs`.
//!
//! `{% macro m(a) %}{{ varargs }}{% endmacro %}` is
//! `{% macro m(a, varargs=none) %}{{ varargs }}{% endmacro %}{% set m = __variadic(m, true, false) %}`, and what
//! `__variadic` makes of a macro puts the arguments where they belong.

use minijinja::machinery::{Span, Token};

use super::{Edits, Item};

const SPECIAL: [&str; 2] = ["varargs", "kwargs"];

/// The macros that are open, the innermost last.
#[derive(Default)]
pub(super) struct Macros<'a>(Vec<Open<'a>>);

struct Open<'a> {
    name: &'a str,
    /// The parenthesis after the parameters, and what has to stand before a further one.
    end: Option<(Span, &'static str)>,
    /// For each special name: whether it is an ordinary name of this macro, and whether it is mentioned.
    ordinary: [bool; 2],
    mentioned: [bool; 2],
}

impl<'a> Macros<'a> {
    /// Looks at what stands between `{%` and `%}`.
    pub(super) fn tag(&mut self, items: &[Item<'a>], edits: &mut Edits) {
        match items {
            [(Token::Ident("macro"), _), (Token::Ident(name), _), ..] => self.0.push(Open::new(name, items)),
            [(Token::Ident("endmacro"), span), ..] => {
                if let Some(open) = self.0.pop() {
                    open.close(*span, edits);
                }
            }
            _ => self.expression(items),
        }
    }

    /// Looks for the special names.
    pub(super) fn expression(&mut self, items: &[Item<'a>]) {
        let Some(open) = self.0.last_mut() else { return };
        for (at, (token, _)) in items.iter().enumerate() {
            let Some(which) = special(token) else { continue };
            let before = at.checked_sub(1).map(|before| &items[before].0);
            match before {
                Some(Token::Ident("set" | "for")) if at == 1 => open.ordinary[which] = true,
                Some(Token::Dot | Token::Pipe) => {}
                _ if matches!(items.get(at + 1), Some((Token::Assign, _))) => {}
                _ => open.mentioned[which] |= !open.ordinary[which],
            }
        }
    }
}

impl<'a> Open<'a> {
    fn new(name: &'a str, items: &[Item<'a>]) -> Self {
        let mut ordinary = [false; 2];
        for pair in items.windows(2) {
            let [(before, _), (token, _)] = pair else { continue };
            if let (Token::ParenOpen | Token::Comma, Some(which)) = (before, special(token)) {
                ordinary[which] = true;
            }
        }
        let end = match items {
            [.., (Token::ParenOpen | Token::Comma, _), (Token::ParenClose, span)] => Some((*span, "")),
            [.., (Token::ParenClose, span)] => Some((*span, ", ")),
            _ => None,
        };
        Self { name, end, ordinary, mentioned: [false; 2] }
    }

    fn close(self, endmacro: Span, edits: &mut Edits) {
        let (Some((end, comma)), true) = (self.end, self.mentioned.contains(&true)) else { return };
        let added: Vec<_> = SPECIAL
            .into_iter()
            .zip(self.mentioned)
            .filter(|(_, mentioned)| *mentioned)
            .map(|(name, _)| format!("{name}=none"))
            .collect();
        edits.replace(end, format!("{comma}{})", added.join(", ")));
        let [varargs, kwargs] = self.mentioned;
        let name = self.name;
        edits.replace(
            endmacro,
            format!("endmacro %}}{{% set {name} = __variadic({name}, {varargs}, {kwargs})"),
        );
    }
}

fn special(token: &Token<'_>) -> Option<usize> {
    let Token::Ident(name) = token else { return None };
    SPECIAL.iter().position(|special| special == name)
}
