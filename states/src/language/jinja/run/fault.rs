//! An error on its way out of a template, with the places it has passed.

use std::sync::Arc;

use minijinja::{Error, ErrorKind};

use super::Unit;
use crate::language::jinja::errors::Sentence;
use crate::language::jinja::syntax::tree::Extent;

/// An error and the way to it.
pub(in super::super) type Fault = Box<Passage>;

/// An error and the places it has passed, the innermost first.
#[derive(Debug)]
pub(in super::super) struct Passage {
    pub(in super::super) error: Error,
    pub(in super::super) steps: Vec<Step>,
    /// The innermost expression that failed.
    pub(in super::super) about: Option<About>,
    /// Whether the place in the body that it is passing through is still to be noted.
    open: bool,
}

/// An expression of a template.
#[derive(Clone, Debug)]
pub(in super::super) struct About {
    pub(in super::super) unit: Arc<Unit>,
    pub(in super::super) extent: Extent,
}

/// One place.
#[derive(Clone, Debug)]
pub(in super::super) struct Step {
    pub(in super::super) file: Arc<str>,
    pub(in super::super) line: u32,
    /// What the body belongs to.
    pub(in super::super) within: Within,
}

/// What a body belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Within {
    Template,
    Macro(Arc<str>),
    Block(Arc<str>),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Box::new(Passage { error, steps: Vec::new(), about: None, open: true })
    }
}

impl Passage {
    /// Notes the expression that failed, unless one further in, or a statement, is known.
    pub(super) fn about(mut self: Box<Self>, unit: &Arc<Unit>, extent: Extent) -> Box<Self> {
        if self.about.is_none() && self.steps.is_empty() {
            self.about = Some(About { unit: unit.clone(), extent });
        }
        self
    }

    /// Notes the place where it happened, unless a place further in is known.
    pub(super) fn at(mut self: Box<Self>, file: &Arc<str>, line: u32, within: &Within) -> Box<Self> {
        if std::mem::take(&mut self.open) {
            self.steps.push(Step { file: file.clone(), line, within: within.clone() });
        }
        self
    }

    /// It leaves a macro or a template: where that was called is still to be noted.
    pub(super) fn leaves(mut self: Box<Self>) -> Box<Self> {
        self.open = true;
        self
    }
}

/// An exception of Python.
pub(in super::super) fn exception(message: impl Into<String>) -> Error {
    let message = message.into();
    let sentence = Sentence(format!("Jinja error: {message}"));
    Error::new(ErrorKind::InvalidOperation, message).with_source(sentence)
}

/// An error of Jinja's own, which Salt calls a syntax error though it may happen while a template runs.
pub(in super::super) fn template_error(message: impl Into<String>) -> Error {
    let message = message.into();
    let sentence = Sentence(format!("Jinja syntax error: {message}"));
    Error::new(ErrorKind::InvalidOperation, message).with_source(sentence)
}
