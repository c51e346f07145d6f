//! Regular expressions as Python writes them.

use super::Filter;

pub(super) static FILTERS: &[(&str, Filter)] = &[];

/// A pattern of Python's `re`, as the regex library takes it.
pub(in crate::language::jinja) fn python_pattern(pattern: &str) -> String {
    pattern.replace(r"\Z", r"\z")
}
