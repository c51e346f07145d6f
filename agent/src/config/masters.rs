//! The masters of an agent, and where it keeps what belongs to each.

use std::path::{Path, PathBuf};

use common::identity::Fingerprint;

use super::{Address, ConfigError};

/// How many masters an agent may have.
pub const MASTERS_LIMIT: usize = 16;

/// A master, and what the operator has said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Where it is.
    pub address: Address,
    /// The fingerprint that the operator gave.
    pub fingerprint: Option<Fingerprint>,
    /// Where the agent keeps the certificate that this master has issued, and its fingerprint.
    pub folder: PathBuf,
}

/// The masters. Each of several has a folder of its own, since each has its own authority; a single one has the agent's.
pub(super) fn masters(
    mut addresses: Vec<Address>,
    fingerprints: Vec<Fingerprint>,
    state_dir: &Path,
) -> Result<Vec<Master>, ConfigError> {
    if addresses.is_empty() {
        addresses.push(Address::default());
    }
    let count = addresses.len();
    if count > MASTERS_LIMIT {
        return Err(ConfigError::Masters(format!(
            "master: there are {count}, and at most {MASTERS_LIMIT} may be"
        )));
    }
    if let Some(twice) = addresses.iter().enumerate().find(|(index, one)| addresses[..*index].contains(one)) {
        return Err(ConfigError::Masters(format!("master: {} is there twice", twice.1)));
    }
    if !fingerprints.is_empty() && fingerprints.len() != count {
        return Err(ConfigError::Masters(format!(
            "master_fingerprint: there are {} for {count} masters: give one for each, in their order",
            fingerprints.len()
        )));
    }
    let mut fingerprints = fingerprints.into_iter();
    let master = |address: Address| {
        let folder = match count {
            1 => state_dir.into(),
            _ => state_dir.join("masters").join(format!("{}_{}", address.host, address.port)),
        };
        Master { address, fingerprint: fingerprints.next(), folder }
    };
    Ok(addresses.into_iter().map(master).collect())
}
