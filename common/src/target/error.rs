//! What is wrong with a target, where, and what would be right.

use crate::regex::PatternError;

use super::{DEPTH_LIMIT, LENGTH_LIMIT, WORD_LIMIT};

/// An error in a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (target: {shown}{})", position(*.word))]
pub struct TargetError {
    /// The target, cut where it is very long.
    pub shown: String,
    /// The word that is wrong, counted from 1; 0 where it is the target as a whole.
    pub word: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing but white space.
    #[error("the target is empty: write a host's id, a glob such as '*', or an expression")]
    Empty,
    /// Over a limit.
    #[error(
        "the target is too large: it may have {LENGTH_LIMIT} bytes, {WORD_LIMIT} words and {DEPTH_LIMIT} levels"
    )]
    TooLarge,
    /// `and` or `or` where a matcher must stand.
    #[error("'{0}' has nothing before it: write a matcher on both sides of it")]
    OperatorFirst(String),
    /// An operator at the end or before another.
    #[error("'{0}' has nothing after it: write a matcher after it")]
    OperatorLast(String),
    /// Two matchers side by side.
    #[error("'{0}' follows another matcher: write 'and' or 'or' between them")]
    NoOperator(String),
    /// A closing parenthesis without an opening one.
    #[error("')' closes nothing: write parentheses in pairs, each as a word of its own")]
    NothingOpen,
    /// A parenthesis that stays open.
    #[error("'(' is not closed: write ' )' with a space before it, parentheses are words of their own")]
    NotClosed,
    /// `()`.
    #[error("there is nothing between '(' and ')'")]
    Nothing,
    /// A parenthesis glued to a word.
    #[error("'{0}': a parenthesis must stand alone, with a space on each side")]
    GluedParenthesis(String),
    /// A letter before `@` that is no engine.
    #[error("'{word}': there is no matcher {engine}@; there are G@ P@ I@ J@ L@ E@ S@ N@")]
    UnknownEngine {
        /// The word.
        word: String,
        /// The letter.
        engine: char,
    },
    /// An engine of Salt that this program does not have.
    #[error("'{word}': {engine}@ is not supported; use L@ for a list of ids, or a node group (N@)")]
    Unsupported {
        /// The word.
        word: String,
        /// The letter.
        engine: char,
    },
    /// An engine without anything to match.
    #[error("'{0}' matches nothing: write what to match after the '@'")]
    NoPattern(String),
    /// `G@os` and the like.
    #[error("'{word}' has no value: write 'key{delimiter}value', such as '{engine}@os{delimiter}Debian'")]
    NoDelimiter {
        /// The word.
        word: String,
        /// The letter.
        engine: char,
        /// What must stand between key and value.
        delimiter: String,
    },
    /// A comma in a glob, which no id can have.
    #[error("'{0}': an id has no comma; for a list of ids write 'L@{0}'")]
    Comma(String),
    /// A regular expression that is none.
    #[error("{0}")]
    Pattern(#[from] PatternError),
    /// Neither an address nor a network.
    #[error(
        "'{0}' is neither an IP address nor a network such as 10.0.0.0/8 (the bits after the prefix must be 0)"
    )]
    Address(String),
    /// A node group that is not configured.
    #[error("there is no node group '{0}': the configuration's `nodegroups` names them")]
    UnknownNodegroup(String),
    /// A node group that contains itself.
    #[error("the node group '{0}' contains itself")]
    RecursiveNodegroup(String),
    /// A node group whose definition is neither text nor a list.
    #[error("the node group '{0}' must be a target or a list of words")]
    MalformedNodegroup(String),
    /// A `match:` of a top file that is none.
    #[error("there is no match type '{kind}'; there are {}", super::KINDS.join(", "))]
    UnknownKind {
        /// What was written.
        kind: String,
    },
}

impl TargetError {
    pub(super) fn new(text: &str, word: usize, problem: Problem) -> Self {
        let mut shown: String = text.chars().take(200).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self { shown, word, problem }
    }
}

fn position(word: usize) -> String {
    if word == 0 { String::new() } else { format!(", word {word}") }
}
