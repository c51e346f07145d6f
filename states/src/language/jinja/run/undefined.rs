//! What is not there: a value that most uses turn into an error.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, Value};

use crate::language::jinja::errors::{Lack, Sentence};

/// An undefined value.
pub(in super::super) struct Undefined {
    /// What Jinja says of it.
    message: String,
    /// The expression that was looked up, where it can be written down: `pillar['key']`.
    expression: Option<String>,
    kind: Severity,
    /// The number of the search that did not find it, where one is kept.
    search: Option<u64>,
}

/// What may be done with an undefined value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Severity {
    /// It prints as nothing, is false and holds no items.
    Lenient,
    /// Any use is an error.
    Strict,
    /// Any use is an error that the sandbox reports.
    Unsafe,
}

/// An undefined value.
pub(in super::super) fn undefined(message: String, expression: Option<String>, kind: Severity) -> Value {
    Value::from_object(Undefined { message, expression, kind, search: None })
}

/// What stands for something that a search did not find.
pub(super) fn not_found(message: String, expression: Option<String>, kind: Severity, search: u64) -> Value {
    Value::from_object(Undefined { message, expression, kind, search: Some(search) })
}

impl Undefined {
    /// The undefined value that this is, if it is one.
    pub(in super::super) fn of(value: &Value) -> Option<&Self> {
        value.downcast_object_ref::<Self>()
    }

    /// The error of using it.
    pub(in super::super) fn error(&self) -> Error {
        if self.kind == Severity::Unsafe {
            let sentence = Sentence(format!("Jinja syntax error: {}", self.message));
            return Error::new(ErrorKind::InvalidOperation, self.message.clone()).with_source(sentence);
        }
        let lack =
            Lack { message: self.message.clone(), expression: self.expression.clone(), search: self.search };
        Error::new(ErrorKind::UndefinedError, self.message.clone()).with_source(lack)
    }

    /// Whether it may be printed, tested and iterated over.
    pub(in super::super) fn is_lenient(&self) -> bool {
        self.kind == Severity::Lenient
    }
}

/// Refuses an undefined value.
///
/// # Errors
/// That it is undefined.
pub(in super::super) fn defined(value: &Value) -> Result<(), Error> {
    Undefined::of(value).map_or(Ok(()), |undefined| Err(undefined.error()))
}

/// Refuses an undefined value that may not be printed.
///
/// # Errors
/// That it is undefined.
pub(in super::super) fn usable(value: &Value) -> Result<(), Error> {
    match Undefined::of(value) {
        Some(undefined) if !undefined.is_lenient() => Err(undefined.error()),
        _ => Ok(()),
    }
}

impl Object for Undefined {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Undefined")
    }
}

impl fmt::Debug for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Undefined")
    }
}
