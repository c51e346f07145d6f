//! The local copy of state trees: objects that are fetched once, verified, and kept.

mod fetch;
mod prune;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

pub use states::files::{Bring, SnapshotSource, SourceError};
use states::files::{FileError, FileSource, TreeFile};

pub use fetch::{FetchError, Fetcher};
pub use prune::{prune, remember_tree};
pub use wanted::named_files;

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
