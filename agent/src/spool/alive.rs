//! Whether a worker lives: it holds a lock on a file of its job, which the system takes from it when it dies, however it
//! dies. Unlike a process number, a lock can't be mistaken for that of another process.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use super::{REPORT, SpoolError, WORKER, failed};

/// A living worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its process, which leads a session of its own.
    pub pid: u32,
    /// When it began, in milliseconds since 1970.
    pub started: i64,
}

/// The lock of the worker that runs in this process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Worker {
    /// How long ago it began.
    pub(crate) fn age(&self) -> Duration {
        Duration::from_millis(u64::try_from(now() - self.started).unwrap_or(0))
    }

    /// The worker that holds the lock in a phase's folder.
    pub(super) fn alive(folder: &Path) -> Option<Self> {
        let mut file = File::open(folder.join(WORKER)).ok()?;
        if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        let (pid, started) = text.trim().split_once(' ').unwrap_or(("0", "0"));
        Some(Self { pid: pid.parse().unwrap_or(0), started: started.parse().unwrap_or(0) })
    }
}

impl Lock {
    /// Takes the lock for this process; `None` when another worker has it or had it, or the job has ended already.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn take(folder: &Path) -> Result<Option<Self>, SpoolError> {
        let path = folder.join(WORKER);
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let mut file = file.map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        // Whoever has written into the file has begun the job, and a job that its worker left half done is not begun anew.
        let begun = file.metadata().map_err(|error| failed(&path, &error))?.len() > 0;
        if begun || folder.join(REPORT).exists() {
            return Ok(None);
        }
        let line = format!("{} {}\n", std::process::id(), now());
        file.write_all(line.as_bytes()).map_err(|error| failed(&path, &error))?;
        Ok(Some(Self { _file: file }))
    }
}

/// This boot of the machine.
#[must_use]
pub fn boot_id() -> String {
    // No process sees another one.
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().into()
    });
    BOOT.clone()
}

/// The time, in milliseconds since 1970.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_none_after_the_end() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Worker::alive(folder.path()), None);
        let lock = Lock::take(folder.path()).unwrap();
        assert!(lock.is_some());
        assert!(Lock::take(folder.path()).unwrap().is_none());
        assert!(Worker::alive(folder.path()).is_some());
        drop(lock);
        assert_eq!(Worker::alive(folder.path()), None);
    }

    #[test]
    fn what_a_worker_began_no_other_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        drop(Lock::take(folder.path()).unwrap().unwrap());
        assert!(Lock::take(folder.path()).unwrap().is_none());
    }

    #[test]
    fn what_has_a_report_is_not_begun() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("report.msgpack"), "").unwrap();
        assert!(Lock::take(folder.path()).unwrap().is_none());
    }
}
