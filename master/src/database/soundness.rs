//! Whether the database is sound, looked at behind the daemon's back where its last end was none.
//!
//! SQLite survives the death of its process and a power cut; a disk that lied about what it had written does not show until a
//! damaged page is needed. Reading the whole file takes as long as it takes, so it happens only when the writer has left its log
//! behind, and nothing waits for it. A look that does not come to its end leaves the log behind again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};

use super::LedgerError;

/// What is wrong with a database, once it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Soundness(Arc<OnceLock<LedgerError>>);

impl Soundness {
    /// What is wrong, as far as is known.
    pub(super) fn damage(&self) -> Option<LedgerError> {
        self.0.get().cloned()
    }

    /// Looks, in a thread of its own that ends with the process.
    pub(super) fn look(&self, path: &Path) {
        tracing::info!(path = %path.display(), "the job database was not closed the last time: it is looked through");
        let (found, path) = (self.clone(), path.to_owned());
        let looking = std::thread::Builder::new().name("soundness".into()).spawn(move || found.read(&path));
        if let Err(error) = looking {
            tracing::warn!(%error, "the job database is not looked through");
        }
    }

    fn read(&self, path: &Path) {
        let begun = Instant::now();
        match check(path) {
            Ok(()) => tracing::info!(took = ?begun.elapsed(), "the job database is sound"),
            Err(error @ LedgerError::Corrupt(_)) => {
                tracing::error!(%error, "what the master needs of the job database it reads as long as it can");
                let _ = self.0.set(error);
            }
            Err(error) => tracing::warn!(%error, "the job database could not be looked through"),
        }
    }
}

/// Whether the last one to write did not close it. To be asked before it is opened.
pub(super) fn was_left_open(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0)
}

/// Reads all of it, at the speed of the disk.
fn check(path: &Path) -> Result<(), LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let first: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match first.as_str() {
        "ok" => Ok(()),
        problem => Err(LedgerError::Corrupt(problem.replace('\n', " "))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;
    use crate::database::{Database, Ledger as _, Write};

    #[tokio::test]
    async fn a_database_that_was_closed_is_known_from_one_that_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        assert!(!was_left_open(&path), "there is none");
        let database = Database::open(&path).unwrap();
        database.submit(Write::Forget { before: 0 }).await.unwrap();
        assert!(was_left_open(&path), "nobody has closed it");
        database.close();
        assert!(!was_left_open(&path));
    }

    #[tokio::test]
    async fn damage_in_the_middle_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        let database = Database::open(&path).unwrap();
        for number in 0..300 {
            let host = crate::database::HostRow {
                id: format!("fp-{number}").parse().unwrap(),
                version: "1".repeat(1000),
                address: String::new(),
                last_seen: 1,
                grains: crate::grains::Grains::of(&"fp-1".parse().unwrap(), common::value::Map::new()),
            };
            drop(database.submit(Write::Host(host)));
        }
        database.close();
        check(&path).unwrap();
        let soundness = Soundness::default();
        soundness.read(&path);
        assert!(soundness.damage().is_none());

        let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let middle = file.metadata().unwrap().len() / 2 / 4096 * 4096;
        file.seek(SeekFrom::Start(middle)).unwrap();
        file.write_all(&[0xa5; 4096]).unwrap();
        soundness.read(&path);
        let damage = soundness.damage().unwrap();
        assert!(damage.to_string().contains(".recover"), "{damage}");
    }
}
