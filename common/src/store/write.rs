//! Writing an object that arrives in pieces.

use std::io::Write as _;

use tempfile::NamedTempFile;

use super::{Hash, Store, StoreError};

/// An object on its way into the store; dropped unfinished, it leaves nothing.
pub struct Writer {
    store: Store,
    file: NamedTempFile,
    hasher: blake3::Hasher,
}

impl Writer {
    pub(super) fn new(store: Store) -> Result<Self, StoreError> {
        let incoming = store.folder.join("incoming");
        let file =
            NamedTempFile::new_in(&incoming).map_err(|source| StoreError::Io { path: incoming, source })?;
        Ok(Self { store, file, hasher: blake3::Hasher::new() })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// When it can't be written (a full disk).
    pub fn write(&mut self, piece: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(piece);
        self.file.write_all(piece).map_err(|source| StoreError::Io { path: self.file.path().into(), source })
    }

    /// Puts the object in its place. With `expected`, content of another hash is thrown away.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`], or when it can't be put in place.
    pub fn finish(self, expected: Option<Hash>) -> Result<Hash, StoreError> {
        let found = Hash::from(*self.hasher.finalize().as_bytes());
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(StoreError::Mismatch { expected, found });
        }
        // An object that is there already is replaced: it may be damaged, and this content has just been verified.
        let path = self.store.path(found);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        if let Some(shelf) = path.parent() {
            std::fs::create_dir_all(shelf).map_err(failed)?;
        }
        self.file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(found)
    }
}
