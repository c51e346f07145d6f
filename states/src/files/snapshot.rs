//! A snapshot as a tree of files: listed from its directory objects, its files fetched when they are asked for.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use common::store::{Hash, Store, StoreError};
use common::tree::{DEPTH_LIMIT, Directory, FlatFile, Kind, Snapshot, TreeError, flatten};

use super::{FileError, FileSource, TreeFile, normal};

/// Brings objects into the store, from wherever they are.
pub trait Bring: Send + Sync {
    /// Returns when all of them are in the store.
    ///
    /// # Errors
    /// In words, when one can't be had.
    fn bring(&self, hashes: &[Hash]) -> Result<(), String>;
}

/// What compiling may read: SLS files, what they import, and data files, up to 64 KiB each.
const COMPILED: &[&str] = &["sls", "jinja", "jinja2", "j2", "yaml", "yml", "json", "map", "py"];

/// Larger files are fetched when they are asked for.
const COMPILED_LIMIT: u64 = 64 << 10;

/// The most that is fetched ahead of compiling: 64 MiB.
const AHEAD_LIMIT: u64 = 64 << 20;

/// A snapshot in the store.
pub struct SnapshotSource {
    store: Store,
    bring: Arc<dyn Bring>,
    environments: Vec<Listing>,
    /// Whether it is the part of a tree that one host is offered.
    scoped: bool,
}

/// One environment: its files, sorted by path, with and without what only the store knows.
struct Listing {
    name: String,
    files: Vec<FlatFile>,
    shown: Arc<[TreeFile]>,
}

/// Why a snapshot can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An object can't be fetched.
    #[error("cannot fetch the state tree from the master: {0}")]
    Bring(String),
    /// An object is not what it should be.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl SnapshotSource {
    /// Opens a snapshot, fetching its directories (a level of folders at a time, since each level names the next) and then, in
    /// one go, the files that compiling is going to read.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn open(store: Store, tree: Hash, bring: Arc<dyn Bring>) -> Result<Self, SourceError> {
        fetch_missing(&store, &*bring, [tree])?;
        let snapshot = Snapshot::from_object(tree, &store.read(tree).map_err(TreeError::from)?)?;
        fetch_directories(&store, &*bring, &snapshot)?;
        let scoped = snapshot.scoped;
        let mut environments = Vec::new();
        for environment in snapshot.environments {
            let files = flatten(&store, environment.root)?;
            let shown = files.iter().map(|file| TreeFile {
                path: Arc::clone(&file.path),
                size: file.size,
                executable: file.executable,
                hash: Some(*file.hash.as_bytes()),
            });
            let shown = shown.collect();
            environments.push(Listing { name: environment.name, files, shown });
        }
        let source = Self { store, bring, environments, scoped };
        source.fetch_ahead()?;
        Ok(source)
    }

    /// Fetches files together: `wanted` are environments and paths, a path that is a folder standing for all below it. What is
    /// not in the tree is passed over; the state that wants it will say so.
    ///
    /// # Errors
    /// When one can't be fetched.
    pub fn prefetch(&self, wanted: &[(String, String)]) -> Result<(), SourceError> {
        let mut hashes = BTreeSet::new();
        for (saltenv, path) in wanted {
            let Some((listing, path)) = self.listing(saltenv).zip(normal(path)) else { continue };
            let below = format!("{path}/");
            let files = listing.files.iter();
            let meant = files.filter(|file| *file.path == *path || file.path.starts_with(&below));
            hashes.extend(meant.map(|file| file.hash));
        }
        fetch_missing(&self.store, &*self.bring, hashes)
    }

    fn fetch_ahead(&self) -> Result<(), SourceError> {
        let mut hashes = BTreeSet::new();
        let mut total = 0;
        for file in self.environments.iter().flat_map(|listing| &listing.files) {
            if is_compiled_text(&file.path, file.size) && total + file.size <= AHEAD_LIMIT {
                total += file.size;
                hashes.insert(file.hash);
            }
        }
        fetch_missing(&self.store, &*self.bring, hashes)
    }

    fn listing(&self, saltenv: &str) -> Option<&Listing> {
        self.environments.iter().find(|listing| listing.name == saltenv)
    }

    fn find(&self, saltenv: &str, path: &str) -> Option<usize> {
        let path = normal(path)?;
        self.listing(saltenv)?.files.binary_search_by(|file| file.path.as_ref().cmp(&path)).ok()
    }

    /// The object's path, fetched if need be. A damaged object counts as missing, and is fetched again once.
    fn local(&self, hash: Hash) -> Result<PathBuf, String> {
        let path = match self.store.verified_path(hash) {
            Err(StoreError::Missing(_)) => {
                self.bring.bring(&[hash])?;
                self.store.verified_path(hash)
            }
            found => found,
        };
        path.map_err(|error| error.to_string())
    }
}

