//! Takes snapshots: every file into the content store, and the tree of hashes above them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use common::lfs::{POINTER_LIMIT, Pointer};
use common::store::{Hash, Store};
use common::tree::{Directory, Entry, Environment, Kind, Snapshot};

use super::SourceError;
use super::walk::{FileNode, Folder, Node, Stat, walk};
use crate::config::Roots;

/// A file that changed less than this many nanoseconds before it was read is read again next time: the file system's clock
/// may not tell a change right after the reading from one right before it.
const SETTLING: i128 = 100_000_000;

/// How often a file that changes while it is being read is tried.
const ATTEMPTS: usize = 3;

/// Takes snapshots, and remembers what it has read: an unchanged file costs a `stat` the second time.
#[derive(Debug)]
pub struct Snapshotter {
    store: Store,
    /// What no tree may lead into.
    private: Option<PathBuf>,
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// A file that is in the store.
#[derive(Clone, Copy, Debug)]
struct Known {
    stat: Stat,
    content: Content,
}

/// The content that a file stands for: its own, or that of the LFS object it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Content {
    hash: Hash,
    size: u64,
}

/// A snapshot that has been taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The snapshot's root.
    pub root: Hash,
    /// The commit of the working copy, where the first root is in a git repository.
    pub commit: Option<String>,
}

impl Snapshotter {
    /// A snapshotter that puts objects into `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, private: None, known: Mutex::default() }
    }

    /// The same, where no link of a tree may lead into this folder: every host may read the whole tree.
    #[must_use]
    pub fn guarding(self, private: PathBuf) -> Self {
        Self { private: Some(private), ..self }
    }

    /// Takes a snapshot of all environments. Blocks while it reads.
    ///
    /// # Errors
    /// When a file can't be read, or a Git LFS pointer's content can't be had.
    pub fn take(&self, roots: &Roots) -> Result<Taken, SourceError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = HashMap::with_capacity(known.len());
        let mut environments = Vec::with_capacity(roots.len());
        for (name, folders) in roots {
            let root = self.folder(&walk(folders, self.private.as_deref())?, &known, &mut seen)?;
            environments.push(Environment { name: name.clone(), root });
        }
        *known = seen;
        let root = self.store.put(&Snapshot { environments, scoped: false }.to_object())?;
        let commit = roots.get("base").or_else(|| roots.values().next());
        let commit = commit.and_then(|folders| folders.iter().find_map(|folder| super::commit(folder)));
        Ok(Taken { root, commit })
    }

    fn folder(
        &self,
        folder: &Folder,
        known: &HashMap<PathBuf, Known>,
        seen: &mut HashMap<PathBuf, Known>,
    ) -> Result<Hash, SourceError> {
        let mut entries = Vec::with_capacity(folder.len());
        for (name, node) in folder {
            let kind = match node {
                Node::Folder(inner) => Kind::Directory { hash: self.folder(inner, known, seen)? },
                Node::File(file) => {
                    let content = self.file(file, known, seen)?;
                    Kind::File { hash: content.hash, size: content.size, executable: file.stat.executable() }
                }
            };
            entries.push(Entry { name: name.clone(), kind });
        }
        Ok(self.store.put(&Directory { entries }.to_object())?)
    }

    fn file(
        &self,
        file: &FileNode,
        known: &HashMap<PathBuf, Known>,
        seen: &mut HashMap<PathBuf, Known>,
    ) -> Result<Content, SourceError> {
        let same = known.get(&file.path).filter(|known| known.stat == file.stat);
        if let Some(known) = same.filter(|known| self.store.contains(known.content.hash)) {
            seen.insert(file.path.clone(), *known);
            return Ok(known.content);
        }
        let mut stat = file.stat;
        for _ in 0..ATTEMPTS {
            let read_at = SystemTime::now();
            let content = self.read(&file.path, stat.size)?;
            let after = std::fs::metadata(&file.path)
                .map_err(|source| SourceError::Io { path: file.path.clone(), source })?;
            let after = Stat::of(&after);
            if after == stat {
                if is_settled(&stat, read_at) {
                    seen.insert(file.path.clone(), Known { stat, content });
                }
                return Ok(content);
            }
            stat = after;
        }
        Err(SourceError::Unsettled(file.path.clone()))
    }

    /// Puts a file's content into the store; for a pointer of Git LFS, what it points to.
    fn read(&self, path: &Path, size: u64) -> Result<Content, SourceError> {
        let failed = |source| SourceError::Io { path: path.into(), source };
        if size <= POINTER_LIMIT {
            let content = std::fs::read(path).map_err(failed)?;
            let Some(pointer) = Pointer::parse(&content) else {
                return Ok(Content { hash: self.store.put(&content)?, size: content.len() as u64 });
            };
            let object = pointer.resolve(path)?;
            return Ok(Content { hash: self.store.put_file(&object)?, size: pointer.size });
        }
        let hash = self.store.put_file(path)?;
        Ok(Content { hash, size })
    }
}

