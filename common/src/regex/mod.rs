//! Python's regular expressions: `E@` targets, `file.replace`, Jinja's `regex_*` filters and `match` test.
//!
//! Patterns are written for Python's `re`. Most mean the same to `fancy_regex`; [`translate()`] rewrites those that do not.
//! Matching is bounded: a pattern that backtracks past [`BACKTRACK_LIMIT`] is an error, not a hang.

mod replace;
mod translate;

use fancy_regex::{BytesMode, RegexBuilder};

pub use fancy_regex::Regex;
pub use replace::{Replacement, Template, substitute, substitute_bytes};
pub use translate::translate;

/// How many steps a search may go back before it is given up.
pub const BACKTRACK_LIMIT: usize = 1_000_000;

/// The longest pattern that is accepted, in bytes.
pub const PATTERN_LIMIT: usize = 64 << 10;

/// Python's flags. The numbers are those of `re.IGNORECASE` and so on, as `file.replace: flags: 8` has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// `re.I`, 2.
    pub ignore_case: bool,
    /// `re.M`, 8: `^` and `$` match at every line.
    pub multi_line: bool,
    /// `re.S`, 16: `.` matches a line's end.
    pub dot_all: bool,
    /// `re.X`, 64: white space and comments in the pattern are skipped.
    pub verbose: bool,
}

impl Flags {
    /// The flags of Python's number; bits that change nothing here (`re.U`, `re.L`, `re.A`) are ignored.
    #[must_use]
    pub fn from_bits(bits: i64) -> Self {
        Self {
            ignore_case: bits & 2 != 0,
            multi_line: bits & 8 != 0,
            dot_all: bits & 16 != 0,
            verbose: bits & 64 != 0,
        }
    }

    /// Adds the flag of that name (`MULTILINE`, `M`, …); `false` when Python has no such flag.
    pub fn add_name(&mut self, name: &str) -> bool {
        match name.to_ascii_uppercase().as_str() {
            "I" | "IGNORECASE" => self.ignore_case = true,
            "M" | "MULTILINE" => self.multi_line = true,
            "S" | "DOTALL" => self.dot_all = true,
            "X" | "VERBOSE" => self.verbose = true,
            "A" | "ASCII" | "L" | "LOCALE" | "U" | "UNICODE" => {}
            _ => return false,
        }
        true
    }
}

/// What a pattern is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Text: `\w`, `\d` and `.` know Unicode.
    Text,
    /// Bytes, as `file.replace` reads files: `\w` and `\d` are ASCII, `.` is any byte.
    Bytes,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is not a regular expression.
    #[error("{pattern:?} is not a regular expression: {reason}")]
    Syntax {
        /// The pattern as written.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is over [`PATTERN_LIMIT`].
    #[error("the regular expression has {0} bytes; it may have {PATTERN_LIMIT}")]
    TooLong(usize),
    /// The search went back too often.
    #[error(
        "the regular expression {0:?} needs too many steps on this text: write it with fewer nested repeats"
    )]
    TooSlow(String),
    /// What was to be put in is too much.
    #[error("what replaces the matches has more than {} bytes", replace::LENGTH_LIMIT)]
    TooLarge,
}

/// Compiles a pattern of Python's `re`.
///
/// # Errors
/// When it is not one, or is too long.
pub fn compile(pattern: &str, flags: Flags, subject: Subject) -> Result<Regex, PatternError> {
    if pattern.len() > PATTERN_LIMIT {
        return Err(PatternError::TooLong(pattern.len()));
    }
    let syntax = |reason: String| PatternError::Syntax { pattern: pattern.into(), reason };
    let (translated, flags) = translate(pattern, flags);
    RegexBuilder::new(&translated)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .verbose_mode(flags.verbose)
        .backtrack_limit(BACKTRACK_LIMIT)
        .bytes_mode(match subject {
            Subject::Text => BytesMode::Unicode,
            Subject::Bytes => BytesMode::Ascii,
        })
        .build()
        .map_err(|error| syntax(error.to_string()))
}

