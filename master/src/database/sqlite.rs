//! The one writer, and the readers.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::message::MineItem;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::soundness::{Soundness, was_left_open};
use super::superseded::superseded;
use super::{
    Applied, Committed, HostOutcome, HostRow, Ledger, LedgerError, Retired, Write, apply, query, schema,
};
use crate::jobs::{HostRecord, JobRecord};
use crate::keys::Key;
use crate::schedules::Schedule;
use crate::tokens::Token;

/// The most writes in one transaction.
const GROUP_LIMIT: usize = 2000;

/// How long a lock is waited for. In WAL mode that is next to never.
const BUSY_TIMEOUT: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });

/// How long after the disk has failed it is tried again.
const AGAIN: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1000 });

/// The database of one master, a file of SQLite.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    /// Unbounded, yet short: who submits a report waits for its commit, and a host's states are few.
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    soundness: Soundness,
}

/// A write and who waits for it.
struct Queued {
    write: Write,
    done: oneshot::Sender<Result<(), LedgerError>>,
}

impl Database {
    /// Opens the database, making it if need be; only its owner may read it. One that was not closed the last time is looked
    /// through meanwhile.
    ///
    /// # Errors
    /// When it can't be opened, or a newer release wrote it.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let was_left_open = was_left_open(path);
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
        schema::prepare(&mut connection)?;
        let (queue, queued) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("database".into())
            .spawn(move || write_all(connection, &queued))
            .map_err(|error| LedgerError::Sqlite(error.to_string()))?;
        let soundness = Soundness::default();
        if was_left_open {
            soundness.look(path);
        }
        let (queue, writer) = (Mutex::new(Some(queue)), Mutex::new(Some(writer)));
        Ok(Self { path: path.into(), queue, writer, soundness })
    }

    /// Writes what is queued and ends the writer. Later writes fail.
    pub fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    fn reader(&self) -> Result<Connection, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(connection)
    }
}

impl Ledger for Database {
    fn submit(&self, write: Write) -> Committed {
        let (done, committed) = oneshot::channel();
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queue.as_ref() {
            // A writer that has ended drops `done`, and the receiver yields `Closed`.
            let _ = queue.send(Queued { write, done });
        }
        Committed(committed)
    }

    fn keys(&self) -> Result<Vec<Key>, LedgerError> {
        query::keys(&self.reader()?)
    }

    fn hosts(&self) -> Result<Vec<HostRow>, LedgerError> {
        query::hosts(&self.reader()?)
    }

    fn tokens(&self) -> Result<Vec<Token>, LedgerError> {
        query::tokens(&self.reader()?)
    }

    fn retired(&self) -> Result<Vec<Retired>, LedgerError> {
        query::retired(&self.reader()?)
    }

    fn applied(&self) -> Result<HashMap<HostId, Applied>, LedgerError> {
        query::applied(&self.reader()?)
    }

    fn schedules(&self) -> Result<Vec<Schedule>, LedgerError> {
        query::schedules(&self.reader()?)
    }

    fn mine(
        &self,
        name: &str,
        wanted: &dyn Fn(&HostId) -> bool,
        limit: usize,
    ) -> Result<Option<Vec<(HostId, MineItem)>>, LedgerError> {
        query::mine(&self.reader()?, name, wanted, limit)
    }

    fn jobs(&self, limit: usize) -> Result<Vec<JobRecord>, LedgerError> {
        query::jobs(&self.reader()?, limit)
    }

    fn unfinished(&self) -> Result<Vec<JobRecord>, LedgerError> {
        query::unfinished(&self.reader()?)
    }

    fn job(&self, jid: &JobId) -> Result<Option<JobRecord>, LedgerError> {
        query::job(&self.reader()?, jid)
    }

    fn job_hosts(&self, jid: &JobId, reports: bool) -> Result<Vec<HostRecord>, LedgerError> {
        query::job_hosts(&self.reader()?, jid, reports)
    }

    fn job_hosts_among(
        &self,
        jid: &JobId,
        hosts: &[HostId],
        bytes: usize,
    ) -> Result<Vec<Option<HostRecord>>, LedgerError> {
        query::job_hosts_among(&self.reader()?, jid, hosts, bytes)
    }

    fn outcomes(&self, jid: &JobId) -> Result<Vec<HostOutcome>, LedgerError> {
        query::outcomes(&self.reader()?, jid)
    }

    fn job_host(&self, jid: &JobId, host: &HostId) -> Result<Option<HostRecord>, LedgerError> {
        query::job_host(&self.reader()?, jid, host)
    }

