//! `stateful`: commands that say themselves what they changed.

use common::value::{Map, Value, get};

use crate::functions::Ran;
use crate::modules::{Check, Done, Failure};
use crate::process::words;

/// The `stateful` argument: a switch, or a list whose first item names a command for dry runs.
pub(super) struct Stateful<'a>(&'a Value);

impl<'a> Stateful<'a> {
    /// Reads the argument.
    pub(super) fn from_value(value: &'a Value) -> Self {
        Self(value)
    }

    /// Whether the command says what it changed.
    pub(super) fn is_set(&self) -> bool {
        match self.0 {
            Value::Bool(flag) => *flag,
            Value::List(items) => !items.is_empty(),
            _ => false,
        }
    }

    /// The command that says what would change, and changes nothing.
    pub(super) fn test_name(&self) -> Option<&'a str> {
        get(self.0.as_list()?.first()?.as_map()?, "test_name")?.as_str()
    }
}

/// What a dry run makes of the return of the command that only looks.
pub(super) fn foretell(done: Done) -> Result<Check<()>, Failure> {
    match done {
        Done { result: Some(false), comment, changes } => Err(Failure { comment, changes }),
        Done { comment, changes, .. } if changes.is_empty() => Ok(Check::clean(comment)),
        Done { comment, changes, .. } => Ok(Check::differs((), comment, changes)),
    }
}

/// Reads what a command says of itself: a JSON object, or a last line such as `changed=yes comment="done" key=value`.
///
/// # Errors
/// When `changed` is neither yes nor no.
pub(super) fn reinterpret(fine: bool, ran: Ran) -> Result<Done, Failure> {
    if ran.stdout.is_empty() {
        return Ok(Done { result: Some(fine), comment: ran.stderr, changes: Map::new() });
    }
    let (mut said, rest) = match serde_json::from_str::<serde_json::Value>(&ran.stdout) {
        Ok(serde_json::Value::Object(object)) => {
            (object.into_iter().map(|(key, value)| (key.into(), value.into())).collect(), "")
        }
        Ok(_) => return Ok(Done::failed("script JSON output must be a JSON object (e.g., {})!", Map::new())),
        Err(_) => {
            let (rest, last) = ran.stdout.trim_end().rsplit_once('\n').unwrap_or(("", &ran.stdout));
            match pairs(last) {
                Some(said) => (said, rest),
                None => {
                    let comment =
                        "Failed parsing script output! Stdout must be JSON or a line of name=value pairs.";
                    return Ok(Done::failed(comment, ran.into_map()));
                }
            }
        }
    };
    let rest = rest.to_owned();
    let comment = said.shift_remove(&Value::from("comment")).map(|comment| comment.to_string());
    let changed = match get(&said, "changed") {
        None => false,
        Some(given) => match given.to_string().to_lowercase().as_str() {
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => return Err(Failure::new(format!("Failed parsing boolean value: {given}"))),
        },
    };
    let mut changes = Map::new();
    if changed {
        for (key, value) in ran.into_map() {
            said.entry(key).or_insert(value);
        }
        // The line that was read is no output.
        said.insert("stdout".into(), rest.into());
        changes = said;
    }
    Ok(Done { result: Some(fine), comment: comment.unwrap_or_default(), changes })
}

fn pairs(line: &str) -> Option<Map> {
    let words = words::split(line).ok()?;
    let pair = |word: &String| match word.split_once('=') {
        Some((key, value)) if !value.contains('=') => Some((Value::from(key), Value::from(value))),
        _ => None,
    };
    words.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(stdout: &str) -> Result<Done, Failure> {
        reinterpret(true, Ran { stdout: stdout.into(), ..Ran::default() })
    }

    #[test]
    fn reads_a_last_line_or_json() {
        let done = said("log\nchanged=yes comment='a b' k=v").unwrap();
        assert_eq!(done.comment, "a b");
        assert_eq!(get(&done.changes, "stdout"), Some(&"log".into()));
        assert_eq!(get(&done.changes, "k"), Some(&"v".into()));
        let done = said("{\"changed\": true, \"comment\": \"c\", \"n\": 1}").unwrap();
        assert_eq!((done.comment.as_str(), get(&done.changes, "n")), ("c", Some(&1.into())));
        assert!(said("changed=no").unwrap().changes.is_empty());
        assert!(said("comment=x").unwrap().changes.is_empty());
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert_eq!(said("just words").unwrap().result, Some(false));
        assert_eq!(said("[1]").unwrap().result, Some(false));
        assert_eq!(said("changed=perhaps").unwrap_err().comment, "Failed parsing boolean value: perhaps");
    }
}
