//! A template's text as a tree: Jinja2's syntax, with the tags that Salt adds.

mod expressions;
mod lexer;
mod literals;
mod parser;
mod scan;
mod settings;
mod statements;
mod token;
pub(super) mod tree;

use std::sync::Arc;

pub(crate) use literals::{Literal, literals};
pub(super) use parser::parse;
pub(super) use settings::{Settings, override_of};

/// Every tag, also those that end others.
pub(super) static TAGS: &[&str] = &[
    "autoescape",
    "block",
    "break",
    "call",
    "continue",
    "do",
    "elif",
    "else",
    "endautoescape",
    "endblock",
    "endcall",
    "endfilter",
    "endfor",
    "endif",
    "endload",
    "endmacro",
    "endprofile",
    "endraw",
    "endset",
    "endwith",
    "extends",
    "filter",
    "for",
    "from",
    "if",
    "import",
    "import_json",
    "import_text",
    "import_yaml",
    "include",
    "load_json",
    "load_text",
    "load_yaml",
    "macro",
    "print",
    "profile",
    "raw",
    "set",
    "with",
];

/// What is wrong with a template's syntax, in Jinja's words.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    /// The line that Jinja reports, counted from 1.
    pub(super) line: u32,
    /// What it is about.
    pub(super) extent: tree::Extent,
    /// The tag that is still open where one ends that does not belong to it, or the template.
    pub(super) open: Option<(Box<str>, tree::Extent)>,
    /// The source that the places are in.
    pub(super) source: Arc<str>,
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
