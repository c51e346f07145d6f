//! Showing the entries of one id as one: Salt's `state_compress_ids`.

use indexmap::IndexMap;

use super::super::states::Entry;
use super::super::style::StateStyle;
use crate::value::{Map, Value, get, map};

/// Where the changes of entries that are shown as one stand, each under its name.
pub(super) const CHANGES: &str = "compressed changes";

const MARK: &str = "state_compressed";

/// A run in which the entries of a module, id, SLS and result are one. None where an entry lacks what that takes.
pub(super) fn compressed(run: &Map) -> Option<Map> {
    let mut groups: IndexMap<String, Vec<(&str, &Map)>> = IndexMap::new();
    for (tag, entry) in run {
        let (tag, entry) = (tag.as_str()?, entry.as_map()?);
        let text = |key: &str| get(entry, key).map(ToString::to_string);
        let module = tag.split("_|-").next()?;
        let key = [module, &text("__id__")?, &text("__sls__")?, &text("result")?].join("_");
        groups.entry(key).or_default().push((tag, entry));
    }
    let mut out = Map::new();
    for entries in groups.values() {
        match entries[..] {
            [(tag, entry)] => drop(out.insert(tag.into(), Value::Map(entry.clone()))),
            _ => one(entries, &mut out)?,
        }
    }
    Some(out)
}

/// Adds the entries of a group as one, or, where they have different functions, as one for each.
fn one(entries: &[(&str, &Map)], out: &mut Map) -> Option<()> {
    for (tag, entry) in entries {
        let text = |key: &str| get(entry, key).map(ToString::to_string).unwrap_or_default();
        let mut parts: Vec<String> = tag.split("_|-").map(Into::into).collect();
        *parts.get_mut(2)? = [MARK, &text("__sls__"), &text("__id__"), &text("result")].join("_");
        *parts.get_mut(1)? = format!("{} ({})", text("__id__"), entries.len());
        let tag = Value::from(parts.join("_|-"));
        match out.get_mut(&tag) {
            Some(Value::Map(first)) => add(first, entry)?,
            _ => drop(out.insert(tag, Value::Map((*entry).clone()))),
        }
    }
    Some(())
}

/// Adds an entry to the first: the earliest start, the whole duration, the changes by name.
fn add(first: &mut Map, entry: &Map) -> Option<()> {
    let run_num =
        [&*first, entry].into_iter().filter_map(|entry| get(entry, "__run_num__")?.as_int()).min()?;
    let duration: f64 = [&*first, entry].into_iter().map(|entry| number(get(entry, "duration"))).sum();
    let started =
        [&*first, entry].into_iter().filter_map(|entry| Some(get(entry, "start_time")?.to_string()));
    let started = started.min()?;
    first.insert("__run_num__".into(), run_num.into());
    first.insert("duration".into(), Value::Float((duration * 1000.0).round_ties_even() / 1000.0));
    first.insert("start_time".into(), started.into());
    let changes = |entry: &Map| get(entry, "changes").filter(|changes| changes.is_true()).cloned();
    let name = |entry: &Map| get(entry, "name").cloned().unwrap_or_default();
    let Some(new) = changes(entry) else { return Some(()) };
    let mut gathered = match changes(first) {
        None => Map::new(),
        Some(own) => match own.as_map().and_then(|own| get(own, CHANGES)) {
            Some(Value::Map(gathered)) => gathered.clone(),
            _ => Map::from_iter([(name(first), own)]),
        },
    };
    gathered.insert(name(entry), new);
    first.insert("changes".into(), map([(CHANGES, gathered.into())]).into());
    Some(())
}

fn number(value: Option<&Value>) -> f64 {
    value.and_then(super::nested::number).unwrap_or(0.0)
}

/// How many entries one stands for.
pub(super) fn weight(entry: &Entry<'_>, style: &StateStyle) -> usize {
    if !style.compress || !entry.name.starts_with(MARK) {
        return 1;
    }
    let count = entry.id.rsplit_once('(').and_then(|(_, count)| count.strip_suffix(')')?.parse().ok());
    count.unwrap_or(1)
}
