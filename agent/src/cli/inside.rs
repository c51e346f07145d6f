//! State runs from within a state run: one would wait for the end of the other, which waits for it.

use std::path::Path;

use common::exit;
use common::id::JobId;

use super::CommandError;
use crate::config::Settings;
use crate::jobs::{JOB_VARIABLE, Key, Phase};
use crate::spool::Spool;

/// Refuses to start a state run below one of the same agent.
pub(super) fn refuse(settings: &Settings) -> Result<(), CommandError> {
    let named = std::env::var(JOB_VARIABLE).ok().and_then(|name| name.parse().ok());
    match named.filter(|jid| is_running(&settings.state_dir, jid)) {
        None => Ok(()),
        Some(jid) => Err(CommandError {
            code: exit::ERROR,
            message: format!(
                "this runs inside job {jid}, which would wait for itself: state runs come one at a time on a host. \
                 Include the states in that job, or start this when it has ended"
            ),
        }),
    }
}

/// Whether a worker is at the job. A service that a state has restarted has the variable too, long after the job.
fn is_running(state_dir: &Path, jid: &JobId) -> bool {
    let key = Key { jid: jid.clone(), phase: Phase::Run };
    Spool::open(&state_dir.join("jobs")).is_ok_and(|spool| spool.worker(&key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::Lock;

    #[test]
    fn only_a_job_that_runs_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let jid: JobId = "00000000000000000001".parse().unwrap();
        assert!(!is_running(folder.path(), &jid));
        let phase = folder.path().join("jobs").join(jid.as_str()).join("run");
        std::fs::create_dir_all(&phase).unwrap();
        let lock = Lock::take(&phase).unwrap();
        assert!(lock.is_some() && is_running(folder.path(), &jid));
        drop(lock);
        assert!(!is_running(folder.path(), &jid));
    }
}
