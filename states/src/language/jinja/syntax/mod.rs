//! A template's text as a tree: Jinja2's syntax, with the tags that Salt adds.

mod expressions;
mod lexer;
mod parser;
mod scan;
mod settings;
mod statements;
mod token;
pub(super) mod tree;

use std::sync::Arc;

pub(super) use parser::parse;
pub(super) use settings::{Settings, override_of};

/// What is wrong with a template's syntax, in Jinja's words.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    /// The line, counted from 1.
    pub(super) line: u32,
}

/// A template that has been read.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Its source, as far as places in it are concerned: every line end is a newline.
    pub(super) source: Arc<str>,
    /// What it does.
    pub(super) body: Vec<tree::Statement>,
    /// The blocks anywhere in it, by name.
    pub(super) blocks: Vec<Arc<tree::Block>>,
}

#[cfg(test)]
mod tests;
