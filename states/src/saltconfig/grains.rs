//! The static grains, laid over those of the machine.

use common::regex::matches_at_start;
use common::target::fnmatch;
use common::value::{Map, Value, get};

/// The machine's grains and the file's without what `grains_blacklist` names, and the key `grains` over both. With
/// `grains_deep_merge` the file's maps are merged into the machine's.
pub(super) fn lay(mut machine: Map, file: &Map, opts: &Map, id: &str) -> Map {
    let mut file = file.clone();
    let patterns = get(opts, "grains_blacklist").and_then(Value::as_list).unwrap_or_default();
    let patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    for grains in [&mut machine, &mut file] {
        grains.retain(|name, _| {
            let name = name.to_string();
            !patterns.iter().any(|pattern| matches(&name, pattern))
        });
    }
    match get(opts, "grains_deep_merge") {
        Some(Value::Bool(true)) => deepen(&mut machine, file),
        _ => machine.extend(file),
    }
    if let Some(Value::Map(own)) = get(opts, "grains") {
        machine.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    machine.insert("id".into(), id.into());
    machine
}

/// Merges maps key by key; lists are replaced.
fn deepen(lower: &mut Map, upper: Map) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Map(lower)), Value::Map(upper)) => deepen(lower, upper),
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}

/// Whether a name fits an expression: as a glob, else as a regular expression for the whole of it.
fn matches(name: &str, expression: &str) -> bool {
    fnmatch(name, expression) || matches_at_start(&format!(r"\A{expression}\Z"), name).unwrap_or(false)
}
