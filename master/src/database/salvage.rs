//! Reads jobs out of a database that may be damaged, and writes nothing: what is readable, and whether something was not.

use std::collections::BTreeMap;
use std::path::Path;

use common::id::JobId;
use rusqlite::{Connection, OpenFlags, Row, params};

use super::{LedgerError, query, schema};
use crate::jobs::{HostRecord, JobRecord};

/// A database file that no master has to run on.
pub struct Salvage {
    connection: Connection,
}

/// What could be read.
#[derive(Debug)]
pub struct Salvaged<T> {
    /// In the order that was asked for.
    pub found: Vec<T>,
    /// Why there may have been more.
    pub lost: Option<LedgerError>,
}

impl Salvage {
    /// Opens the file.
    ///
    /// # Errors
    /// When it can't be opened, is no database at all, or was written by a newer release.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        schema::check_readable(&connection)?;
        Ok(Self { connection })
    }

    /// The newest jobs, newest first.
    pub fn jobs(&self, limit: usize) -> Salvaged<JobRecord> {
        let limit = limit.min(i64::MAX as usize);
        let sql = |order: &str| format!("{} ORDER BY jid {order} LIMIT {limit}", query::JOB);
        let mut jobs = self.both_ways(sql, &[], query::read_job, |job| job.jid.to_string());
        jobs.found.reverse();
        jobs.found.truncate(limit);
        for job in &mut jobs.found {
            self.count(job);
        }
        jobs
    }

    /// One job.
    ///
    /// # Errors
    /// When its row can't be read.
    pub fn job(&self, jid: &JobId) -> Result<Option<JobRecord>, LedgerError> {
        let mut statement = self.connection.prepare(&format!("{} WHERE jid = ?1", query::JOB))?;
        let mut job = statement.query_map(params![jid.as_str()], query::read_job)?.next().transpose()?;
        if let Some(job) = &mut job {
            self.count(job);
        }
        Ok(job)
    }

    /// Counts the hosts of a job as far as they can be read; what was lost is told where they are shown.
    fn count(&self, job: &mut JobRecord) {
        if let Err(error) = query::count(&self.connection, job) {
            tracing::debug!(jid = %job.jid, %error, "the hosts of a job cannot be counted");
        }
    }

    /// A job's hosts with their reports, by id.
    pub fn hosts(&self, jid: &JobId) -> Salvaged<HostRecord> {
        let sql = |order: &str| {
            format!(
                "SELECT host, state, phase, prepared, reason, report FROM job_hosts WHERE jid = ?1 ORDER BY host {order}"
            )
        };
        self.both_ways(sql, &[jid.as_str()], query::read_host, |host| host.id.to_string())
    }

    /// Reads forwards until the first page that is damaged, and then backwards until the last. A single row that makes no sense
    /// is left out.
    fn both_ways<T>(
        &self,
        sql: impl Fn(&str) -> String,
        values: &[&str],
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        key: impl Fn(&T) -> String,
    ) -> Salvaged<T> {
        let mut found = BTreeMap::new();
        let mut lost = None;
        for order in ["ASC", "DESC"] {
            let mut pass = || -> rusqlite::Result<()> {
                let mut statement = self.connection.prepare(&sql(order))?;
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(row) = rows.next()? {
                    match read(row) {
                        Ok(item) => drop(found.insert(key(&item), item)),
                        Err(error) => lost = Some(error),
                    }
                }
                Ok(())
            };
            if let Err(error) = pass() {
                lost = Some(error);
            }
        }
        Salvaged { found: found.into_values().collect(), lost: lost.map(Into::into) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;
    use crate::database::{Database, Ledger as _, Write};
    use crate::jobs::{CallSpec, JobSpec, Phase, Policy, Spec};

    const JOBS: usize = 400;

    fn job(number: usize) -> JobRecord {
        let call = CallSpec {
            function: "cmd.run".into(),
            positional: vec!["x".repeat(500).into()],
            ..CallSpec::default()
        };
        let (work, policy) = (Spec::Call(call), Policy::default());
        let jid = format!("{:020}", 20_260_101_000_000_000_000_u128 + number as u128).parse().unwrap();
        let spec = JobSpec { work, target: None, batch: None, policy, timeout: None, request: None };
        JobRecord::new(jid, spec, "ann".into(), 1, Phase::Apply)
    }

    async fn filled(path: &Path) {
        let database = Database::open(path).unwrap();
        for number in 0..JOBS {
            let hosts = vec!["fp-1".parse().unwrap(), "fp-2".parse().unwrap()];
            database.submit(Write::NewJob { job: Box::new(job(number)), hosts }).await.unwrap();
        }
        database.close();
    }

    #[tokio::test]
    async fn what_is_readable_is_read_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        filled(&path).await;
        let whole = Salvage::open(&path).unwrap().jobs(usize::MAX);
        assert_eq!((whole.found.len(), whole.lost.is_none()), (JOBS, true));
        assert_eq!(Salvage::open(&path).unwrap().jobs(3).found.len(), 3);
        assert_eq!(whole.found[0].jid, job(JOBS - 1).jid, "the newest is the first");
        assert_eq!(whole.found[0].counts.total(), 2);

        // Of a table of some hundred pages four in the middle are overwritten.
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        let middle = file.metadata().unwrap().len() / 2 / 4096 * 4096;
        file.seek(SeekFrom::Start(middle)).unwrap();
        file.write_all(&[0xa5; 4 * 4096]).unwrap();
        drop(file);
        let before = std::fs::read(&path).unwrap();
        let salvage = Salvage::open(&path).unwrap();
        let jobs = salvage.jobs(usize::MAX);
        assert!(matches!(jobs.lost, Some(LedgerError::Corrupt(_))), "{:?}", jobs.lost);
        assert!(jobs.found.len() > JOBS / 2 && jobs.found.len() < JOBS, "{}", jobs.found.len());
        assert_eq!(jobs.found.first().unwrap().jid, job(JOBS - 1).jid);
        assert_eq!(jobs.found.last().unwrap().jid, job(0).jid);
        let newest = &jobs.found[0].jid;
        assert_eq!(salvage.hosts(newest).found.len(), 2);
        assert!(salvage.job(newest).unwrap().is_some());
        drop(salvage);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_is_no_database_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        assert!(Salvage::open(&path).is_err(), "it is not made");
        std::fs::write(&path, "no database at all, but long enough to be taken for one".repeat(20)).unwrap();
        assert!(matches!(Salvage::open(&path), Err(LedgerError::Corrupt(_))));
    }
}
