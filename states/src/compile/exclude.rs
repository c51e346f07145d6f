//! `exclude`: leaving out ids or whole SLS files.

use common::target::fnmatch;

use super::high::{High, first_pair, is_hidden};

/// Takes out what is excluded.
pub(super) fn apply(high: &mut High) {
    let (mut ids, mut patterns) = (Vec::new(), Vec::new());
    for item in std::mem::take(&mut high.excludes) {
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
