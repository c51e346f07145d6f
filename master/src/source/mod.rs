//! Where the state tree and the pillar tree come from: folders, merged, with Git LFS resolved.

mod error;
mod folder;
mod git;
mod snapshot;
mod walk;

pub use error::SourceError;
pub use folder::Folders;
pub use git::commit;
pub use snapshot::{Snapshotter, Taken};