impl FileSource for SnapshotSource {
    fn environments(&self) -> Vec<String> {
        self.environments.iter().map(|listing| listing.name.clone()).collect()
    }

    fn is_scoped(&self) -> bool {
        self.scoped
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        Ok(self.listing(saltenv).map(|listing| Arc::clone(&listing.shown)).unwrap_or_default())
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        let index = self.find(saltenv, path);
        Ok(index.zip(self.listing(saltenv)).map(|(index, listing)| listing.shown[index].clone()))
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        let Some((index, listing)) = self.find(saltenv, path).zip(self.listing(saltenv)) else {
            return Ok(None);
        };
        let failed = |reason| FileError::Fetch { saltenv: saltenv.into(), path: path.into(), reason };
        self.local(listing.files[index].hash).map(Some).map_err(failed)
    }
}

/// Whether a file looks like one that compiling reads.
fn is_compiled_text(path: &str, size: u64) -> bool {
    let extension =
        path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    size <= COMPILED_LIMIT && extension.is_some_and(|extension| COMPILED.contains(&extension))
}

/// Fetches the directories of a snapshot, a level at a time over all environments.
fn fetch_directories(store: &Store, bring: &dyn Bring, snapshot: &Snapshot) -> Result<(), SourceError> {
    let mut level: BTreeSet<Hash> =
        snapshot.environments.iter().map(|environment| environment.root).collect();
    let mut seen = HashSet::new();
    for _ in 0..=DEPTH_LIMIT {
        level.retain(|hash| seen.insert(*hash));
        if level.is_empty() {
            return Ok(());
        }
        fetch_missing(store, bring, level.iter().copied())?;
        let mut next = BTreeSet::new();
        for hash in level {
            let directory = Directory::from_object(hash, &store.read(hash).map_err(TreeError::from)?)?;
            next.extend(directory.entries.iter().filter_map(|entry| match entry.kind {
                Kind::Directory { hash } => Some(hash),
                Kind::File { .. } => None,
            }));
        }
        level = next;
    }
    // Deeper than allowed: reading the tree says so.
    Ok(())
}

