//! The state of reading a template: the tokens, the tags that are open, and what the bodies that are open ask for.

use std::sync::Arc;

use super::lexer::tokens;
use super::settings::Settings;
use super::token::{Placed, Token};
use super::tree::{Block, Extent, Statement};
use super::{Parsed, SyntaxError};
use crate::language::jinja::budget::with_stack;

/// How deep expressions and tags may be put into each other.
const DEPTH_LIMIT: usize = 100;

/// How many operators of one rank, filters, attributes or calls may follow one another: each makes the tree one deeper.
const CHAIN_LIMIT: usize = 200;

/// Reads a template. `known` says whether there is a filter (`false`: a test) of that name.
///
/// # Errors
/// What Jinja refuses before it renders anything.
pub(in super::super) fn parse(
    source: &str,
    settings: &Settings,
    known: fn(&str, bool) -> bool,
) -> Result<Parsed, SyntaxError> {
    let mut source = unix_newlines(source);
    if !settings.keep_trailing_newline && source.ends_with('\n') {
        source.pop();
    }
    let source: Arc<str> = source.into();
    read(&source, settings, known).map_err(|fault| SyntaxError { source, ..fault })
}

fn read(
    source: &Arc<str>,
    settings: &Settings,
    known: fn(&str, bool) -> bool,
) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser::new(tokens(source, settings)?, known);
    let body = parser.statements_until(None)?;
    match parser.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(Parsed { source: source.clone(), body, blocks: parser.blocks }),
    }
}

fn unix_newlines(source: &str) -> String {
    if source.contains('\r') { source.replace("\r\n", "\n").replace('\r', "\n") } else { source.into() }
}

/// The names that mean something only where a body asks for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Loop,
    Caller,
    Kwargs,
    Varargs,
}

/// What the body of a loop or a macro asks for.
#[derive(Default)]
pub(super) struct Mentions {
    asked: Vec<Special>,
    /// Names that it has made its own.
    stored: Vec<Special>,
    /// The body of a block, whose names are no concern of what is around it.
    barrier: bool,
}

impl Mentions {
    pub(super) fn has(&self, special: Special) -> bool {
        self.asked.contains(&special)
    }
}

pub(super) struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: usize,
    known: fn(&str, bool) -> bool,
    /// The tags that are open, and what may end each body.
    pub(super) tags: Vec<(Box<str>, Extent)>,
    pub(super) ends: Vec<&'static [&'static str]>,
    mentions: Vec<Mentions>,
    /// How many loops are open in this macro.
    pub(super) loops: usize,
    /// Whether this is part of something that may never run, whose filters are looked up when it does.
    pub(super) soft: bool,
    pub(super) blocks: Vec<Arc<Block>>,
    /// What is wrong though it can be read; a syntax error further on comes first.
    pub(super) faults: Vec<SyntaxError>,
}

impl Parser {
    fn new(tokens: Vec<Placed>, known: fn(&str, bool) -> bool) -> Self {
        Self {
            tokens,
            at: 0,
            depth: 0,
            known,
            tags: Vec::new(),
            ends: Vec::new(),
            mentions: Vec::new(),
            loops: 0,
            soft: false,
            blocks: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The current token. After the end there are only ends.
    pub(super) fn token(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |placed| &placed.token)
    }

    /// The token after it.
    pub(super) fn following(&self) -> &Token {
        self.tokens.get(self.at + 1).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |placed| placed.line)
    }

