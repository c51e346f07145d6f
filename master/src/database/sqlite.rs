//! The one writer, and the readers.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::message::MineItem;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::{
    Applied, Committed, HostOutcome, HostRow, Ledger, LedgerError, Retired, Write, apply, query, schema,
};
use crate::jobs::{HostRecord, JobRecord};
use crate::keys::Key;
use crate::schedules::Schedule;
use crate::tokens::Token;

/// The most writes in one transaction.
const GROUP_LIMIT: usize = 2000;

/// How long a reader waits for a lock. In WAL mode that is next to never.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database of one master, a file of SQLite.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    /// Unbounded, yet short: who submits a report waits for its commit, and a host's states are few.
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// A write and who waits for it.
struct Queued {
    write: Write,
    done: oneshot::Sender<Result<(), LedgerError>>,
}

impl Database {
    /// Opens the database, making it if need be; only its owner may read it.
    ///
    /// # Errors
    /// When it can't be opened, or a newer release wrote it.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
        schema::prepare(&mut connection)?;
        let (queue, queued) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("database".into())
            .spawn(move || write_all(connection, &queued))
            .map_err(|error| LedgerError::Sqlite(error.to_string()))?;
        Ok(Self { path: path.into(), queue: Mutex::new(Some(queue)), writer: Mutex::new(Some(writer)) })
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

    fn outcomes(&self, jid: &JobId) -> Result<Vec<HostOutcome>, LedgerError> {
        query::outcomes(&self.reader()?, jid)
    }

    fn job_host(&self, jid: &JobId, host: &HostId) -> Result<Option<HostRecord>, LedgerError> {
        query::job_host(&self.reader()?, jid, host)
    }
}

/// The writer's life: whatever has gathered goes into one transaction, so a thousand reports cost a few flushes of the disk.
fn write_all(mut connection: Connection, queued: &mpsc::Receiver<Queued>) {
    while let Ok(first) = queued.recv() {
        let mut group = vec![first];
        group.extend(queued.try_iter().take(GROUP_LIMIT - 1));
        let results = write_group(&mut connection, &group);
        for (queued, result) in group.into_iter().zip(results) {
            if let Err(error) = &result {
                tracing::error!(%error, "a write to the job database failed");
            }
            let _ = queued.done.send(result);
        }
    }
    let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
}

fn write_group(connection: &mut Connection, group: &[Queued]) -> Vec<Result<(), LedgerError>> {
    let mut run = || -> Result<Vec<Result<(), LedgerError>>, LedgerError> {
        let mut transaction = connection.transaction()?;
        let mut results = Vec::with_capacity(group.len());
        for queued in group {
            // A write that fails takes nothing else of the group with it.
            let savepoint = transaction.savepoint()?;
            let result = apply::apply(&savepoint, &queued.write);
            match &result {
                Ok(()) => savepoint.commit()?,
                Err(_) => savepoint.finish()?,
            }
            results.push(result);
        }
        transaction.commit()?;
        Ok(results)
    };
    run().unwrap_or_else(|error| vec![Err(error); group.len()])
}
