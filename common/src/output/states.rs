//! Reading a state run's return: its entries, and how many came to what.

use crate::value::{Map, Value, get};

/// How many states of a run came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Succeeded with nothing to do.
    pub unchanged: usize,
    /// Changed something.
    pub changed: usize,
    /// A dry run: would change something.
    pub would_change: usize,
    /// Failed.
    pub failed: usize,
    /// Have warnings, whatever they came to.
    pub warnings: usize,
    /// What all of them took, in milliseconds; states that ran in parallel count with the longest of them.
    pub duration: f64,
}

/// One state of a return.
pub(super) struct Entry<'a> {
    /// The module: `file`.
    pub(super) state: &'a str,
    /// The id of the declaration.
    pub(super) id: &'a str,
    /// The `name`.
    pub(super) name: &'a str,
    /// The function: `managed`.
    pub(super) fun: &'a str,
    /// `True`, `False`, or `None` in a dry run that would change something.
    pub(super) result: Option<bool>,
    /// The comment, its lines below one another as a block shows them.
    pub(super) comment: String,
    /// What changed, if anything did.
    pub(super) changes: Option<&'a Value>,
    /// When it began: the local time of day.
    pub(super) started: Option<&'a Value>,
    /// What it took in milliseconds, as the return has it.
    pub(super) duration: Option<&'a Value>,
    /// Its warnings, a line each.
    pub(super) warnings: Vec<String>,
    /// The whole entry.
    pub(super) raw: &'a Map,
    parallel: bool,
    run_num: i64,
}

/// Whether a value is what a state run returns: a map from tags such as `file_|-id_|-name_|-managed` to maps with a result.
#[must_use]
pub fn is_state_return(value: &Value) -> bool {
    let entry = |(key, value): (&Value, &Value)| {
        key.as_str().is_some_and(|tag| tag.matches("_|-").count() >= 3)
            && value.as_map().is_some_and(|entry| get(entry, "result").is_some())
    };
    value.as_map().is_some_and(|map| !map.is_empty() && map.iter().all(entry))
}

/// The entries of a return in the order in which the states ran. What is no entry is passed over.
pub(super) fn entries(map: &Map) -> Vec<Entry<'_>> {
    let mut entries: Vec<_> = map.iter().filter_map(|(tag, value)| entry(tag, value)).collect();
    entries.sort_by_key(|entry| entry.run_num);
    entries
}

impl Counts {
    /// Counts the entries of a return.
    #[must_use]
    pub fn of(map: &Map) -> Self {
        Self::of_entries(&entries(map))
    }

    pub(super) fn of_entries(entries: &[Entry<'_>]) -> Self {
        let (mut counts, mut parallel) = (Self::default(), 0.0_f64);
        for entry in entries {
            match (entry.result, entry.changes) {
                (Some(false), _) => counts.failed += 1,
                (None, _) => counts.would_change += 1,
                (Some(true), Some(_)) => counts.changed += 1,
                (Some(true), None) => counts.unchanged += 1,
            }
            counts.warnings += usize::from(!entry.warnings.is_empty());
            let duration = entry.milliseconds();
            if entry.parallel {
                parallel = parallel.max(duration);
            } else {
                counts.duration += duration;
            }
        }
        counts.duration += parallel;
        counts
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.unchanged + self.changed + self.would_change + self.failed
    }
}

impl Entry<'_> {
    /// The duration as a number: Salt has it as one, or as text that ends in `ms`.
    fn milliseconds(&self) -> f64 {
        match self.duration {
            #[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds is far below 2^53")]
            Some(Value::Int(number)) => *number as f64,
            Some(Value::Float(number)) => *number,
            Some(Value::String(text)) => text.trim_end_matches("ms").trim().parse().unwrap_or(0.0),
            _ => 0.0,
        }
    }
}

