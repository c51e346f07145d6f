//! The database of keys, hosts and jobs.
//!
//! Everything above speaks to a [`Ledger`]; [`Database`] is the one inside a single master, on SQLite. One thread writes, and
//! commits whatever has gathered while the disk was busy in one go; readers have connections of their own.

mod apply;
mod query;
#[cfg(test)]
pub(crate) mod replay;
mod salvage;
mod schema;
mod soundness;
mod sqlite;
mod superseded;
mod write;

pub use salvage::{Salvage, Salvaged};
pub use sqlite::Database;
pub use write::{Applied, Committed, HostOutcome, HostRow, Retired, Write};

use std::collections::HashMap;

use common::id::{HostId, JobId};
use common::message::MineItem;

use crate::jobs::{HostRecord, JobRecord};
use crate::keys::Key;
use crate::schedules::Schedule;
use crate::tokens::Token;

/// Where keys, hosts, jobs and reports are kept.
pub trait Ledger: Send + Sync + 'static {
    /// Queues a write. It is on the disk when what is returned yields; writes are done in the order in which they are queued.
    fn submit(&self, write: Write) -> Committed;

    /// All keys.
    ///
    /// # Errors
    /// When the database fails.
    fn keys(&self) -> Result<Vec<Key>, LedgerError>;

    /// All hosts that have been here, with their grains.
    ///
    /// # Errors
    /// When the database fails.
    fn hosts(&self) -> Result<Vec<HostRow>, LedgerError>;

    /// All join tokens.
    ///
    /// # Errors
    /// When the database fails.
    fn tokens(&self) -> Result<Vec<Token>, LedgerError>;

    /// The hosts that are out of service.
    ///
    /// # Errors
    /// When the database fails.
    fn retired(&self) -> Result<Vec<Retired>, LedgerError>;

    /// The last job that applied states to each host.
    ///
    /// # Errors
    /// When the database fails.
    fn applied(&self) -> Result<HashMap<HostId, Applied>, LedgerError>;

    /// All schedules.
    ///
    /// # Errors
    /// When the database fails.
    fn schedules(&self) -> Result<Vec<Schedule>, LedgerError>;

    /// The values of a name that some hosts have let be known; none when they have more than `limit` bytes.
    ///
    /// # Errors
    /// When the database fails.
    fn mine(
        &self,
        name: &str,
        wanted: &dyn Fn(&HostId) -> bool,
        limit: usize,
    ) -> Result<Option<Vec<(HostId, MineItem)>>, LedgerError>;

    /// The newest jobs, newest first.
    ///
    /// # Errors
    /// When the database fails.
    fn jobs(&self, limit: usize) -> Result<Vec<JobRecord>, LedgerError>;

    /// The jobs that have not ended.
    ///
    /// # Errors
    /// When the database fails.
    fn unfinished(&self) -> Result<Vec<JobRecord>, LedgerError>;

    /// One job.
    ///
    /// # Errors
    /// When the database fails.
    fn job(&self, jid: &JobId) -> Result<Option<JobRecord>, LedgerError>;

    /// A job's hosts, in the order of their turns, with or without their reports.
    ///
    /// # Errors
    /// When the database fails.
    fn job_hosts(&self, jid: &JobId, reports: bool) -> Result<Vec<HostRecord>, LedgerError>;

    /// The first of these hosts of a job, with their reports, until those have so many bytes: one at least. None for a host
    /// that the job does not have.
    ///
    /// # Errors
    /// When the database fails.
    fn job_hosts_among(
        &self,
        jid: &JobId,
        hosts: &[HostId],
        bytes: usize,
    ) -> Result<Vec<Option<HostRecord>>, LedgerError>;

    /// What became of a job's hosts, in short.
    ///
    /// # Errors
    /// When the database fails.
    fn outcomes(&self, jid: &JobId) -> Result<Vec<HostOutcome>, LedgerError>;

    /// One host of a job.
    ///
    /// # Errors
    /// When the database fails.
    fn job_host(&self, jid: &JobId, host: &HostId) -> Result<Option<HostRecord>, LedgerError>;

    /// That a part of it is known to be damaged, and what to do.
    fn damage(&self) -> Option<LedgerError>;
}

/// Why the database failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite failed.
    #[error("the job database failed: {0}")]
    Sqlite(String),
    /// The disk does not take it now: it is full, locked or broken.
    #[error("the job database cannot be written now ({0}): make room on its disk, or see what holds it")]
    Unwritable(String),
    /// Its file is no sound database any more.
    #[error(
        "the job database is damaged ({0}), and was left as it is. Stop the master, copy master.db out of its state folder, and \
         make a sound one out of what can be read (`sqlite3 master.db .recover | sqlite3 sound.db`) to put in its place; or \
         restore a backup. A database without their keys lets no host in. What became of jobs can be read out of the damaged one \
         meanwhile: `master jobs list --database FILE`, and so `show` and `export`"
    )]
    Corrupt(String),
    /// What is in the database can't be read.
    #[error("the job database holds {what} that cannot be read: {reason}")]
    Damaged {
        /// What.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// It was written by a newer release.
    #[error(
        "the job database has version {found}, and this release knows {known}: start the newer release again, or restore \
         the backup made before the upgrade"
    )]
    TooNew {
        /// Its version.
        found: i64,
        /// What this release knows.
        known: i64,
    },
    /// It was written by an earlier release, and may only be read here.
    #[error(
        "the job database has version {found}, and this release reads {known}: start the master once, which brings it up to date"
    )]
    TooOld {
        /// Its version.
        found: i64,
        /// What this release reads.
        known: i64,
    },
    /// The writer has ended.
    #[error("the job database is closed")]
    Closed,
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, ReadOnly,
            SystemIoFailure,
        };
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Corrupt(error.to_string()),
            Some(CannotOpen | DatabaseBusy | DatabaseLocked | DiskFull | ReadOnly | SystemIoFailure) => {
                Self::Unwritable(error.to_string())
            }
            _ => Self::Sqlite(error.to_string()),
        }
    }
}
