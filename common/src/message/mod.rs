//! What master and agent say to each other.
//!
//! Every message is MessagePack with field names, and every field that came later has a default, so that a master and an
//! agent one release apart understand each other. [`PROTOCOL`] is in the handshake.
//!
//! The streams of one connection, which the agent dials:
//!
//! | opened by | first frame | then |
//! |---|---|---|
//! | agent, first | [`Hello`] | [`Greeting`]; while pending, [`Greeting`] again when the operator has decided; stays open |
//! | master | [`Task`] | the agent's [`TaskUpdate`]s to the last, [`TaskUpdate::Finished`]; the master's [`TaskControl`]s |
//! | agent | [`Request`] | the master's answer, see there |

mod mine;
mod own;
mod task;

use serde::{Deserialize, Serialize};

use crate::id::{HostId, JobId};
use crate::identity::TokenSecret;
use crate::store::Hash;
use crate::value::Map;

pub use mine::{
    MINE_ANSWER_LIMIT, MINE_FUNCTIONS, MINE_VALUE_LIMIT, MINE_VALUES, MineAllowed, MineAnswer, MineItem,
    MineQuery, MineWork,
};
pub use own::{OWN_WORK_LIMIT, OwnUpdate, OwnWork, RequestId};
pub use task::{ApplyRequest, CallRequest, Outcome, Progress, Report, Task, TaskControl, TaskUpdate, Work};

/// The version of the protocol: a peer with another major number is refused.
pub const PROTOCOL: Protocol = Protocol { major: 1, minor: 0 };

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protocol {
    /// Differs: the two can't talk.
    pub major: u16,
    /// Differs: the newer one knows fields that the older one ignores.
    pub minor: u16,
}

/// The agent's first frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// What the agent speaks.
    pub protocol: Protocol,
    /// The agent's release, for people.
    pub version: String,
    /// The id it asks for when it enrols. Once it has a certificate, the id in that certificate is the only one that counts.
    pub id: HostId,
    /// The host's grains.
    #[serde(default)]
    pub grains: Map,
    /// Jobs that the agent is working on or has a report for: the master compares them with its own list.
    #[serde(default)]
    pub jobs: Vec<HeldJob>,
    /// What lets a host in that is not enrolled yet, without an operator.
    #[serde(default)]
    pub join: Option<TokenSecret>,
    /// Which running copy of the host this is: it stays the same when the agent is started again, and is another in a machine
    /// that was cloned from this one.
    #[serde(default)]
    pub instance: Option<Instance>,
}

/// What tells two machines with one identity apart: 128 bits that depend on the boot and on the agent's own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instance(serde_bytes::ByteArray<16>);

impl Instance {
    /// The instance that these texts and numbers make up.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lantern 2026 instance of an agent");
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(serde_bytes::ByteArray::new(bytes))
    }
}

/// A job that an agent has not got rid of yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldJob {
    /// The job.
    pub jid: JobId,
    /// Whether it has ended, so that a report is about to be delivered.
    pub finished: bool,
}

/// The master's answer to [`Hello`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Greeting {
    /// The agent is who it says and may work.
    Welcome {
        /// The master's release.
        version: String,
        /// The id that the agent's certificate carries.
        id: HostId,
    },
    /// The agent's key waits for an operator.
    Pending {
        /// The fingerprint to compare, of the agent's key.
        fingerprint: String,
    },
    /// The agent's key has been accepted. It is to connect again with this certificate.
    Accepted {
        /// The certificate, DER.
        #[serde(with = "serde_bytes")]
        certificate: Vec<u8>,
    },
    /// The agent may not come in.
    Refused {
        /// Why, in words for the agent's log.
        reason: String,
        /// Whether asking again later can help (a rejected key can't; a full table can).
        retry: bool,
    },
}

/// The most objects one [`Request::Objects`] may name.
pub const OBJECTS_LIMIT: usize = 1024;

/// What an agent asks of the master, the first frame of a stream that the agent opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Objects of the store. The answer, for each in its order: an [`ObjectHeader`] and, if it is there, its bytes as they are.
    Objects {
        /// Which, at most [`OBJECTS_LIMIT`].
        hashes: Vec<Hash>,
    },
    /// A report that the master may not have: the answer is [`Stored`].
    Deliver {
        /// The report.
        report: Box<Report>,
    },
    /// A new certificate for the same key: the answer is [`Renewed`].
    Renew,
    /// Grains that have changed: the answer is [`Stored`].
    Grains {
        /// All of them.
        grains: Map,
    },
    /// What hosts let each other know: the answer is a [`MineAnswer`].
    Mine {
        /// What is wanted.
        work: Box<MineWork>,
    },
    /// A job on the host that asks: the answers are [`OwnUpdate`]s.
    Start {
        /// What to do.
        work: Box<OwnWork>,
        /// Sent again with the same id it is the same job, whose updates are told from then on. A new job when none is given.
        #[serde(default)]
        request: Option<RequestId>,
    },
    /// To be told again of a job that this host has started: the answers are [`OwnUpdate`]s without the first.
    Follow {
        /// The job.
        jid: JobId,
    },
}

/// What precedes an object's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHeader {
    /// Its size in bytes; nothing follows when the master does not have it.
    pub size: Option<u64>,
}

/// What was sent is on the master's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {}

/// A renewed certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewed {
    /// The certificate, DER.
    #[serde(with = "serde_bytes")]
    pub certificate: Vec<u8>,
}
