//! Grains: what a host is.

use common::value::Map;

/// Collects the grains of this machine; `own` (from the agent's configuration) is laid over them, and `id` is `id`.
#[must_use]
pub fn collect(id: &str, own: &Map) -> Map {
    let mut grains = Map::from_iter([("id".into(), id.into())]);
    grains.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
    grains
}
