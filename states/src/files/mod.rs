//! Where a file of the state tree comes from: a folder, a snapshot in the agent's cache, a map in a test.

mod folders;
mod kept;
mod snapshot;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

pub use folders::{Folders, Ignored};
pub use kept::Kept;
pub use snapshot::{Bring, SnapshotSource, SourceError};

/// The largest file that is read into memory, as templates and SLS files are: 16 MiB. Larger ones are only copied.
pub const READ_LIMIT: u64 = 16 << 20;

/// What the tree says of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path in the environment, with `/` between the parts and none before the first (`web/files/nginx.conf`).
    pub path: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its owner may execute it in the working copy.
    pub executable: bool,
    /// The BLAKE3 hash of its content, where the source knows it without reading the file.
    pub hash: Option<[u8; 32]>,
}

/// The path without `.`, `..` and doubled slashes; none when it leaves the root.
fn normal(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Why a file of the tree can't be had. That a file does not exist is not an error here.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Reading failed.
    #[error("cannot read {path} of environment {saltenv}: {source}")]
    Io {
        /// The environment.
        saltenv: String,
        /// The path in it.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file is over [`READ_LIMIT`].
    #[error(
        "{path} of environment {saltenv} has {size} bytes; a file that is read as text may have {READ_LIMIT}"
    )]
    TooLarge {
        /// The environment.
        saltenv: String,
        /// The path in it.
        path: String,
        /// Its size.
        size: u64,
    },
    /// The file could not be brought to this host.
    #[error("cannot fetch {path} of environment {saltenv} from the master: {reason}")]
    Fetch {
        /// The environment.
        saltenv: String,
        /// The path in it.
        path: String,
        /// Why.
        reason: String,
    },
}

/// What to say where a file is not found in a tree that [`FileSource::is_scoped`].
const WITHHELD: &str = "the master offers this host only the part of its tree that the host's top match needs (file_access: \
    scoped); if the tree has the file, list it for this host under file_access_extra in master.yaml";

/// Why a file that is not found may be in the tree all the same; none where the whole tree is here.
#[must_use]
pub fn withheld(files: &dyn FileSource) -> Option<&'static str> {
    files.is_scoped().then_some(WITHHELD)
}

/// A state tree or a pillar tree, with its environments. Where an environment has several roots, the first root that has
/// a path wins, and that is all a caller sees.
pub trait FileSource: Send + Sync {
    /// The names of the environments (`base`, …).
    fn environments(&self) -> Vec<String>;

    /// Whether there is an environment of that name. There may be others than those that [`FileSource::environments`] names.
    fn has_environment(&self, saltenv: &str) -> bool {
        self.environments().iter().any(|name| name == saltenv)
    }

    /// Whether this is the part of a tree that one host is offered, so that what is not in it may be in the tree all the same.
    fn is_scoped(&self) -> bool {
        false
    }

    /// Every file of an environment, sorted by path; none where there is no such environment.
    ///
    /// # Errors
    /// When the tree cannot be read.
    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError>;

    /// What the tree says of one file.
    ///
    /// # Errors
    /// When the tree cannot be read.
    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError>;

    /// The path on this machine of a copy of the file that nobody changes, fetched first if need be.
    ///
    /// # Errors
    /// When the file is in the tree and can't be had.
    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError>;

    /// The content of a file.
    ///
    /// # Errors
    /// When the file is in the tree and can't be had or is over [`READ_LIMIT`].
    fn read(&self, saltenv: &str, path: &str) -> Result<Option<Arc<[u8]>>, FileError> {
        let Some(file) = self.lookup(saltenv, path)? else { return Ok(None) };
        if file.size > READ_LIMIT {
            return Err(FileError::TooLarge { saltenv: saltenv.into(), path: path.into(), size: file.size });
        }
        let Some(local) = self.fetch(saltenv, path)? else { return Ok(None) };
        match std::fs::read(local) {
            Ok(content) => Ok(Some(content.into())),
            Err(source) => Err(FileError::Io { saltenv: saltenv.into(), path: path.into(), source }),
        }
    }
}
