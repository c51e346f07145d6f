//! An error in somebody's state tree: what is wrong, where, and what would be right.

mod print;
mod word;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place in a file of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the operator knows it: its path in the tree (`web/init.sls`).
    pub file: Arc<str>,
    /// The line, counted from 1; 0 where it is not known.
    pub line: u32,
    /// The column, counted from 1; 0 where it is not known.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.line > 0 && self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// How grave it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The tree does not compile.
    #[default]
    Error,
    /// The tree compiles and may not do what its author meant.
    Warning,
    /// Good to know.
    Note,
}

/// A second place that has to do with an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What is there: `first defined here`.
    pub what: String,
    /// Where.
    pub place: Place,
    /// The line of the source that `place` names.
    pub excerpt: Option<String>,
}

/// One error in a state or pillar tree. `Display` prints it whole, over several lines:
///
/// ```text
/// state function `file.manged` does not exist
///   --> web/init.sls:4:3
///    |
///  4 |   file.manged:
///    |   ^^^^^^^^^^^
///    |
///    = in state 'web-config' of SLS 'web'
///    = included from top.sls:3
///    = help: did you mean `file.managed`?
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What is wrong, one line, in words that name the thing.
    pub message: String,
    /// How grave it is.
    #[serde(default)]
    pub severity: Severity,
    /// The name by which a warning can be silenced: `octal-mode`.
    #[serde(default)]
    pub name: Option<String>,
    /// Where, when that is known.
    pub place: Option<Place>,
    /// The line of the source that `place` names.
    pub excerpt: Option<String>,
    /// How many characters from the place's column on are meant; 0 for the word that begins there.
    #[serde(default)]
    pub width: u32,
    /// What is said beside the marked text.
    #[serde(default)]
    pub label: Option<String>,
    /// Other places that have to do with it.
    #[serde(default)]
    pub related: Vec<Related>,
    /// How the program got there, the innermost first: `in state 'x'`, `included from top.sls:3`.
    pub notes: Vec<String>,
    /// What would be right.
    pub help: Option<String>,
    /// The sentence real Salt prints for the same error, where scripts may look for it.
    pub salt: Option<String>,
}

impl Diagnostic {
    /// An error that has no place yet.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            severity: Severity::Error,
            name: None,
            place: None,
            excerpt: None,
            width: 0,
            label: None,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            salt: None,
        }
    }

    /// A warning by its name.
    pub fn warning(name: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, name: Some(name.into()), ..Self::new(message) }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says how many characters from the place on are meant.
    #[must_use]
    pub fn width(mut self, width: usize) -> Self {
        self.width = u32::try_from(width).unwrap_or(0);
        self
    }

    /// Says something beside the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Names a second place.
    #[must_use]
    pub fn related(mut self, what: impl Into<String>, place: Place) -> Self {
        self.related.push(Related { what: what.into(), place, excerpt: None });
        self
    }

    /// Takes the line that the place names out of the file's text.
    #[must_use]
    pub fn with_source(mut self, text: &str) -> Self {
        self.excerpt = self.place.as_ref().and_then(|place| line_of(text, place.line));
        self
    }

    /// Adds a step of how the program got there.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds real Salt's sentence for this error.
    #[must_use]
    pub fn salt(mut self, sentence: impl Into<String>) -> Self {
        self.salt = Some(sentence.into());
        self
    }

    /// The whole of it for a person, over several lines: how grave it is, then what `Display` prints.
    #[must_use]
    pub fn print(&self, colour: bool) -> String {
        print::print(self, true, colour)
    }
}

/// A line of a text, counted from 1, or the beginning of it: a line may be as long as its file.
pub(crate) fn line_of(text: &str, line: u32) -> Option<String> {
    const LENGTH_LIMIT: usize = 500;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    Some(text.lines().nth(index)?.chars().take(LENGTH_LIMIT).collect())
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::print(self, false, false))
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests;