    pub(super) fn offset(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |placed| placed.offset)
    }

    /// Moves on; the token that was current.
    pub(super) fn advance(&mut self) -> Token {
        let token = self.token().clone();
        self.at += 1;
        token
    }

    /// Moves past an operator if it is the current token.
    pub(super) fn skip(&mut self, operator: &str) -> bool {
        let found = self.token().is(operator);
        self.at += usize::from(found);
        found
    }

    /// Moves past a word if it is the current token.
    pub(super) fn skip_name(&mut self, word: &str) -> bool {
        let found = self.token().is_name(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, operator: &'static str) -> Result<(), SyntaxError> {
        if self.skip(operator) { Ok(()) } else { Err(self.unexpected(operator)) }
    }

    pub(super) fn expect_name(&mut self, word: &'static str) -> Result<(), SyntaxError> {
        if self.skip_name(word) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    pub(super) fn expect_token(&mut self, token: &Token) -> Result<(), SyntaxError> {
        if self.token() == token {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(token.describe()))
    }

    /// Any word.
    pub(super) fn name(&mut self) -> Result<Arc<str>, SyntaxError> {
        match self.token() {
            Token::Name(name) => {
                let name = Arc::from(&**name);
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected("name")),
        }
    }

    fn unexpected(&self, expected: &str) -> SyntaxError {
        match self.token() {
            Token::End => self.error(format!("unexpected end of template, expected '{expected}'.")),
            token => self.error(format!("expected token '{expected}', got '{}'", token.describe())),
        }
    }

    /// An error about the current token.
    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        let extent = match self.tokens.get(self.at).or(self.tokens.last()) {
            Some(placed) => Extent::new(placed.offset, placed.end),
            None => Extent::default(),
        };
        SyntaxError::new(message, self.line(), extent)
    }

    /// An error about what began at `start` and ends with the token that was read last.
    pub(super) fn error_from(&self, line: u32, start: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(message, line, self.extent_from(start))
    }

    /// From `start` to the end of the token that was read last.
    pub(super) fn extent_from(&self, start: usize) -> Extent {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).or(self.tokens.last());
        Extent::new(start, last.map_or(start, |placed| placed.end))
    }

    /// Counts one more link of a chain.
    ///
    /// # Errors
    /// When the chain is too long.
    pub(super) fn link(&self, links: &mut usize) -> Result<(), SyntaxError> {
        *links += 1;
        match *links > CHAIN_LIMIT {
            true => {
                Err(self.error(format!("more than {CHAIN_LIMIT} operators, filters or attributes in a row")))
            }
            false => Ok(()),
        }
    }

    /// Reads something that may be put into itself.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth >= DEPTH_LIMIT {
            return Err(self.error(format!("expressions and tags are nested more than {DEPTH_LIMIT} deep")));
        }
        self.depth += 1;
        let result = with_stack(|| read(self));
        self.depth -= 1;
        result
    }

    /// Notes a filter or a test by its name; one that always runs must exist.
    pub(super) fn use_of(&mut self, name: &str, is_filter: bool, line: u32, start: usize) {
        if !self.soft && !(self.known)(name, is_filter) {
            let kind = if is_filter { "filter" } else { "test" };
            let fault = self.error_from(line, start, format!("No {kind} named '{name}'."));
            self.faults.push(fault);
        }
    }

    /// Notes that a name is read, for the bodies that are open.
    pub(super) fn reads(&mut self, name: &str) {
        let Some(special) = special(name) else { return };
        for mentions in self.mentions.iter_mut().rev() {
            if mentions.barrier {
                break;
            }
            if !mentions.stored.contains(&special) {
                mentions.asked.push(special);
            }
        }
    }

    /// Notes that a name is assigned.
    pub(super) fn stores(&mut self, name: &str) {
        let Some(special) = special(name) else { return };
        for mentions in self.mentions.iter_mut().rev() {
            if mentions.barrier {
                break;
            }
            mentions.stored.push(special);
        }
    }

    /// Reads a body, and says what it asks for. A barrier keeps that from the bodies around it.
    pub(super) fn body(
        &mut self,
        barrier: bool,
        ends: &'static [&'static str],
    ) -> Result<(Vec<Statement>, Mentions), SyntaxError> {
        self.mentions.push(Mentions { barrier, ..Mentions::default() });
        let soft = std::mem::take(&mut self.soft);
        let body = self.statements(ends);
        self.soft = soft;
        let mentions = self.mentions.pop().unwrap_or_default();
        Ok((body?, mentions))
    }
}

fn special(name: &str) -> Option<Special> {
    Some(match name {
        "loop" => Special::Loop,
        "caller" => Special::Caller,
        "kwargs" => Special::Kwargs,
        "varargs" => Special::Varargs,
        _ => return None,
    })
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, line: u32, extent: Extent) -> Self {
        Self { message: message.into(), line, extent, open: None, source: "".into() }
    }
}
