//! The spool: what is kept of each job on disk, so that a killed agent, or one that was away, loses none.
//!
//! ```text
//! jobs/version                      the form of all this, written once
//! jobs/finished                     the latest finished jobs, a line each
//! jobs/JID/plan.msgpack             what the prepare phase has compiled
//! jobs/JID/PHASE/task.msgpack       what is to be done, written before a worker starts
//! jobs/JID/PHASE/worker             locked by the worker as long as it lives; its process number
//! jobs/JID/PHASE/progress           frames, appended by the worker
//! jobs/JID/PHASE/report.msgpack     the end, written by the worker and removed when the master has it
//! ```

mod alive;
mod finished;
mod progress;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use common::id::JobId;
use common::identity::{Fingerprint, write_private};
use common::message::{Report, Task};
use common::transport::{FRAME_LIMIT, VALUES_LIMIT, frame};
use common::value::Map;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use alive::{Lock, Worker, boot_id, now};
pub use progress::{ProgressReader, ProgressWriter};

use crate::jobs::{Found, Key, Phase};

/// The form of the spool; a newer release that changes it in a way that this one cannot read has another.
const VERSION: u32 = 1;

/// The names of a phase's files.
const TASK: &str = "task.msgpack";
const WORKER: &str = "worker";
const REPORT: &str = "report.msgpack";

/// How many plans are kept of jobs that were prepared here and then not run.
const PLANS_LIMIT: usize = 16;

/// How many times as much as a frame a file here may hold: a plan is what comes of a frame.
const FRAMES: usize = 4;

/// The spool's folder.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

/// Everything a worker needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// What to do.
    pub task: Task,
    /// The host's id.
    pub id: String,
    /// The grains of the agent's configuration.
    pub grains: Map,
    /// The options of the agent's configuration.
    pub opts: Map,
    /// Where the content store is.
    pub cache: PathBuf,
    /// The daemon's socket.
    pub socket: PathBuf,
    /// How much is logged.
    pub log_level: String,
    /// The boot of the machine in which the task arrived: a worker does not outlive it.
    pub boot: String,
    /// When the task arrived, in milliseconds since 1970.
    pub received: i64,
    /// The authority of the master that wants it, which is the one that gets the report.
    #[serde(default)]
    pub master: Option<Fingerprint>,
}

/// Where in its folder of state the daemon keeps the grains that it last collected, for its workers.
pub const GRAINS_FILE: &str = "grains.msgpack";

/// What the host's pillar wants in the mine: the file in the agent's folder that the daemon reads.
pub const MINE_FILE: &str = "mine.msgpack";

/// Why the spool failed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// A file can't be read or written.
    #[error("job spool: {path}: {reason}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The folder of one phase of a job in the spool.
pub(crate) fn phase_folder(spool: &Path, key: &Key) -> PathBuf {
    spool.join(key.jid.as_str()).join(key.phase.as_str())
}

