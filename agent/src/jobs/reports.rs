//! The reports that no worker has written.

use common::id::JobId;
use common::message::{Outcome, Report};
use common::value::Value;

use super::{Key, Phase};
use crate::spool::now;

/// What is said of a worker that has left nothing.
pub(super) const LOST: &str =
    "the worker died without a report (a crash, a power cut or a reboot in the middle)";

/// The report of a job whose worker has left none.
pub(super) fn missing_report(key: &Key, outcome: Outcome, reason: Option<String>) -> Report {
    let text = match outcome {
        Outcome::Killed => "the job was killed".into(),
        Outcome::TimedOut => "the job's time was over, and it was killed".into(),
        _ => reason.unwrap_or_else(|| LOST.into()),
    };
    Report { prepare: key.phase == Phase::Prepare, ..plain_report(key.jid.clone(), outcome, text.into()) }
}

/// A report of a value and an outcome, and nothing counted.
pub(super) fn plain_report(jid: JobId, outcome: Outcome, value: Value) -> Report {
    Report {
        jid,
        prepare: false,
        outcome,
        value,
        retcode: i32::from(outcome != Outcome::Succeeded),
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: now(),
        ended: now(),
    }
}
