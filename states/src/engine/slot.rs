//! Slots: arguments that are asked of an execution function at the moment the state runs.
//!
//! `__slot__:salt:grains.get(os).0 ~ -suffix` is the value of `grains.get`, its part at `.0`, and the text after `~`.

use std::sync::Arc;

use common::value::{Map, Value};

use crate::context::Context;
use crate::functions::{self, Arguments, FunctionError};

const PREFIX: &str = "__slot__:";

/// Replaces the slots of one argument: the argument itself, the values of a map, the items of a list and the values of
/// maps in it. What looks like a slot and is none stays as it is, as in Salt.
///
/// # Errors
/// When the function of a slot fails.
pub(super) fn fill(context: &Arc<Context>, argument: &mut Value) -> Result<(), FunctionError> {
    match argument {
        Value::List(items) => {
            for item in items {
                match item {
                    Value::Map(map) => fill_values(context, map)?,
                    item => fill_text(context, item)?,
                }
            }
            Ok(())
        }
        Value::Map(map) => fill_values(context, map),
        argument => fill_text(context, argument),
    }
}

fn fill_values(context: &Arc<Context>, map: &mut Map) -> Result<(), FunctionError> {
    map.values_mut().try_for_each(|value| fill_text(context, value))
}

fn fill_text(context: &Arc<Context>, value: &mut Value) -> Result<(), FunctionError> {
    let Some(rest) = value.as_str().and_then(|text| text.strip_prefix(PREFIX)) else { return Ok(()) };
    let slot = rest.strip_prefix("salt:").and_then(Slot::parse);
    let Some(slot) = slot.filter(|slot| functions::find(&slot.function).is_some()) else {
        tracing::warn!("malformed slot: {value}");
        return Ok(());
    };
    *value = slot.evaluate(context)?;
    Ok(())
}

/// A slot, taken apart.
#[derive(Debug, Default, PartialEq)]
struct Slot {
    function: String,
    arguments: Arguments,
    /// The path in the returned value, its steps separated by dots.
    path: Option<String>,
    /// The text to append to a returned text.
    suffix: Option<String>,
}

impl Slot {
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = Pieces(text.chars());
        let mut slot = Self::default();
        loop {
            match pieces.next()? {
                Piece::Plain('(') => break,
                Piece::Plain(c) => slot.function.push(c),
                Piece::Quoted(text) => slot.function.push_str(&text),
            }
        }
        slot.arguments = arguments(&mut pieces)?;
        let (path, suffix) = match pieces.0.as_str().split_once('~') {
            Some((path, suffix)) => (path, Some(suffix.trim().to_owned())),
            None => (pieces.0.as_str(), None),
        };
        slot.path = path.trim().strip_prefix('.').map(|path| path.trim().to_owned());
        slot.suffix = suffix;
        Some(slot)
    }

    fn evaluate(&self, context: &Arc<Context>) -> Result<Value, FunctionError> {
        let value = functions::call(context, &self.function, &self.arguments)?;
        let value = match &self.path {
            Some(path) => value.traverse(path, ".").cloned().unwrap_or_default(),
            None => value,
        };
        Ok(match (&value, &self.suffix) {
            (Value::String(text), Some(suffix)) => format!("{text}{suffix}").into(),
            _ => value,
        })
    }
}

/// Reads arguments up to the parenthesis that closes them. All of them are text.
fn arguments(pieces: &mut Pieces<'_>) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    let (mut word, mut begun, mut key) = (String::new(), false, None::<String>);
    let mut brackets = Vec::new();
    loop {
        match pieces.next()? {
            Piece::Quoted(text) => {
                word.push_str(&text);
                begun = true;
            }
            Piece::Plain(end @ (',' | ')')) if brackets.is_empty() => {
                let value = Value::from(std::mem::take(&mut word));
                match key.take() {
                    Some(key) => {
                        arguments.keyword.insert(key.into(), value);
                    }
                    None if begun => arguments.positional.push(value),
                    None => {}
                }
                if end == ')' {
                    return Some(arguments);
                }
                begun = false;
            }
            Piece::Plain('=') if brackets.is_empty() => key = Some(std::mem::take(&mut word)),
            Piece::Plain(c) => {
                match c {
                    '(' => brackets.push(')'),
                    '[' => brackets.push(']'),
                    '{' => brackets.push('}'),
                    ')' | ']' | '}' if brackets.pop() != Some(c) => return None,
                    _ => {}
                }
                word.push(c);
                begun = true;
            }
        }
    }
}

/// A quoted text, or a character outside quotes.
enum Piece {
    Quoted(String),
    Plain(char),
}

/// Takes text apart as Python's `shlex` does: white space outside quotes is dropped, and a backslash takes the next
/// character as it is.
struct Pieces<'a>(std::str::Chars<'a>);

impl Pieces<'_> {
    fn next(&mut self) -> Option<Piece> {
        loop {
            return match self.0.next()? {
                quote @ ('"' | '\'') => self.quoted(quote).map(Piece::Quoted),
                '\\' => self.0.next().map(Piece::Plain),
                c if c.is_whitespace() => continue,
                c => Some(Piece::Plain(c)),
            };
        }
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.0.next()? {
                c if c == quote => return Some(text),
                '\\' => match self.0.next()? {
                    c if c == quote || c == '\\' => text.push(c),
                    c => text.extend(['\\', c]),
                },
                c => text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;
    use crate::testing::{Book, Tree, context, output};

    fn filled(text: &str) -> Value {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let mut value = Value::from(text);
        fill(&context, &mut value).unwrap();
        value
    }

    #[test]
    fn calls_functions() {
        assert_eq!(filled("__slot__:salt:test.echo('a, b')"), "a, b".into());
        assert_eq!(filled("__slot__:salt:test.echo(a b)"), "ab".into(), "as Salt reads it");
        assert_eq!(filled("__slot__:salt:test.echo(text=x) ~ /y"), "x/y".into());
        assert_eq!(filled("__slot__:salt:test.arg('x', k='v').kwargs.k"), "v".into());
        assert_eq!(filled("__slot__:salt:test.arg('', \"it's\").args.1~!"), "it's!".into());
    }

    #[test]
    fn what_is_no_slot_stays() {
        for text in ["plain", "__slot__:salt:no.such()", "__slot__:cmd:x()", "__slot__:salt:test.echo(a"] {
            assert_eq!(filled(text), text.into());
        }
    }

    #[test]
    fn looks_one_level_deep() {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let slot = || Value::from("__slot__:salt:test.echo(x)");
        let mut list = Value::from(vec![slot(), Value::from(map([("k", slot())]))]);
        fill(&context, &mut list).unwrap();
        assert_eq!(list, Value::from(vec![Value::from("x"), Value::from(map([("k", "x".into())]))]));
    }
}
