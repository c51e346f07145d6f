//! The arguments of a filter, a method or a global function, read the way Python binds them.

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::errors::Sentence;
use super::print;
use super::run::defined;

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    name: &'a str,
    all: &'a [Value],
    positional: &'a [Value],
    keyword: Option<Kwargs>,
}

impl<'a> Arguments<'a> {
    /// The arguments as the engine hands them over: keywords are one value at the end.
    pub(super) fn new(name: &'a str, args: &'a [Value]) -> Self {
        match args.split_last() {
            Some((last, rest)) if last.is_kwargs() => {
                Self { name, all: args, positional: rest, keyword: Kwargs::try_from(last.clone()).ok() }
            }
            _ => Self { name, all: args, positional: args, keyword: None },
        }
    }

    /// The name of what is called.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// All arguments by position.
    pub(super) fn positional(&self) -> &'a [Value] {
        self.positional
    }

    /// The arguments after the first `count`, those by name among them, to hand them on.
    pub(super) fn after(&self, count: usize) -> &'a [Value] {
        if self.positional.len() < count { &[] } else { &self.all[count..] }
    }

    /// All arguments by name.
    pub(super) fn keyword(&self) -> Vec<(&str, Value)> {
        let Some(keyword) = &self.keyword else { return Vec::new() };
        keyword.args().filter_map(|name| Some((name, keyword.peek::<Value>(name).ok()?))).collect()
    }

    /// All arguments by name as the one value that they are handed over as.
    pub(super) fn keywords(&self) -> Option<Value> {
        self.keyword
            .as_ref()
            .filter(|keyword| keyword.args().next().is_some())
            .map(|keyword| keyword.clone().into())
    }

    /// A value that must be text.
    pub(super) fn text_of(&self, value: &Value, name: &str) -> Result<String, Error> {
        self.as_text(value, name)
    }

    /// Refuses more than `count` arguments by position.
    pub(super) fn at_most(&self, count: usize) -> Result<(), Error> {
        if self.positional.len() > count {
            return Err(
                self.error(format!("takes at most {count} arguments ({} given)", self.positional.len()))
            );
        }
        Ok(())
    }

    /// The argument at a position or with a name.
    pub(super) fn optional(&self, position: usize, name: &str) -> Option<Value> {
        match self.positional.get(position) {
            Some(value) => Some(value.clone()),
            None => self.keyword.as_ref().filter(|keyword| keyword.has(name))?.peek::<Value>(name).ok(),
        }
    }

    /// As [`Self::optional`]; an error when it is not there.
    pub(super) fn required(&self, position: usize, name: &str) -> Result<Value, Error> {
        self.optional(position, name).ok_or_else(|| self.error(format!("misses its argument '{name}'")))
    }

    /// Text that must be there.
    pub(super) fn text(&self, position: usize, name: &str) -> Result<String, Error> {
        let value = self.required(position, name)?;
        self.as_text(&value, name)
    }

    /// Text, if it is there and not None.
    pub(super) fn optional_text(&self, position: usize, name: &str) -> Result<Option<String>, Error> {
        match self.optional(position, name).filter(|value| !value.is_none()) {
            Some(value) => self.as_text(&value, name).map(Some),
            None => Ok(None),
        }
    }

    /// An integer that must be there.
    pub(super) fn int(&self, position: usize, name: &str) -> Result<i64, Error> {
        let value = self.required(position, name)?;
        self.as_int(&value, name)
    }

    /// An integer, if it is there and not None.
    pub(super) fn optional_int(&self, position: usize, name: &str) -> Result<Option<i64>, Error> {
        match self.optional(position, name).filter(|value| !value.is_none()) {
            Some(value) => self.as_int(&value, name).map(Some),
            None => Ok(None),
        }
    }

    /// A truth, `default` when it is not there.
    pub(super) fn flag(&self, position: usize, name: &str, default: bool) -> bool {
        self.optional(position, name).map_or(default, |value| value.is_true())
    }

    /// An error of this call.
    pub(super) fn error(&self, reason: impl std::fmt::Display) -> Error {
        self.error_with(&reason.to_string(), "")
    }

    /// An error of this call: what Salt says too, and more that it does not say.
    pub(super) fn error_with(&self, reason: &str, more: &str) -> Error {
        let sentence = Sentence(format!("Jinja error: {reason}"));
        Error::new(ErrorKind::InvalidOperation, format!("{}: {reason}{more}", self.name))
            .with_source(sentence)
    }

    /// An error of this call that Salt counts among the template's own mistakes.
    pub(super) fn template_error(&self, reason: impl std::fmt::Display) -> Error {
        let sentence = Sentence(format!("Jinja syntax error: {reason}"));
        Error::new(ErrorKind::InvalidOperation, format!("{}: {reason}", self.name)).with_source(sentence)
    }

    /// An error of this call that Salt counts among those of its functions.
    pub(super) fn salt_error(&self, reason: impl std::fmt::Display) -> Error {
        let sentence = Sentence(format!("Problem running salt function in Jinja template: {reason}"));
        Error::new(ErrorKind::InvalidOperation, format!("{}: {reason}", self.name)).with_source(sentence)
    }

    fn as_text(&self, value: &Value, name: &str) -> Result<String, Error> {
        defined(value)?;
        match value.as_str() {
            Some(text) => Ok(text.into()),
            None => {
                let kind = print::type_name(value);
                let reason = format!("expected string or bytes-like object, got '{kind}'");
                Err(self.error_with(&reason, &format!(" for '{name}', which is {}", print::repr(value))))
            }
        }
    }

    fn as_int(&self, value: &Value, name: &str) -> Result<i64, Error> {
        defined(value)?;
        value.as_i64().ok_or_else(|| {
            let kind = print::type_name(value);
            let reason = format!("'{kind}' object cannot be interpreted as an integer");
            self.error_with(&reason, &format!(": '{name}' is {}", print::repr(value)))
        })
    }
}
