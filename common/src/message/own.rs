//! A job that a host starts for itself: `agent apply` and `agent call`.

use serde::{Deserialize, Serialize};

use super::{Progress, Report};
use crate::id::JobId;
use crate::value::{Map, Value};

/// Tells one request of a host from its others, so that what is asked twice is done once. 128 bits at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(serde_bytes::ByteArray<16>);

impl RequestId {
    /// The id of these bits.
    #[must_use]
    pub fn of(bits: u128) -> Self {
        Self(serde_bytes::ByteArray::new(bits.to_le_bytes()))
    }
}

/// The most bytes that [`OwnWork`] may take as a frame.
pub const OWN_WORK_LIMIT: usize = 1 << 20;

/// What a host wants done on itself. It has no target: the master takes the host of the certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OwnWork {
    /// Apply states of the master's tree.
    Apply {
        /// The SLS files; none means what the top file says.
        #[serde(default)]
        sls: Vec<String>,
        /// Whether to change nothing.
        #[serde(default)]
        test: bool,
        /// The environment.
        #[serde(default)]
        saltenv: Option<String>,
        /// Pillar that is merged over the host's own.
        #[serde(default)]
        pillar: Map,
    },
    /// Call an execution function.
    Call {
        /// The function.
        function: String,
        /// Its arguments by position.
        #[serde(default)]
        positional: Vec<Value>,
        /// Its arguments by name.
        #[serde(default)]
        keyword: Map,
    },
}

/// What the master says of a job that a host has started: `Started` or `Refused` first, then any number of `Waiting` and
/// `Progress`, and `Ended` last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OwnUpdate {
    /// The job is on the master's disk and under way.
    Started {
        /// The job.
        jid: JobId,
    },
    /// It waits for another job on this host.
    Waiting {
        /// That job.
        behind: JobId,
    },
    /// One more state has ended.
    Progress(Progress),
    /// It has ended.
    Ended {
        /// What the host reported; none where the job ended without.
        report: Option<Box<Report>>,
        /// Why there is no report, or what else there is to say.
        reason: Option<String>,
    },
    /// The master does not do it.
    Refused {
        /// Why.
        reason: String,
    },
}
