//! What an agent has on disk before it connects, and why it can't start.

use std::fs::File;
use std::path::PathBuf;

use common::identity::{IdentityError, write_private};
use common::message::Instance;
use common::store::StoreError;

use super::{Identity, Trust};
use crate::config::{Address, Master, Settings};
use crate::spool::{self, SpoolError};

/// A master, and what this agent is to it.
pub(super) struct Known {
    pub(super) address: Address,
    pub(super) identity: Identity,
    pub(super) trust: Trust,
}

impl Known {
    pub(super) fn load(settings: &Settings, master: &Master) -> Result<Self, IdentityError> {
        let identity = Identity::load(&settings.state_dir, &master.folder)?;
        let trust = Trust::load(&master.folder, master.fingerprint)?;
        Ok(Self { address: master.address.clone(), identity, trust })
    }
}

/// Why an agent can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another one is there.
    #[error("another agent runs in {0}: stop it, or give this one a folder of its own with --state-dir")]
    Busy(PathBuf),
    /// A file or folder can't be had.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key, the certificate or the pinned fingerprint can't be had.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The spool can't be had.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The cache can't be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An agent that gets a second master keeps what it is to its first one.
pub(super) fn adopt_single(settings: &Settings) -> Result<(), StartError> {
    let (Some(first), true) = (settings.masters.first(), settings.masters.len() > 1) else { return Ok(()) };
    if first.folder.exists() {
        return Ok(());
    }
    for name in ["agent.crt", "master.fingerprint"] {
        match std::fs::read(settings.state_dir.join(name)) {
            Ok(content) => write_private(&first.folder.join(name), &content)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(StartError::Io { path: settings.state_dir.join(name), source }),
        }
    }
    Ok(())
}

/// Makes the agent's folder, and sees to it that one agent runs in it.
pub(super) fn lock(settings: &Settings) -> Result<File, StartError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let folder = &settings.state_dir;
    let failed = |source| StartError::Io { path: folder.clone(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let file = File::create(folder.join("agent.lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::Busy(folder.clone())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Which running copy of the host this is. A machine that is cloned boots anew, and a container that is cloned has a folder of
/// its own, while an agent that is started again has both as before.
pub(super) fn instance(lock: &File) -> Instance {
    use std::os::unix::fs::MetadataExt as _;
    let (device, file) = lock.metadata().map(|metadata| (metadata.dev(), metadata.ino())).unwrap_or_default();
    Instance::of(&[&spool::boot_id(), &device.to_string(), &file.to_string()])
}