    fn damage(&self) -> Option<LedgerError> {
        self.soundness.damage()
    }
}

/// The writer's life: whatever has gathered goes into one transaction, so a thousand reports cost a few flushes of the disk.
///
/// While the disk does not take anything, what is owed is tried again and again, in its order, and the rest fails at once.
fn write_all(mut connection: Connection, queued: &mpsc::Receiver<Queued>) {
    let mut owed: Vec<Queued> = Vec::new();
    loop {
        let next = if owed.is_empty() {
            queued.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            queued.recv_timeout(AGAIN)
        };
        let is_over = matches!(next, Err(RecvTimeoutError::Disconnected));
        let mut group = std::mem::take(&mut owed);
        group.extend(next);
        group.extend(queued.try_iter().take(GROUP_LIMIT - 1));
        if !group.is_empty() {
            owed = write_or_keep(&mut connection, group, is_over);
        }
        if is_over {
            break;
        }
    }
    let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
}

/// Writes a group and tells who waits. What is owed and could not be written is given back, unless this is the last chance.
fn write_or_keep(connection: &mut Connection, group: Vec<Queued>, is_over: bool) -> Vec<Queued> {
    let results = write_group(connection, &group);
    let mut owed = Vec::new();
    for (queued, result) in group.into_iter().zip(results) {
        match result {
            Err(LedgerError::Unwritable(reason)) if !is_over && queued.write.is_owed() => {
                if owed.is_empty() {
                    tracing::error!(
                        reason,
                        "the job database cannot be written: what is owed to it is tried again"
                    );
                }
                owed.push(queued);
                continue;
            }
            Err(ref error) => tracing::error!(%error, "a write to the job database failed"),
            Ok(()) => {}
        }
        let _ = queued.done.send(result);
    }
    owed
}

/// The result of each write. When the disk fails, nothing of the group was written, so that what is tried again keeps its order.
fn write_group(connection: &mut Connection, group: &[Queued]) -> Vec<Result<(), LedgerError>> {
    let written = match write_together(connection, group) {
        Ok(()) => Ok(vec![Ok(()); group.len()]),
        Err(error @ LedgerError::Unwritable(_)) => Err(error),
        Err(_) => write_one_by_one(connection, group),
    };
    written.unwrap_or_else(|error| vec![Err(error); group.len()])
}

/// Writes all of a group or, when one of its writes fails, nothing.
fn write_together(connection: &mut Connection, group: &[Queued]) -> Result<(), LedgerError> {
    let transaction = connection.transaction()?;
    let superseded = superseded(group.iter().map(|queued| &queued.write));
    for (queued, superseded) in group.iter().zip(superseded) {
        if !superseded {
            apply::apply(&transaction, &queued.write)?;
        }
    }
    Ok(transaction.commit()?)
}

/// Writes a group of which one fails, which takes nothing else of the group with it.
fn write_one_by_one(
    connection: &mut Connection,
    group: &[Queued],
) -> Result<Vec<Result<(), LedgerError>>, LedgerError> {
    let mut transaction = connection.transaction()?;
    let mut results = Vec::with_capacity(group.len());
    for queued in group {
        let savepoint = transaction.savepoint()?;
        let result = apply::apply(&savepoint, &queued.write);
        match &result {
            Ok(()) => savepoint.commit()?,
            Err(error @ LedgerError::Unwritable(_)) => return Err(error.clone()),
            Err(_) => savepoint.finish()?,
        }
        results.push(result);
    }
    transaction.commit()?;
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that takes nothing: another process holds the database.
    fn blocked(path: &Path) -> Connection {
        let other = Connection::open(path).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        other
    }

    #[tokio::test]
    async fn what_is_owed_waits_for_the_disk_and_the_rest_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        let database = Database::open(&path).unwrap();
        let other = blocked(&path);
        let jid: JobId = "20260101000000000000".parse().unwrap();
        let owed = database.submit(Write::JobCancelled { jid });
        let wished = database.submit(Write::Forget { before: 0 }).await;
        assert!(matches!(wished, Err(LedgerError::Unwritable(_))), "{wished:?}");
        other.execute_batch("COMMIT").unwrap();
        owed.await.unwrap();
    }

    #[tokio::test]
    async fn a_daemon_that_ends_does_not_wait_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        let database = Database::open(&path).unwrap();
        let _other = blocked(&path);
        let owed = database.submit(Write::JobCancelled { jid: "20260101000000000000".parse().unwrap() });
        database.close();
        assert!(matches!(owed.await, Err(LedgerError::Unwritable(_))));
    }
}