impl Spool {
    /// The spool in a folder, which is made if need be.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn open(folder: &Path) -> Result<Self, SpoolError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| failed(folder, &error))?;
        check_version(&folder.join("version"))?;
        Ok(Self { folder: folder.into() })
    }

    /// A job's folder.
    #[must_use]
    pub fn job(&self, jid: &JobId) -> PathBuf {
        self.folder.join(jid.as_str())
    }

    /// The folder of one phase of a job.
    #[must_use]
    pub fn phase(&self, key: &Key) -> PathBuf {
        phase_folder(&self.folder, key)
    }

    /// Writes down what is to be done. It is on the disk when this returns.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn assign(&self, key: &Key, assignment: &Assignment) -> Result<(), SpoolError> {
        write(&self.phase(key).join(TASK), assignment)
    }

    /// The report of a job, if it has one. A damaged one counts as none.
    #[must_use]
    pub fn report(&self, key: &Key) -> Option<Report> {
        read_report(&self.phase(key))
    }

    /// Whether a job's worker has left a report, sound or not.
    pub(crate) fn has_report(&self, key: &Key) -> bool {
        self.phase(key).join(REPORT).exists()
    }

    /// Whether a worker is at it.
    #[must_use]
    pub fn worker(&self, key: &Key) -> Option<Worker> {
        Worker::alive(&self.phase(key))
    }

    /// Every job in the spool with what has become of it, the oldest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<(Key, Assignment, Found)> {
        let mut found = Vec::new();
        for jid in self.job_ids() {
            for phase in [Phase::Prepare, Phase::Run] {
                let key = Key { jid: jid.clone(), phase };
                let folder = self.phase(&key);
                if !folder.is_dir() {
                    continue;
                }
                match read_assignment(&folder) {
                    Ok(assignment) => {
                        let state = become_of(&folder, &assignment);
                        found.push((key, assignment, state));
                    }
                    // A crash within `assign` leaves a phase without a task: the master still has the job. So does one within
                    // `forget`: the job is among the finished ones.
                    Err(error) => {
                        tracing::warn!(%error, "an unreadable job is removed");
                        let _ = std::fs::remove_dir_all(&folder);
                    }
                }
            }
        }
        found.sort_by_key(|(_, assignment, _)| assignment.received);
        found
    }

    /// Remembers that a job is finished and removes what is kept of it.
    ///
    /// # Errors
    /// When it can't be remembered; then it is not removed either.
    pub fn forget(&self, key: &Key) -> Result<(), SpoolError> {
        finished::append(&self.folder, key)?;
        let phase = self.phase(key);
        // The task goes first: what a crash leaves of the rest must not look like a job that nobody has begun.
        for name in [TASK, REPORT, WORKER] {
            let _ = std::fs::remove_file(phase.join(name));
        }
        if std::fs::remove_dir(&phase).is_err() {
            let _ = std::fs::remove_dir_all(phase);
        }
        match key.phase {
            Phase::Prepare => self.prune_plans(),
            Phase::Run => {
                let _ = std::fs::remove_file(self.job(&key.jid).join("plan.msgpack"));
                // It is not empty while the other phase is there.
                let _ = std::fs::remove_dir(self.job(&key.jid));
            }
        }
        Ok(())
    }

    /// The jobs that are finished, the oldest first.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn finished(&self) -> Result<Vec<Key>, SpoolError> {
        finished::read(&self.folder)
    }

    /// Removes the plans of jobs that were prepared and not run, but for the latest.
    fn prune_plans(&self) {
        let mut plans: Vec<_> = self
            .job_ids()
            .into_iter()
            .filter(|jid| {
                let job = self.job(jid);
                [Phase::Prepare, Phase::Run].iter().all(|phase| !job.join(phase.as_str()).exists())
            })
            .collect();
        plans.sort();
        for jid in plans.iter().rev().skip(PLANS_LIMIT) {
            let _ = std::fs::remove_dir_all(self.job(jid));
        }
    }

    fn job_ids(&self) -> Vec<JobId> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| JobId::from_str(entry.file_name().to_str()?).ok()).collect()
    }
}

/// Leaves a spool alone that a newer release has written: its reports could not be read, and would be lost.
fn check_version(path: &Path) -> Result<(), SpoolError> {
    match std::fs::read_to_string(path) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found <= VERSION => Ok(()),
            _ => Err(failed(
                path,
                &format!(
                    "the spool has version {:?}, and this release knows {VERSION}: start the newer release again until its \
                     reports are delivered, or move the folder away",
                    text.trim().chars().take(20).collect::<String>()
                ),
            )),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            write_private(path, format!("{VERSION}\n").as_bytes()).map_err(|error| failed(path, &error))
        }
        Err(error) => Err(failed(path, &error)),
    }
}

/// What has become of a job, as its folder shows.
fn become_of(folder: &Path, assignment: &Assignment) -> Found {
    if folder.join(REPORT).exists() || assignment.boot != boot_id() {
        return Found::Gone;
    }
    match (Worker::alive(folder), folder.join(WORKER).exists()) {
        (Some(_), _) => Found::Alive,
        (None, true) => Found::Gone,
        (None, false) => Found::Untouched,
    }
}

/// Reads what a worker is to do from its phase's folder.
///
/// # Errors
/// When it can't be read.
pub fn read_assignment(folder: &Path) -> Result<Assignment, SpoolError> {
    read(&folder.join(TASK))
}

/// The report in a phase's folder, if there is a sound one.
#[must_use]
pub fn read_report(folder: &Path) -> Option<Report> {
    let path = folder.join(REPORT);
    let file = File::open(&path).ok()?;
    read_file(&path, file).inspect_err(|error| tracing::warn!(%error, "a damaged report")).ok()
}

/// Writes a report into a phase's folder. It is on the disk when this returns.
///
/// # Errors
/// When it can't be written.
pub fn write_report(folder: &Path, report: &Report) -> Result<(), SpoolError> {
    write(&folder.join(REPORT), report)
}

/// Reads a MessagePack file.
///
/// # Errors
/// When it can't be read or holds something else.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SpoolError> {
    read_file(path, File::open(path).map_err(|error| failed(path, &error))?)
}

fn read_file<T: DeserializeOwned>(path: &Path, mut file: File) -> Result<T, SpoolError> {
    let size = file.metadata().map_err(|error| failed(path, &error))?.len();
    if size > (FRAMES * FRAME_LIMIT) as u64 {
        return Err(failed(path, &format!("it has {size} bytes, which is more than this program writes")));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| failed(path, &error))?;
    frame::decode_within(&bytes, FRAMES * VALUES_LIMIT).map_err(|error| failed(path, &error))
}

