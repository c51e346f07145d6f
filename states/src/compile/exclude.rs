//! `exclude`: leaving out ids or whole SLS files.

use std::sync::Arc;

use common::target::fnmatch;
use common::value::Value;

use super::high::{High, first_pair, is_hidden};
use crate::diagnostic::Place;
use crate::language::{Kind, Node};

/// Adds what a call excludes (`exclude=`) to what the files do.
pub(super) fn add(high: &mut High, items: &[Value]) {
    let place = Place { file: "exclude=".into(), line: 0, column: 0 };
    high.excludes.get_or_insert_default().extend(items.iter().map(|item| located(item, &place)));
}

/// A value all of whose parts have the same place.
pub(super) fn located(value: &Value, place: &Place) -> Arc<Node> {
    let below = |value: &Value| located(value, place);
    let kind = match value {
        Value::List(items) => Kind::List(items.iter().map(below).collect()),
        Value::Map(map) => Kind::Map(map.iter().map(|(key, value)| (below(key), below(value))).collect()),
        scalar => Kind::Scalar(scalar.clone()),
    };
    Arc::new(Node { kind, place: place.clone() })
}

/// Takes out what is excluded.
pub(super) fn apply(high: &mut High) {
    let (mut ids, mut patterns) = (Vec::new(), Vec::new());
    for item in high.excludes.take().unwrap_or_default() {
        match (item.as_str(), first_pair(&item), item.as_map().map_or(0, <[_]>::len)) {
            (Some(sls), ..) => patterns.push(sls.to_owned()),
            (None, Some((key, value)), 1) => match (key.as_str(), value.as_str()) {
                (Some("sls"), Some(sls)) => patterns.push(sls.to_owned()),
                (Some("id"), Some(id)) => ids.push(id.to_owned()),
                _ => {}
            },
            _ => {}
        }
    }
    if ids.is_empty() && patterns.is_empty() {
        return;
    }
    high.states.retain(|id, declaration| {
        let by_sls = || patterns.iter().any(|pattern| fnmatch(&declaration.sls, pattern));
        !ids.iter().any(|excluded| *excluded == **id) && (is_hidden(id) || !by_sls())
    });
}