/// The comment, with what a state tells beside it (`data`).
fn comment(entry: &Map) -> String {
    let text = get(entry, "comment").map(ToString::to_string).unwrap_or_default();
    let mut comment = text.trim().replace('\n', &format!("\n{}", " ".repeat(14)));
    match get(entry, "data") {
        None => {}
        Some(Value::List(items)) => comment.extend(items.iter().map(|item| format!(" {item}"))),
        Some(Value::Map(map)) => {
            comment.extend(map.iter().map(|(key, value)| format!("\n\t\t{key}: {value}")))
        }
        Some(data) => comment.push_str(&format!(" {data}")),
    }
    comment
}

fn entry<'a>(tag: &'a Value, value: &'a Value) -> Option<Entry<'a>> {
    let mut parts = tag.as_str()?.split("_|-");
    let (state, id, name) = (parts.next()?, parts.next()?, parts.next()?);
    let fun = parts.last()?;
    let map = value.as_map()?;
    let result = get(map, "result")?;
    Some(Entry {
        state,
        id,
        name,
        fun,
        result: result.as_bool(),
        comment: comment(map),
        changes: get(map, "changes").filter(|changes| changes.is_true()),
        started: get(map, "start_time"),
        duration: get(map, "duration"),
        warnings: get(map, "warnings")
            .and_then(Value::as_list)
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect(),
        raw: map,
        parallel: get(map, "__parallel__").is_some(),
        run_num: get(map, "__run_num__").and_then(Value::as_int).unwrap_or(0),
    })
}

/// Returns for the tests of the formats.
#[cfg(test)]
pub(super) mod samples {
    use crate::value::{Map, Value, map};

    fn state(number: i64, result: Value, comment: &str, changes: Map) -> Map {
        map([
            ("result", result),
            ("comment", comment.into()),
            ("changes", Value::Map(changes)),
            ("start_time", "18:31:35.361207".into()),
            ("duration", Value::Float(0.5)),
            ("__run_num__", number.into()),
        ])
    }

    /// A run of four states, one that found nothing to do, one that failed, one that changed something, one with a warning.
    pub(in super::super) fn run() -> Value {
        let stdout = map([("stdout", Value::from("hello\ntwo")), ("pid", 7.into())]);
        let mut warned = state(3, true.into(), "line one\nline two\n", map([("e", Value::from("new"))]));
        let warning =
            "some warning here which is long enough to wrap over several lines since it has many words";
        warned.insert("warnings".into(), vec![warning].into());
        Value::Map(map([
            ("test_|-e_|-e_|-configurable_test_state", Value::Map(warned)),
            ("test_|-b_|-bee_|-nop", Value::Map(state(0, true.into(), "Success!", Map::new()))),
            (
                "test_|-c_|-c_|-fail_without_changes",
                Value::Map(state(1, false.into(), "Failure!", Map::new())),
            ),
            ("cmd_|-d_|-echo hello_|-run", Value::Map(state(2, true.into(), "Command run", stdout))),
        ]))
    }

    /// A run of two states with nothing to do.
    pub(in super::super) fn calm() -> Value {
        Value::Map(map([
            ("test_|-a_|-a_|-nop", Value::Map(state(0, true.into(), "", Map::new()))),
            ("test_|-b_|-b_|-nop", Value::Map(state(1, true.into(), "", Map::new()))),
        ]))
    }

    /// A dry run of one state that would change something.
    pub(in super::super) fn dry() -> Value {
        let changes = map([("newfile", Value::from("/tmp/x"))]);
        Value::Map(map([("file_|-x_|-/tmp/x_|-managed", Value::Map(state(0, Value::Null, "set", changes)))]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_state_return_from_other_maps() {
        assert!(is_state_return(&samples::run()));
        assert!(!is_state_return(&Value::Map(Map::new())));
        assert!(!is_state_return(&Value::from("x")));
        assert!(!is_state_return(&Value::from(crate::value::map([("a_|-b_|-c_|-d", Value::from("x"))]))));
    }

    #[test]
    fn counts() {
        let counts = Counts::of(samples::run().as_map().unwrap());
        let expected =
            Counts { unchanged: 1, changed: 2, would_change: 0, failed: 1, warnings: 1, duration: 2.0 };
        assert_eq!(counts, expected);
        assert_eq!(Counts::of(samples::dry().as_map().unwrap()).would_change, 1);
    }
}
