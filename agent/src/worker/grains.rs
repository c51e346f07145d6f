//! The grains that a single function sees: as the daemon last collected them, as under Salt. A state run collects its own.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, Mutex, PoisonError};

use common::value::Map;

use crate::spool::{self, Assignment, GRAINS_FILE};

/// What tells a file from the one that was in its place before: it is always written anew.
type Stamp = (u64, i64, i64, u64);

/// The grains that this process has read last, for a worker that stands: their file changes seldom.
static READ: Mutex<Option<(Stamp, Arc<Map>)>> = Mutex::new(None);

/// The grains for an assignment.
pub(super) fn known(assignment: &Assignment) -> Arc<Map> {
    kept(assignment).unwrap_or_else(|| Arc::new(states::grains::collect(&assignment.id, &assignment.grains)))
}

fn kept(assignment: &Assignment) -> Option<Arc<Map>> {
    let path = assignment.cache.parent()?.join(GRAINS_FILE);
    let stamp = stamp(&std::fs::metadata(&path).ok()?);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, grains)) = &*read
        && *of == stamp
    {
        return Some(Arc::clone(grains));
    }
    let grains: Arc<Map> = Arc::new(spool::read(&path).ok()?);
    *read = Some((stamp, Arc::clone(&grains)));
    Some(grains)
}

fn stamp(metadata: &Metadata) -> Stamp {
    (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.len())
}

#[cfg(test)]
mod tests {
    use common::value::{Value, map};

    use super::*;
    use crate::spool::tests::assignment;

    #[test]
    fn new_grains_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let assignment = Assignment { cache: folder.path().join("cache"), ..assignment(1) };
        for value in ["old", "new"] {
            let written: Map = map([("role", Value::from(value))]);
            spool::write(&folder.path().join(GRAINS_FILE), &written).unwrap();
            assert_eq!(*known(&assignment), written);
            assert!(Arc::ptr_eq(&known(&assignment), &known(&assignment)));
        }
        std::fs::remove_file(folder.path().join(GRAINS_FILE)).unwrap();
        assert!(known(&assignment).contains_key(&Value::from("os")), "what nobody has kept is collected");
    }
}
