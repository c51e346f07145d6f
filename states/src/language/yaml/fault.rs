//! What is wrong with a YAML text.

use std::fmt;

/// A position in a text, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// In bytes from the beginning of the text.
    pub(crate) index: usize,
    /// The line.
    pub(crate) line: u32,
    /// The column, in characters.
    pub(crate) column: u32,
}

impl From<libyaml_safer::Mark> for Mark {
    fn from(mark: libyaml_safer::Mark) -> Self {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            index: usize::try_from(mark.index).unwrap_or(usize::MAX),
            line: narrow(mark.line),
            column: narrow(mark.column),
        }
    }
}

/// Prints as PyYAML prints a position in a text that is no file.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  in \"<unicode string>\", line {}, column {}", self.line + 1, self.column + 1)
    }
}

/// Why a text is not a YAML document that Salt takes.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// What is wrong, in one line.
    pub(crate) message: String,
    /// Where.
    pub(crate) mark: Option<Mark>,
    /// A second place that has to do with it, and what it is.
    pub(crate) related: Option<(&'static str, Mark)>,
    /// What would be right.
    pub(crate) help: Option<String>,
    /// What Salt says; nothing where the bound is this program's own.
    pub(crate) salt: String,
    /// Whether Salt's renderer does not expect this fault: then Salt reports it in other words around the same sentence.
    pub(crate) uncaught: bool,
}

impl Fault {
    /// A fault that Salt reports in the same words.
    pub(super) fn new(message: impl Into<String>, mark: Mark) -> Box<Self> {
        let message = message.into();
        let salt = format!("{message}\n{mark}");
        Box::new(Self { message, mark: Some(mark), related: None, help: None, salt, uncaught: false })
    }

    /// A fault that in Salt is an exception of Python without a position.
    pub(super) fn raised(message: impl Into<String>, mark: Mark) -> Box<Self> {
        let mut fault = Self::new(message, mark).uncaught();
        fault.salt = fault.message.clone();
        fault
    }

    /// A bound of this program.
    pub(super) fn bound(message: impl Into<String>, mark: Mark) -> Box<Self> {
        let mut fault = Self::new(message, mark);
        fault.salt.clear();
        fault
    }

    /// A fault inside something that began earlier.
    pub(super) fn within(
        context: &'static str,
        began: Mark,
        message: impl Into<String>,
        mark: Mark,
    ) -> Box<Self> {
        let mut fault = Self::new(message, mark);
        fault.salt = if (began.line, began.column) == (mark.line, mark.column) {
            format!("{context}\n{}", fault.salt)
        } else {
            format!("{context}\n{began}\n{}", fault.salt)
        };
        fault
    }

    /// Says that Salt's renderer does not expect it.
    pub(super) fn uncaught(mut self: Box<Self>) -> Box<Self> {
        self.uncaught = true;
        self
    }

    /// Says it in other words than Salt does.
    pub(super) fn says(mut self: Box<Self>, message: impl Into<String>) -> Box<Self> {
        self.message = message.into();
        self
    }

    /// Names a second place.
    pub(super) fn relates(mut self: Box<Self>, what: &'static str, mark: Mark) -> Box<Self> {
        self.related = Some((what, mark));
        self
    }

    /// Says what would be right.
    pub(super) fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.mark {
            Some(mark) => write!(f, " (line {}, column {})", mark.line + 1, mark.column + 1),
            None => Ok(()),
        }
    }
}
