//! A key, and what has been decided of it.

use common::id::HostId;
use common::identity::Fingerprint;
use serde::{Deserialize, Serialize};

/// What the operator has decided of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Nothing yet.
    Pending,
    /// It may work.
    Accepted,
    /// It may not.
    Rejected,
    /// Nothing, and there is another key with the same id: one of the two is not who it says.
    Denied,
}

impl KeyState {
    /// All states, in the order in which people look at them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Rejected, Self::Denied];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A key that an agent has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The id that the agent asked for.
    pub id: HostId,
    /// The key's fingerprint.
    pub fingerprint: Fingerprint,
    /// The key, DER.
    #[serde(with = "serde_bytes")]
    pub public_key: Vec<u8>,
    /// What has been decided.
    pub state: KeyState,
    /// Where it came from last.
    pub address: String,
    /// When it was first seen, in milliseconds since 1970.
    pub first_seen: i64,
    /// When it was last seen, likewise.
    pub last_seen: i64,
}
