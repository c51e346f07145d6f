//! What a run did, state by state, in Salt's shape.

use common::value::{Map, Value};
use serde::{Deserialize, Serialize};

/// What a whole run did, in the order in which states ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry a state.
    pub entries: Vec<Entry>,
}

/// What one state did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Salt's key: `file_|-id_|-name_|-managed`.
    pub tag: String,
    /// `__id__`.
    pub id: String,
    /// `__sls__`.
    pub sls: String,
    /// `name`.
    pub name: String,
    /// `True`, `False`, or `None` when a dry run would change something.
    pub result: Option<bool>,
    /// `comment`.
    pub comment: String,
    /// `changes`.
    pub changes: Map,
    /// `__run_num__`.
    pub run_num: u32,
    /// `start_time`: local time of day, `HH:MM:SS.ffffff`.
    pub start_time: String,
    /// `duration` in milliseconds.
    pub duration: f64,
    /// `warnings`.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Further keys that Salt sets on some entries: `__state_ran__`, `skip_watch`, `__parallel__`.
    #[serde(default)]
    pub extra: Map,
}

impl Entry {
    /// The entry as Salt returns it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| entry.insert(key.into(), value);
        put("name", (&self.name).into());
        put("changes", Value::Map(self.changes.clone()));
        put("result", self.result.into());
        put("comment", (&self.comment).into());
        // An entry that stands for no state has no SLS, no id and no time; a state that stands in no SLS has none.
        let stands_for_a_state = !self.id.is_empty();
        if stands_for_a_state {
            put("__sls__", if self.sls.is_empty() { Value::Null } else { (&self.sls).into() });
        }
        put("__run_num__", self.run_num.into());
        if stands_for_a_state {
            put("start_time", (&self.start_time).into());
            put("duration", self.duration.into());
            put("__id__", (&self.id).into());
        }
        if !self.warnings.is_empty() {
            put("warnings", self.warnings.clone().into());
        }
        entry.extend(self.extra.iter().map(|(key, value)| (key.clone(), value.clone())));
        Value::Map(entry)
    }
}

impl Report {
    /// The report as `state.apply` returns it: entries by tag.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Map(self.entries.iter().map(|entry| (Value::from(&entry.tag), entry.to_value())).collect())
    }

    /// Whether no state failed.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.entries.iter().all(|entry| entry.result != Some(false))
    }

    /// Whether any state changed something (or would, in a dry run).
    #[must_use]
    pub fn changed(&self) -> bool {
        self.entries.iter().any(|entry| !entry.changes.is_empty() || entry.result.is_none())
    }
}
