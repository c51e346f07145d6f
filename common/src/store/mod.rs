//! The content store: objects by the BLAKE3 hash of their bytes, in a folder.
//!
//! An object is a file `objects/ab/cdef…`, written to a temporary name, verified, and renamed. It is verified again when it
//! is read, so that nothing needs to wait for the disk: an object that a power cut has damaged is removed and counts as
//! missing. Objects are never changed.

mod hash;
mod write;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

pub use hash::Hash;
pub use write::Writer;

/// The largest object that is read into memory: 16 MiB. Larger ones are streamed.
pub const READ_LIMIT: u64 = 16 << 20;

/// How many verified objects a process remembers.
const VERIFIED_LIMIT: usize = 100_000;

/// A folder of objects.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    /// Objects whose files this process has verified: an object that many ask for is hashed once.
    verified: Arc<Mutex<HashSet<Hash>>>,
}

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system failed.
    #[error("object store: {path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The object is not in the store.
    #[error("object {0} is not in the store")]
    Missing(Hash),
    /// The object is larger than memory should hold.
    #[error("object {0} has {1} bytes; at most {READ_LIMIT} are read into memory")]
    TooLarge(Hash, u64),
    /// What arrived is not what was asked for.
    #[error("object {expected} arrived with content of hash {found}; it was thrown away")]
    Mismatch {
        /// What was asked for.
        expected: Hash,
        /// What arrived.
        found: Hash,
    },
}

impl Store {
    /// Opens the store in `folder`, making the folder if need be, and clears away what an earlier crash left half-written.
    ///
    /// # Errors
    /// When the folder can't be made or read.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into(), verified: Arc::default() };
        for path in [store.folder.join("objects"), store.folder.join("incoming")] {
            std::fs::create_dir_all(&path).map_err(|source| StoreError::Io { path, source })?;
        }
        let incoming = store.folder.join("incoming");
        for entry in std::fs::read_dir(&incoming)
            .map_err(|source| StoreError::Io { path: incoming, source })?
            .flatten()
        {
            // Another process may be writing this very moment; only what is old is left over.
            if is_older(&entry, Duration::from_secs(3600)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(store)
    }

    /// Where an object is or would be.
    #[must_use]
    pub fn path(&self, hash: Hash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join("objects").join(&name[..2]).join(&name[2..])
    }

    /// Whether an object is there.
    #[must_use]
    pub fn contains(&self, hash: Hash) -> bool {
        self.path(hash).exists()
    }

    /// An object's content.
    ///
    /// # Errors
    /// When it is missing or damaged, larger than [`READ_LIMIT`], or can't be read.
    pub fn read(&self, hash: Hash) -> Result<Vec<u8>, StoreError> {
        let path = self.path(hash);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Missing(hash),
            _ => StoreError::Io { path: path.clone(), source: error },
        };
        let size = std::fs::metadata(&path).map_err(failed)?.len();
        if size > READ_LIMIT {
            return Err(StoreError::TooLarge(hash, size));
        }
        let bytes = std::fs::read(&path).map_err(failed)?;
        if Hash::of(&bytes) == hash {
            return Ok(bytes);
        }
        self.throw_away(hash)
    }

