//! Many errors, told in few: those that one loop of a template makes again and again become one, and a long list ends with
//! its length.

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Place};

/// How many errors are told.
pub(super) const LIMIT: usize = 50;

/// How many of the states that share an error are named.
const NAMED: usize = 3;

/// What makes two errors the same: the message and the place; the notes may differ.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    message: String,
    file: String,
    line: u32,
    column: u32,
}

impl Key {
    fn of(error: &Diagnostic) -> Option<Self> {
        let Place { file, line, column } = error.place.as_ref().filter(|place| place.line > 0)?;
        Some(Self { message: error.message.clone(), file: file.to_string(), line: *line, column: *column })
    }
}

/// Puts errors of one place together, and cuts a list that is too long.
pub(super) fn digest(errors: impl Iterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut first: IndexMap<Key, usize> = IndexMap::new();
    let mut told: Vec<(Diagnostic, Vec<String>)> = Vec::new();
    for error in errors {
        let Some(key) = Key::of(&error) else {
            told.push((error, Vec::new()));
            continue;
        };
        match first.get(&key) {
            Some(known) => told[*known].1.push(state_of(&error).unwrap_or_default()),
            None => {
                first.insert(key, told.len());
                told.push((error, Vec::new()));
            }
        }
    }
    let more = told.len().saturating_sub(LIMIT);
    let mut errors: Vec<Diagnostic> =
        told.into_iter().take(LIMIT).map(|(error, others)| with_others(error, &others)).collect();
    if more > 0 {
        let errors_are = if more == 1 { "error is" } else { "errors are" };
        errors.push(Diagnostic::new(format!("{more} more {errors_are} not shown")).help("cure these first"));
    }
    errors
}

/// Says in how many other states an error is as well.
fn with_others(mut error: Diagnostic, others: &[String]) -> Diagnostic {
    let named: Vec<&str> = others.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if named.is_empty() {
        return error;
    }
    let more = match named.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = named.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let at = error.notes.iter().position(|note| note.starts_with(IN_STATE)).map_or(0, |at| at + 1);
    error.notes.insert(at, format!("the same in {shown}{more}"));
    error
}

/// How the note begins that names the state of an error.
pub(super) const IN_STATE: &str = "in state ";

/// The state that an error is in, as its note says it: `'id'`.
fn state_of(error: &Diagnostic) -> Option<String> {
    let note = error.notes.iter().find_map(|note| note.strip_prefix(IN_STATE))?;
    Some(note.split(" of SLS ").next().unwrap_or(note).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str, line: u32, state: &str) -> Diagnostic {
        let place = Place { file: "a.sls".into(), line, column: 0 };
        Diagnostic::new(message).at(place).note(format!("in state '{state}' of SLS 'a'"))
    }

    #[test]
    fn a_loop_is_one_error() {
        let errors = (0..6).map(|number| error("m", 3, &format!("s{number}"))).chain([error("m", 4, "t")]);
        let told = digest(errors);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].notes, ["in state 's0' of SLS 'a'", "the same in 's1', 's2', 's3' and 2 more"]);
        assert_eq!(told[1].notes, ["in state 't' of SLS 'a'"]);
    }

    #[test]
    fn a_long_list_ends_with_its_length() {
        let told = digest((1..=60).map(|line| error("m", line, "s")));
        assert_eq!(told.len(), LIMIT + 1);
        assert_eq!(told[LIMIT].message, "10 more errors are not shown");
        let whole = digest((1..=50).map(|line| error("m", line, "s")));
        assert_eq!(whole.len(), LIMIT);
    }
}
