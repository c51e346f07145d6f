//! A job in a worker, from its folder to its report.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use common::message::{Outcome, Report};

use super::{perform, trim};
use crate::jobs::{Key, Phase};
use crate::spool::{Assignment, Lock, SpoolError, now, write_report};

/// Whether a worker may perform another job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It may.
    GoOn,
    /// It had better not: the job has ended with an error of the agent's own.
    End,
}

/// Gives this process a session of its own: the daemon's end is not the worker's, and all it starts can be found and killed together.
pub fn lead_session() {
    if let Err(error) = nix::unistd::setsid() {
        tracing::debug!(%error, "the worker leads a process group already");
    }
}

/// Performs the assignment of the phase in `folder`, and leaves its report there. When another worker is at it, or the job has ended
/// already, nothing happens.
///
/// # Errors
/// When the folder can't be written.
pub fn work(folder: &Path, assignment: &Assignment) -> Result<Fate, SpoolError> {
    let Some(_lock) = Lock::take(folder)? else { return Ok(Fate::GoOn) };
    let (report, fate) = match catch_unwind(AssertUnwindSafe(|| perform(assignment, folder))) {
        Ok(report) => (report, Fate::GoOn),
        Err(panic) => (crashed(assignment, &*panic), Fate::End),
    };
    write_report(folder, &trim(report)).map(|()| fate)
}

fn crashed(assignment: &Assignment, panic: &(dyn Any + Send)) -> Report {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Report {
        jid: assignment.task.jid.clone(),
        prepare: Key::of(&assignment.task).phase == Phase::Prepare,
        outcome: Outcome::Failed,
        value: format!("an error of the agent itself, please report it: {text}").into(),
        retcode: 1,
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: now(),
        ended: now(),
    }
}