/// Writes a MessagePack file that only its owner may read, whole or not at all.
///
/// # Errors
/// When it can't be written.
pub fn write<T: Serialize>(path: &Path, content: &T) -> Result<(), SpoolError> {
    let bytes = rmp_serde::to_vec_named(content).map_err(|error| failed(path, &error))?;
    write_private(path, &bytes).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, reason: &impl ToString) -> SpoolError {
    SpoolError::File { path: path.into(), reason: reason.to_string() }
}

#[cfg(test)]
pub(crate) mod tests {
    use common::message::{CallRequest, Outcome, Work};
    use common::value::Value;

    use super::*;

    pub(crate) fn call(function: &str) -> CallRequest {
        CallRequest {
            function: function.into(),
            positional: Vec::new(),
            keyword: Map::new(),
            tree: None,
            pillar: Map::new(),
            opts: Map::new(),
        }
    }

    pub(crate) fn task(number: u32) -> Task {
        let call = CallRequest { positional: vec!["true".into()], ..call("cmd.run") };
        Task { jid: format!("{number:020}").parse().unwrap(), work: Work::Call(call), timeout: None }
    }

    pub(crate) fn assignment(number: u32) -> Assignment {
        Assignment {
            task: task(number),
            id: "fp-1".into(),
            grains: Map::new(),
            opts: Map::new(),
            cache: "/nonexistent".into(),
            socket: "/nonexistent".into(),
            log_level: "info".into(),
            boot: boot_id(),
            received: i64::from(number),
            master: None,
        }
    }

    fn report(key: &Key) -> Report {
        Report {
            jid: key.jid.clone(),
            prepare: false,
            outcome: Outcome::Succeeded,
            value: Value::Bool(true),
            retcode: 0,
            unchanged: 0,
            changed: 0,
            failed: 0,
            started: 0,
            ended: 0,
        }
    }

    #[test]
    fn tells_what_has_become_of_jobs() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("jobs")).unwrap();
        let keys: Vec<_> = (1..=5).map(|number| Key::of(&task(number))).collect();
        for (number, key) in (1..).zip(&keys) {
            spool.assign(key, &assignment(number)).unwrap();
        }
        let other_boot = Assignment { boot: "before".into(), ..assignment(5) };
        spool.assign(&keys[4], &other_boot).unwrap();
        let lock = Lock::take(&spool.phase(&keys[1])).unwrap().unwrap();
        drop(Lock::take(&spool.phase(&keys[2])).unwrap().unwrap());
        write_report(&spool.phase(&keys[3]), &report(&keys[3])).unwrap();

        let states: Vec<_> = spool.jobs().into_iter().map(|(_, _, found)| found).collect();
        assert_eq!(states, [Found::Untouched, Found::Alive, Found::Gone, Found::Gone, Found::Gone]);
        assert_eq!(spool.worker(&keys[1]).unwrap().pid, std::process::id());
        drop(lock);
        assert!(spool.worker(&keys[1]).is_none());
        assert!(spool.report(&keys[3]).is_some() && spool.report(&keys[2]).is_none());
    }

    #[test]
    fn a_newer_spool_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let key = Key::of(&task(1));
        spool.assign(&key, &assignment(1)).unwrap();
        assert!(Spool::open(folder.path()).is_ok());
        std::fs::write(folder.path().join("version"), "2\n").unwrap();
        let error = Spool::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("version \"2\"") && error.contains("newer release"), "{error}");
        assert!(spool.phase(&key).join(TASK).exists());
    }

    #[test]
    fn forgets_and_remembers() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let key = Key::of(&task(1));
        spool.assign(&key, &assignment(1)).unwrap();
        spool.forget(&key).unwrap();
        assert!(!spool.job(&key.jid).exists());
        assert_eq!(spool.finished().unwrap(), [key]);
        assert!(spool.jobs().is_empty());
    }

    #[test]
    fn keeps_the_plan_between_the_phases() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        for number in 0..20 {
            let key = Key { phase: Phase::Prepare, ..Key::of(&task(number)) };
            spool.assign(&key, &assignment(number)).unwrap();
            std::fs::write(spool.job(&key.jid).join("plan.msgpack"), "").unwrap();
            spool.forget(&key).unwrap();
        }
        let plan = |number| spool.job(&task(number).jid).join("plan.msgpack").exists();
        assert!(plan(19) && plan(4) && !plan(3));
        let run = Key::of(&task(19));
        spool.assign(&run, &assignment(19)).unwrap();
        spool.forget(&run).unwrap();
        assert!(!plan(19));
    }
}
