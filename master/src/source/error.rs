//! Why a tree can't be read.

use std::path::PathBuf;

use common::lfs::LfsError;
use common::store::StoreError;

/// Why a tree can't be read. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder can't be read.
    #[error("cannot read {path} of the tree: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A Git LFS pointer's content can't be had.
    #[error(transparent)]
    Lfs(#[from] LfsError),
    /// The content store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are too many files, or they lie too deep.
    #[error("{path}: the tree is past its bounds: {reason}", path = path.display())]
    Bounds {
        /// Where the bound was met.
        path: PathBuf,
        /// Which bound.
        reason: String,
    },
    /// A link leads to the master's keys, database or objects.
    #[error(
        "{path} of the tree leads into the master's own folder {private}, and what is in the tree every host may read: \
         remove the link", path = path.display(), private = private.display()
    )]
    Private {
        /// The link, or what lies behind it.
        path: PathBuf,
        /// The master's folder.
        private: PathBuf,
    },
    /// A file changes faster than it can be read.
    #[error("{path} changes while it is being read: wait until whatever writes it has ended", path = .0.display())]
    Unsettled(PathBuf),
}