/// Python's `bool(re.match(pattern, text))`: the pattern matches at the start of the text.
///
/// # Errors
/// See [`PatternError`].
pub fn matches_at_start(pattern: &str, text: &str) -> Result<bool, PatternError> {
    let regex = compile(pattern, Flags::default(), Subject::Text)?;
    match_at_start(&regex, text)
}

/// The same with a pattern that is compiled already.
///
/// # Errors
/// When the search is given up.
pub fn match_at_start(regex: &Regex, text: &str) -> Result<bool, PatternError> {
    // The leftmost match starts at 0 if any does, as alternatives are tried at each start in turn.
    let found = regex.find(text).map_err(|_| PatternError::TooSlow(regex.as_str().into()))?;
    Ok(found.is_some_and(|found| found.start() == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, flags: Flags, text: &str) -> Option<(usize, usize)> {
        let regex = compile(pattern, flags, Subject::Text).unwrap();
        regex.find(text).unwrap().map(|found| (found.start(), found.end()))
    }

    #[test]
    fn matches_as_python_does() {
        let none = Flags::default();
        let lines = Flags { multi_line: true, ..none };
        for (pattern, flags, text, span) in [
            // `$` also stands before a newline at the end, `\Z` does not.
            ("a$", none, "a\n", Some((0, 1))),
            ("a$", none, "a\nb", None),
            ("a$", lines, "a\nb", Some((0, 1))),
            (r"a\Z", none, "a\n", None),
            // Set operators of other dialects are literal in a class.
            ("[[a]", none, "[", Some((0, 1))),
            ("[a&&b]", none, "&", Some((0, 1))),
            ("[a~~b]", none, "~", Some((0, 1))),
            ("[]a]+", none, "]a", Some((0, 2))),
            ("[^]a]", none, "]ab", Some((2, 3))),
            // `\<` is no word boundary.
            (r"\<b\>", none, "<b>", Some((0, 3))),
            // Octal.
            (r"\101", none, "A", Some((0, 1))),
            (r"\0", none, "\0", Some((0, 1))),
            (r"[\101]", none, "A", Some((0, 1))),
            // Flags within, and flags that mean nothing here.
            ("(?i)abc", none, "ABC", Some((0, 3))),
            ("(?u)abc", none, "abc", Some((0, 3))),
            ("(?ai)abc", none, "ABC", Some((0, 3))),
            ("(?m)b$", none, "b\nc", Some((0, 1))),
            // Braces that repeat nothing.
            ("a{b", none, "a{b", Some((0, 3))),
            ("a{,2}b", none, "aab", Some((0, 3))),
            ("{x}", none, "{x}", Some((0, 3))),
            // Look-around and back references.
            (r"(?P<q>['x])a(?P=q)", none, "'a'", Some((0, 3))),
            ("(?<=x)a", none, "xa", Some((1, 2))),
            ("a(?#note)b", none, "ab", Some((0, 2))),
        ] {
            assert_eq!(finds(pattern, flags, text), span, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn anchors_at_the_start_only() {
        assert!(matches_at_start("fp", "fp-1").unwrap());
        assert!(!matches_at_start("1", "fp-1").unwrap());
        assert!(matches_at_start("a|fp", "fp-1").unwrap());
        assert!(matches_at_start("(?i)FP", "fp-1").unwrap());
        assert!(matches_at_start("(", "x").is_err());
    }

    #[test]
    fn bytes_are_ascii() {
        let regex = compile(r"\w+", Flags::default(), Subject::Bytes).unwrap();
        let found = regex.find("aé".as_bytes()).unwrap().unwrap();
        assert_eq!((found.start(), found.end()), (0, 1));
    }

    #[test]
    fn runaway_patterns_end() {
        // The back reference keeps this out of the automaton, which would not mind.
        let regex = compile(r"(a*)*b\1", Flags::default(), Subject::Text).unwrap();
        let slow = match_at_start(&regex, &"a".repeat(200));
        assert!(matches!(slow, Err(PatternError::TooSlow(_))), "{slow:?}");
    }
}