fn fetch_missing(
    store: &Store,
    bring: &dyn Bring,
    hashes: impl IntoIterator<Item = Hash>,
) -> Result<(), SourceError> {
    let missing: Vec<_> = hashes.into_iter().filter(|hash| !store.contains(*hash)).collect();
    if missing.is_empty() { Ok(()) } else { bring.bring(&missing).map_err(SourceError::Bring) }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use common::tree::{Entry, Environment};

    use super::*;

    /// A master's store and what has been asked of it.
    struct Master {
        from: Store,
        to: Store,
        asked: Mutex<Vec<usize>>,
    }

    impl Bring for Master {
        fn bring(&self, hashes: &[Hash]) -> Result<(), String> {
            self.asked.lock().unwrap().push(hashes.len());
            for hash in hashes {
                let bytes = self.from.read(*hash).map_err(|error| error.to_string())?;
                self.to.put(&bytes).map_err(|error| error.to_string())?;
            }
            Ok(())
        }
    }

    fn file(store: &Store, name: &str, content: &[u8]) -> Entry {
        let hash = store.put(content).unwrap();
        let kind = Kind::File { hash, size: content.len() as u64, executable: false };
        Entry { name: name.into(), kind }
    }

    fn folder(store: &Store, name: &str, entries: Vec<Entry>) -> Entry {
        let hash = store.put(&Directory { entries }.to_object()).unwrap();
        Entry { name: name.into(), kind: Kind::Directory { hash } }
    }

    fn tree(store: &Store) -> Hash {
        let bin = folder(store, "bin", vec![file(store, "proxy", &[7; 100_000])]);
        let deep = folder(store, "deep", vec![bin, file(store, "map.jinja", b"{% set a = 1 %}")]);
        let entries = vec![deep, file(store, "top.sls", b"base: {}"), file(store, "web.conf", b"listen")];
        let root = store.put(&Directory { entries }.to_object()).unwrap();
        let environments = vec![Environment { name: "base".into(), root }];
        store.put(&Snapshot { environments, scoped: false }.to_object()).unwrap()
    }

    fn stores() -> (tempfile::TempDir, Arc<Master>) {
        let folder = tempfile::tempdir().unwrap();
        let from = Store::open(&folder.path().join("from")).unwrap();
        let to = Store::open(&folder.path().join("to")).unwrap();
        (folder, Arc::new(Master { from, to, asked: Mutex::default() }))
    }

    #[test]
    fn asks_in_batches_and_only_once() {
        let (_folder, master) = stores();
        let hash = tree(&master.from);
        let open = || SnapshotSource::open(master.to.clone(), hash, Arc::clone(&master) as _).unwrap();
        let source = open();
        // The snapshot, its root, `deep`, `deep/bin`, then the two files that compiling reads.
        assert_eq!(*master.asked.lock().unwrap(), [1, 1, 1, 1, 2]);
        source.prefetch(&[("base".into(), "deep/bin".into()), ("base".into(), "none".into())]).unwrap();
        assert_eq!(master.asked.lock().unwrap().len(), 6);
        open().prefetch(&[("base".into(), "/deep//bin/proxy".into())]).unwrap();
        assert_eq!(master.asked.lock().unwrap().len(), 6);
    }

    #[test]
    fn fetches_on_demand_and_mends_what_is_damaged() {
        let (folder, master) = stores();
        let hash = tree(&master.from);
        // A store that is opened anew, as by another process, trusts nothing.
        let open = || {
            let store = Store::open(&folder.path().join("to")).unwrap();
            SnapshotSource::open(store, hash, Arc::clone(&master) as _).unwrap()
        };
        let source = open();
        assert_eq!(source.read("base", "web.conf").unwrap().as_deref(), Some(b"listen".as_slice()));
        assert_eq!(source.read("base", "../web.conf").unwrap(), None);
        assert_eq!(source.read("dev", "web.conf").unwrap(), None);
        let path = source.fetch("base", "web.conf").unwrap().unwrap();
        std::fs::write(&path, "damaged").unwrap();
        assert_eq!(open().read("base", "web.conf").unwrap().as_deref(), Some(b"listen".as_slice()));
    }

    #[test]
    fn knows_what_compiling_reads() {
        assert!(is_compiled_text("web/init.sls", 100));
        assert!(is_compiled_text("map.jinja", 100));
        assert!(!is_compiled_text("web/init.sls", 100_000));
        assert!(!is_compiled_text("bin/proxy", 100));
        assert!(!is_compiled_text("a.sls/file", 100));
    }

    #[test]
    fn what_can_not_be_had_is_an_error() {
        let (_folder, master) = stores();
        let hash = tree(&master.from);
        let gone = Store::open(_folder.path().join("gone").as_path()).unwrap();
        let empty = Arc::new(Master { from: gone, to: master.to.clone(), asked: Mutex::default() });
        assert!(matches!(SnapshotSource::open(master.to.clone(), hash, empty), Err(SourceError::Bring(_))));
    }
}