    /// Where an object is, after its content has been verified: for those who read or copy the file themselves. A process
    /// verifies an object once.
    ///
    /// # Errors
    /// When it is missing or damaged, or can't be read.
    pub fn verified_path(&self, hash: Hash) -> Result<PathBuf, StoreError> {
        let path = self.path(hash);
        if self.verified().contains(&hash) && path.exists() {
            return Ok(path);
        }
        let mut hasher = blake3::Hasher::new();
        let copied = std::fs::File::open(&path).and_then(|file| hasher.update_reader(file).map(|_| ()));
        match copied {
            Ok(()) if Hash::from(*hasher.finalize().as_bytes()) == hash => {
                let mut verified = self.verified();
                if verified.len() == VERIFIED_LIMIT {
                    verified.clear();
                }
                verified.insert(hash);
                Ok(path)
            }
            Ok(()) => self.throw_away(hash),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreError::Missing(hash)),
            Err(source) => Err(StoreError::Io { path, source }),
        }
    }

    fn verified(&self) -> std::sync::MutexGuard<'_, HashSet<Hash>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes a damaged object, so that it is fetched or made again.
    fn throw_away<T>(&self, hash: Hash) -> Result<T, StoreError> {
        let path = self.path(hash);
        std::fs::remove_file(&path).map_err(|source| StoreError::Io { path, source })?;
        Err(StoreError::Missing(hash))
    }

    /// Puts bytes into the store.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn put(&self, bytes: &[u8]) -> Result<Hash, StoreError> {
        let hash = Hash::of(bytes);
        if !self.contains(hash) {
            let mut writer = self.writer()?;
            writer.write(bytes)?;
            writer.finish(Some(hash))?;
        }
        Ok(hash)
    }

    /// Copies a file into the store, whatever its size.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub fn put_file(&self, file: &Path) -> Result<Hash, StoreError> {
        let mut source =
            std::fs::File::open(file).map_err(|source| StoreError::Io { path: file.into(), source })?;
        let mut writer = self.writer()?;
        let mut buffer = vec![0; 256 << 10];
        loop {
            match io::Read::read(&mut source, &mut buffer) {
                Ok(0) => return writer.finish(None),
                Ok(count) => writer.write(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(StoreError::Io { path: file.into(), source }),
            }
        }
    }

    /// A writer for an object that arrives in pieces.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        Writer::new(self.clone())
    }

    /// Removes objects that `keep` does not want and that nobody has written or touched for `age`. Returns how many.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn prune(&self, keep: impl Fn(Hash) -> bool, age: Duration) -> Result<usize, StoreError> {
        let objects = self.folder.join("objects");
        let mut removed = 0;
        for shelf in
            std::fs::read_dir(&objects).map_err(|source| StoreError::Io { path: objects, source })?.flatten()
        {
            let Ok(entries) = std::fs::read_dir(shelf.path()) else { continue };
            for entry in entries.flatten() {
                let name =
                    format!("{}{}", shelf.file_name().to_string_lossy(), entry.file_name().to_string_lossy());
                let wanted = name.parse().is_ok_and(&keep);
                if !wanted && is_older(&entry, age) && std::fs::remove_file(entry.path()).is_ok() {
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn is_older(entry: &std::fs::DirEntry, age: Duration) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|past| past >= age))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let hash = store.put(b"hello").unwrap();
        assert_eq!(store.read(hash).unwrap(), b"hello");
        let file = folder.path().join("file");
        std::fs::write(&file, b"hello").unwrap();
        assert_eq!(store.put_file(&file).unwrap(), hash);
        assert!(matches!(store.read(Hash::of(b"other")), Err(StoreError::Missing(_))));
    }

    #[test]
    fn refuses_content_that_is_not_what_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let wanted = Hash::of(b"good");
        let mut writer = store.writer().unwrap();
        writer.write(b"evil").unwrap();
        assert!(matches!(writer.finish(Some(wanted)), Err(StoreError::Mismatch { .. })));
        assert!(!store.contains(wanted));
        assert_eq!(std::fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_object_counts_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (read, copied) = (store.put(b"read").unwrap(), store.put(b"copied").unwrap());
        for hash in [read, copied] {
            std::fs::write(store.path(hash), b"").unwrap();
        }
        assert!(matches!(store.read(read), Err(StoreError::Missing(_))));
        assert!(matches!(store.verified_path(copied), Err(StoreError::Missing(_))));
        assert!(!store.contains(read) && !store.contains(copied));
    }

    #[test]
    fn a_damaged_object_that_is_written_again_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"content").unwrap();
        let hash = store.put_file(&file).unwrap();
        std::fs::write(store.path(hash), b"").unwrap();
        assert_eq!(store.put_file(&file).unwrap(), hash);
        assert_eq!(store.read(hash).unwrap(), b"content");
    }

    #[test]
    fn prunes_what_nobody_wants() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (kept, gone) = (store.put(b"kept").unwrap(), store.put(b"gone").unwrap());
        assert_eq!(store.prune(|hash| hash == kept, Duration::from_secs(3600)).unwrap(), 0);
        assert_eq!(store.prune(|hash| hash == kept, Duration::ZERO).unwrap(), 1);
        assert!(store.contains(kept) && !store.contains(gone));
    }
}
