//! The local copy of state trees: objects that are fetched once, verified, and kept.

mod fetch;
mod prune;
mod source;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

use common::store::Hash;
use states::files::{FileError, FileSource, TreeFile};

pub use fetch::{FetchError, Fetcher};
pub use prune::{prune, remember_tree};
pub use source::{SnapshotSource, SourceError};
pub use wanted::{is_compiled_text, named_files};

/// Brings objects into the store, from wherever they are.
pub trait Bring: Send + Sync {
    /// Returns when all of them are in the store.
    ///
    /// # Errors
    /// In words, when one can't be had.
    fn bring(&self, hashes: &[Hash]) -> Result<(), String>;
}

/// No tree at all, for calls that read none.
pub struct NoTree;

impl FileSource for NoTree {
    fn environments(&self) -> Vec<String> {
        Vec::new()
    }

    fn list(&self, _: &str) -> Result<Arc<[TreeFile]>, FileError> {
        Ok(Arc::default())
    }

    fn lookup(&self, _: &str, _: &str) -> Result<Option<TreeFile>, FileError> {
        Ok(None)
    }

    fn fetch(&self, _: &str, _: &str) -> Result<Option<PathBuf>, FileError> {
        Ok(None)
    }
}
