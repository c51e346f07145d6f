//! Snapshots of the state tree: folders, merged, with Git LFS resolved.

mod error;
mod git;
mod snapshot;
mod walk;

pub use error::SourceError;
pub use git::commit;
pub use snapshot::{Snapshotter, Taken};
