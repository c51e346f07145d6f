//! An error in somebody's state tree: what is wrong, where, and what would be right.

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

/// One error in a state or pillar tree. `Display` prints it whole, over several lines:
///
/// ```text
/// state function `file.manged` does not exist
///   --> web/init.sls:4
///    |
///  4 |   file.manged:
///    |   ^
///    = in state 'web-config'
///    = help: did you mean `file.managed`?
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What is wrong, one line, in words that name the thing.
    pub message: String,
    /// Where, when that is known.
    pub place: Option<Place>,
    /// The line of the source that `place` names.
    pub excerpt: Option<String>,
    /// How the program got there, the innermost first: `included from top.sls:3`, `in state 'x'`.
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
            place: None,
            excerpt: None,
            notes: Vec::new(),
            help: None,
            salt: None,
        }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Takes the line that the place names out of the file's text.
    #[must_use]
    pub fn with_source(mut self, text: &str) -> Self {
        let line = self.place.as_ref().map_or(0, |place| place.line) as usize;
        self.excerpt = line.checked_sub(1).and_then(|index| text.lines().nth(index)).map(Into::into);
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
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
            if let Some(excerpt) = &self.excerpt {
                let number = place.line.to_string();
                let margin = " ".repeat(number.len());
                let excerpt = excerpt.trim_end();
                write!(f, "\n {margin} |\n {number} | {excerpt}\n {margin} | ")?;
                let indent = match place.column {
                    0 => excerpt.chars().take_while(|c| c.is_whitespace()).count(),
                    column => column as usize - 1,
                };
                write!(f, "{}^", " ".repeat(indent.min(200)))?;
            }
        }
        for note in &self.notes {
            write!(f, "\n   = {note}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n   = help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
