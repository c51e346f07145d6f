//! A snapshot of the state tree: a Merkle tree of content-addressed objects with one root hash.
//!
//! A [`Snapshot`] names one [`Directory`] for each environment; a directory names files and directories by the hash of their
//! content. Two snapshots share every object that did not change.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::store::{Hash, Store, StoreError};

/// How deep folders may lie in each other.
pub const DEPTH_LIMIT: usize = 64;

/// How many files an environment may have.
pub const FILES_LIMIT: usize = 200_000;

/// The root object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The environments, sorted by name.
    pub environments: Vec<Environment>,
    /// Whether it is the part of a tree that one host is offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scoped: bool,
}

/// One environment of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name: `base`.
    pub name: String,
    /// Its [`Directory`].
    pub root: Hash,
}

/// One folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// What is in it, sorted by name.
    pub entries: Vec<Entry>,
}

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, one part of a path.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What an [`Entry`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A file.
    File {
        /// The hash of its content.
        hash: Hash,
        /// Its size in bytes.
        size: u64,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A folder: the hash of its [`Directory`].
    Directory {
        /// That hash.
        hash: Hash,
    },
}

/// Why a snapshot can't be read or made.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An object is no snapshot or directory, or one that no working copy could have made.
    #[error("object {hash} is not a valid {expected}: {reason}")]
    Invalid {
        /// The object.
        hash: Hash,
        /// What it should be.
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// A file of an environment, with its whole path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatFile {
    /// The path, `/` between its parts.
    pub path: Arc<str>,
    /// The hash of its content.
    pub hash: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its owner may execute it.
    pub executable: bool,
}

impl Snapshot {
    /// The snapshot as an object.
    #[must_use]
    pub fn to_object(&self) -> Vec<u8> {
        to_object(self)
    }

    /// The snapshot from an object's bytes.
    ///
    /// # Errors
    /// [`TreeError::Invalid`].
    pub fn from_object(hash: Hash, bytes: &[u8]) -> Result<Self, TreeError> {
        let snapshot: Self = from_object(hash, bytes, "snapshot")?;
        let names = snapshot.environments.iter().map(|environment| environment.name.as_str());
        check_names(hash, "snapshot", names)?;
        Ok(snapshot)
    }
}

impl Directory {
    /// The directory as an object.
    #[must_use]
    pub fn to_object(&self) -> Vec<u8> {
        to_object(self)
    }

    /// The directory from an object's bytes; every name in it has been checked.
    ///
    /// # Errors
    /// [`TreeError::Invalid`].
    pub fn from_object(hash: Hash, bytes: &[u8]) -> Result<Self, TreeError> {
        let directory: Self = from_object(hash, bytes, "directory")?;
        check_names(hash, "directory", directory.entries.iter().map(|entry| entry.name.as_str()))?;
        Ok(directory)
    }
}

/// Every file below a directory, sorted by path. All directories must be in the store.
///
/// # Errors
/// When an object is missing or invalid, or the tree is past [`DEPTH_LIMIT`] or [`FILES_LIMIT`].
pub fn flatten(store: &Store, root: Hash) -> Result<Vec<FlatFile>, TreeError> {
    let mut files = Vec::new();
    walk(store, root, "", 0, &mut files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn walk(
    store: &Store,
    hash: Hash,
    prefix: &str,
    depth: usize,
    files: &mut Vec<FlatFile>,
) -> Result<(), TreeError> {
    let invalid = |reason: String| TreeError::Invalid { hash, expected: "directory", reason };
    if depth > DEPTH_LIMIT {
        return Err(invalid(format!("folders lie more than {DEPTH_LIMIT} deep")));
    }
    for entry in Directory::from_object(hash, &store.read(hash)?)?.entries {
        let path = if prefix.is_empty() { entry.name } else { format!("{prefix}/{}", entry.name) };
        match entry.kind {
            Kind::Directory { hash } => walk(store, hash, &path, depth + 1, files)?,
            Kind::File { hash, size, executable } => {
                if files.len() == FILES_LIMIT {
                    return Err(invalid(format!("there are more than {FILES_LIMIT} files")));
                }
                files.push(FlatFile { path: path.into(), hash, size, executable });
            }
        }
    }
    Ok(())
}

/// Adds to `found` every object that a snapshot needs: itself, its directories and its files. What can't be read has nothing
/// below it to add; what is in `found` already is not walked again.
pub fn reachable(store: &Store, root: Hash, found: &mut HashSet<Hash>) {
    if !found.insert(root) {
        return;
    }
    let snapshot = store.read(root).ok().and_then(|bytes| Snapshot::from_object(root, &bytes).ok());
    let roots = snapshot.into_iter().flat_map(|snapshot| snapshot.environments);
    let mut open: Vec<Hash> = roots.map(|environment| environment.root).collect();
    while let Some(hash) = open.pop() {
        if !found.insert(hash) {
            continue;
        }
        let directory = store.read(hash).ok().and_then(|bytes| Directory::from_object(hash, &bytes).ok());
        for entry in directory.into_iter().flat_map(|directory| directory.entries) {
            match entry.kind {
                Kind::Directory { hash } => open.push(hash),
                Kind::File { hash, .. } => {
                    found.insert(hash);
                }
            }
        }
    }
}

fn to_object<T: Serialize>(object: &T) -> Vec<u8> {
    // Serialising plain structs into memory cannot fail.
    rmp_serde::to_vec_named(object).unwrap_or_default()
}

fn from_object<T: serde::de::DeserializeOwned>(
    hash: Hash,
    bytes: &[u8],
    expected: &'static str,
) -> Result<T, TreeError> {
    rmp_serde::from_slice(bytes).map_err(|error| TreeError::Invalid {
        hash,
        expected,
        reason: error.to_string(),
    })
}

/// Names must be sorted, unique, and each one part of a path: an agent writes nothing by these names, but templates read them.
fn check_names<'a>(
    hash: Hash,
    expected: &'static str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), TreeError> {
    let mut last: Option<&str> = None;
    for name in names {
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
            return Err(TreeError::Invalid {
                hash,
                expected,
                reason: format!("the name {name:?} is no part of a path"),
            });
        }
        if last.is_some_and(|last| last >= name) {
            return Err(TreeError::Invalid {
                hash,
                expected,
                reason: format!("the name {name:?} is out of order"),
            });
        }
        last = Some(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, hash: Hash) -> Entry {
        Entry { name: name.into(), kind: Kind::File { hash, size: 1, executable: false } }
    }

    #[test]
    fn flattens_what_was_put_in() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let leaf = store.put(b"x").unwrap();
        let inner = store.put(&Directory { entries: vec![file("b", leaf)] }.to_object()).unwrap();
        let entries =
            vec![file("a", leaf), Entry { name: "d".into(), kind: Kind::Directory { hash: inner } }];
        let root = store.put(&Directory { entries }.to_object()).unwrap();
        let paths: Vec<_> =
            flatten(&store, root).unwrap().into_iter().map(|file| file.path.to_string()).collect();
        assert_eq!(paths, ["a", "d/b"]);
    }

    #[test]
    fn hostile_names_are_refused() {
        let hash = Hash::of(b"");
        for name in ["..", "a/b", "", "a\0"] {
            let object = Directory { entries: vec![file(name, hash)] }.to_object();
            assert!(Directory::from_object(hash, &object).is_err(), "{name:?}");
        }
        let twice = Directory { entries: vec![file("a", hash), file("a", hash)] }.to_object();
        assert!(Directory::from_object(hash, &twice).is_err());
    }
}
