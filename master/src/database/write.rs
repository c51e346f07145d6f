//! What can be written.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use common::id::{HostId, JobId};
use common::identity::TokenHash;
use common::message::{MineItem, Report};
use common::store::Hash;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::LedgerError;
use crate::grains::Grains;
use crate::jobs::{HostState, JobRecord, Phase};
use crate::keys::Key;
use crate::schedules::Schedule;
use crate::tokens::Token;

/// One change. All of it is done, or nothing.
#[derive(Clone, Debug)]
pub enum Write {
    /// A key is new or has changed.
    Key(Key),
    /// A key is gone, and with the last key of an id, what is known of that host.
    KeyGone(Key),
    /// A join token is new, or was used.
    Token(Token),
    /// A join token is gone.
    TokenGone(TokenHash),
    /// A token has let a key in.
    Joined {
        /// The key.
        key: Key,
        /// The token as it is now.
        token: Token,
    },
    /// A host is out of service: its keys and what is known of it go, its part in jobs stays.
    Retired(Retired),
    /// Hosts were here at this moment.
    Seen {
        /// The hosts.
        hosts: Vec<HostId>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// A schedule is new or has run.
    Schedule(Box<Schedule>),
    /// A schedule is gone.
    ScheduleGone(String),
    /// A host has said what it is.
    Host(HostRow),
    /// What a host lets others know. Of more than [`MINE_VALUES`](common::message::MINE_VALUES) values the oldest are forgotten.
    Mine {
        /// The host.
        host: HostId,
        /// The values; one of a name that is there already takes its place.
        items: Vec<MineItem>,
        /// Whether the host's other values are forgotten.
        clear: bool,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// A host takes back what it has let others know.
    MineGone {
        /// The host.
        host: HostId,
        /// The value's name; none for all.
        name: Option<String>,
    },
    /// A new job, each of its hosts queued, in the order of their turns.
    NewJob {
        /// The job.
        job: Box<JobRecord>,
        /// Its hosts.
        hosts: Vec<HostId>,
    },
    /// The tree that a job's hosts see.
    JobTree {
        /// The job.
        jid: JobId,
        /// The snapshot.
        tree: Hash,
        /// The commit of the working copy.
        commit: Option<String>,
    },
    /// A job has come to this half.
    JobPhase {
        /// The job.
        jid: JobId,
        /// The half.
        phase: Phase,
    },
    /// Whether a job is paused.
    JobPaused {
        /// The job.
        jid: JobId,
        /// Whether it is.
        paused: bool,
    },
    /// A job has stopped by itself: no further host begins.
    JobStopped {
        /// The job.
        jid: JobId,
        /// Why.
        reason: String,
    },
    /// An operator has called a job off.
    JobCancelled {
        /// The job.
        jid: JobId,
    },
    /// Which hosts of a job answered otherwise than was expected.
    Deviants {
        /// The job.
        jid: JobId,
        /// The hosts.
        hosts: Vec<HostId>,
    },
    /// A host's state in a job, with the report that brought it there.
    HostState {
        /// The job.
        jid: JobId,
        /// The host.
        host: HostId,
        /// Its state.
        state: HostState,
        /// The half it is in.
        phase: Phase,
        /// Whether its plan is ready.
        prepared: bool,
        /// Why.
        reason: Option<String>,
        /// What it reported.
        report: Option<Box<Report>>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
    /// A report whose job has ended without it, or that has come again and whose host's end may not have reached the disk. Where
    /// a report is, nothing changes; a host that was given up counts as what it reports.
    ReportAgain {
        /// The host.
        host: HostId,
        /// The report.
        report: Box<Report>,
        /// When it came, in milliseconds since 1970.
        at: i64,
    },
    /// A job has ended.
    JobEnded {
        /// The job.
        jid: JobId,
        /// When, in milliseconds since 1970.
        at: i64,
        /// Why it ended before it touched a host.
        error: Option<String>,
    },
    /// Nothing: on the disk when everything before it is.
    Barrier,
    /// Jobs that ended before this moment (milliseconds since 1970) are forgotten.
    Forget {
        /// That moment.
        before: i64,
    },
    /// The oldest jobs that have ended are forgotten until the database holds no more than so many bytes.
    Shrink {
        /// How many.
        bytes: u64,
    },
}

impl Write {
    /// Whether it tells what has happened already, so that it is tried until the disk takes it. The others are somebody's wish,
    /// who is told that it failed.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        matches!(
            self,
            Self::HostState { .. }
                | Self::ReportAgain { .. }
                | Self::JobPhase { .. }
                | Self::JobPaused { .. }
                | Self::JobStopped { .. }
                | Self::JobCancelled { .. }
                | Self::JobEnded { .. }
                | Self::Barrier
        )
    }
}

/// What is known of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostRow {
    /// Its id.
    pub id: HostId,
    /// Its agent's release.
    pub version: String,
    /// Where it connected from last.
    pub address: String,
    /// When it was last seen, in milliseconds since 1970.
    pub last_seen: i64,
    /// Its grains.
    pub grains: Grains,
}

/// A host that is out of service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Its id.
    pub id: HostId,
    /// Since when, in milliseconds since 1970.
    pub at: i64,
    /// Who retired it.
    pub user: String,
}

/// The last job that applied states to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The job.
    pub jid: JobId,
    /// What became of the host.
    pub state: HostState,
    /// When it ended there, in milliseconds since 1970.
    pub at: i64,
    /// The commit of the tree, where it is in git.
    pub commit: Option<String>,
}

/// What became of a host in a job, in short.
#[derive(Clone, Debug, PartialEq)]
pub struct HostOutcome {
    /// The host.
    pub id: HostId,
    /// Its state.
    pub state: HostState,
    /// Whether something was changed on it.
    pub changed: bool,
    /// Whether it answered otherwise than was expected.
    pub deviant: bool,
}

/// Yields when a write is on the disk. Dropping it changes nothing of the write.
#[derive(Debug)]
pub struct Committed(pub(super) oneshot::Receiver<Result<(), LedgerError>>);

impl Future for Committed {
    type Output = Result<(), LedgerError>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|received| received.unwrap_or(Err(LedgerError::Closed)))
    }
}

impl Committed {
    /// Waits, in a thread that may block.
    ///
    /// # Errors
    /// When the write failed.
    pub fn wait(self) -> Result<(), LedgerError> {
        self.0.blocking_recv().unwrap_or(Err(LedgerError::Closed))
    }
}
