//! The worker as a process: `agent work FOLDER`.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use common::message::{Outcome, Report};

use super::{perform, trim};
use crate::jobs::{Key, Phase};
use crate::spool::{Assignment, Lock, SpoolError, now, read_assignment, write_report};

/// Performs the job whose phase lies in `folder`, and leaves its report there. When another worker is at it, or the job has
/// ended already, nothing happens.
///
/// # Errors
/// When the folder can't be read or written.
pub fn work(folder: &Path) -> Result<(), SpoolError> {
    // A session of its own: the daemon's end is not the worker's, and all it starts can be found and killed together.
    if let Err(error) = nix::unistd::setsid() {
        tracing::debug!(%error, "the worker leads a process group already");
    }
    let assignment = read_assignment(folder)?;
    let Some(_lock) = Lock::take(folder)? else { return Ok(()) };
    let report = catch_unwind(AssertUnwindSafe(|| perform(&assignment, folder)))
        .unwrap_or_else(|panic| crashed(&assignment, &*panic));
    write_report(folder, &trim(report))
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
