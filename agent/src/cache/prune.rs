//! Making room: what none of the latest trees names, and nobody has used for a week, is removed.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use common::identity::{read_private, write_private};
use common::store::{Hash, Store};
use common::tree::reachable;

/// How many trees are kept whole.
const TREES: usize = 3;

/// How long an object that none of them names is kept.
const AGE: Duration = Duration::from_secs(7 * 86_400);

/// How often is looked at most.
const INTERVAL: Duration = Duration::from_secs(86_400);

/// Remembers that a tree is in use. `folder` is the cache's.
pub fn remember_tree(folder: &Path, tree: Hash) {
    let mut trees = recent_trees(folder);
    if trees.first() == Some(&tree) {
        return;
    }
    trees.retain(|known| *known != tree);
    trees.insert(0, tree);
    trees.truncate(TREES);
    let lines: String = trees.iter().map(|tree| format!("{tree}\n")).collect();
    if let Err(error) = write_private(&folder.join("recent"), lines.as_bytes()) {
        tracing::warn!(%error, "the tree in use can't be remembered");
    }
}

/// Removes what is not needed any more, at most once a day.
pub fn prune(folder: &Path, store: &Store) {
    let marker = folder.join("pruned");
    let last = std::fs::metadata(&marker).and_then(|metadata| metadata.modified()).ok();
    if last.is_some_and(|last| SystemTime::now().duration_since(last).is_ok_and(|past| past < INTERVAL)) {
        return;
    }
    let _ = std::fs::write(&marker, "");
    let mut keep = HashSet::new();
    for tree in recent_trees(folder) {
        reachable(store, tree, &mut keep);
    }
    match store.prune(|hash| keep.contains(&hash), AGE) {
        Ok(removed) => tracing::debug!(removed, kept = keep.len(), "the cache was pruned"),
        Err(error) => tracing::warn!(%error, "the cache can't be pruned"),
    }
}

fn recent_trees(folder: &Path) -> Vec<Hash> {
    let text = read_private(&folder.join("recent")).ok().flatten().unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use common::tree::{Directory, Entry, Environment, Kind, Snapshot};

    use super::*;

    #[test]
    fn keeps_what_the_latest_trees_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let tree = |text: &str| {
            let file = store.put(text.as_bytes()).unwrap();
            let kind = Kind::File { hash: file, size: 1, executable: false };
            let entries = vec![Entry { name: "f".into(), kind }];
            let root = store.put(&Directory { entries }.to_object()).unwrap();
            let environments = vec![Environment { name: "base".into(), root }];
            (store.put(&Snapshot { environments, scoped: false }.to_object()).unwrap(), file)
        };
        let trees: Vec<_> = ["a", "b", "c", "d"].into_iter().map(tree).collect();
        for (hash, _) in &trees {
            remember_tree(folder.path(), *hash);
        }
        let shelves = std::fs::read_dir(folder.path().join("objects")).unwrap().flatten();
        let old = SystemTime::now() - 2 * AGE;
        for object in shelves.flat_map(|shelf| std::fs::read_dir(shelf.path()).unwrap().flatten()) {
            std::fs::File::open(object.path()).unwrap().set_modified(old).unwrap();
        }
        let fresh = store.put(b"fresh").unwrap();
        prune(folder.path(), &store);
        assert!(!store.contains(trees[0].0) && !store.contains(trees[0].1));
        assert!(trees[1..].iter().all(|(tree, file)| store.contains(*tree) && store.contains(*file)));
        assert!(store.contains(fresh));
    }
}