fn is_settled(stat: &Stat, read_at: SystemTime) -> bool {
    let changed = i128::from(stat.changed.0) * 1_000_000_000 + i128::from(stat.changed.1);
    let read_at = read_at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    i128::try_from(read_at).is_ok_and(|read_at| read_at - changed > SETTLING)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use common::tree::flatten;
    use sha2::Digest as _;

    use super::*;

    struct Working {
        folder: tempfile::TempDir,
        store: Store,
    }

    impl Working {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("store")).unwrap();
            std::fs::create_dir_all(folder.path().join("repository/.git")).unwrap();
            Self { folder, store }
        }

        fn root(&self) -> PathBuf {
            self.folder.path().join("repository")
        }

        fn roots(&self) -> Roots {
            Roots::from([("base".into(), vec![self.root()])])
        }

        fn files(&self, taken: &Taken) -> Vec<(String, u64, bool)> {
            let snapshot = Snapshot::from_object(taken.root, &self.store.read(taken.root).unwrap()).unwrap();
            let files = flatten(&self.store, snapshot.environments[0].root).unwrap();
            files.into_iter().map(|file| (file.path.to_string(), file.size, file.executable)).collect()
        }
    }

    #[test]
    fn the_same_tree_has_the_same_root_and_a_change_is_seen() {
        let working = Working::new();
        let snapshotter = Snapshotter::new(working.store.clone());
        let script = working.root().join("run.sh");
        std::fs::write(&script, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let first = snapshotter.take(&working.roots()).unwrap();
        assert_eq!(snapshotter.take(&working.roots()).unwrap(), first);
        assert_eq!(working.files(&first), [("run.sh".to_owned(), 10, true)]);
        std::fs::write(&script, "#!/bin/ss\n").unwrap();
        assert_ne!(snapshotter.take(&working.roots()).unwrap().root, first.root);
    }

    #[test]
    fn a_pointer_is_never_shipped() {
        let working = Working::new();
        let snapshotter = Snapshotter::new(working.store.clone());
        let oid: String = sha2::Sha256::digest(b"binary").iter().map(|byte| format!("{byte:02x}")).collect();
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 6\n");
        std::fs::write(working.root().join("proxy"), pointer).unwrap();
        let error = snapshotter.take(&working.roots()).unwrap_err().to_string();
        assert!(error.contains("proxy") && error.contains("git lfs pull"), "{error}");
        let object = working.root().join(".git/lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(&oid);
        std::fs::create_dir_all(object.parent().unwrap()).unwrap();
        std::fs::write(&object, "binary").unwrap();
        let taken = snapshotter.take(&working.roots()).unwrap();
        assert_eq!(working.files(&taken), [("proxy".to_owned(), 6, false)]);
        assert!(working.store.contains(Hash::of(b"binary")));
    }
}
