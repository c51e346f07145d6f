//! Watching a worker until it is gone, and its time.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::{Event, Jobs, Key, kill, workers};
use crate::spool::Worker;

/// How often an adopted worker is looked at: it is nobody's child here, so its end makes no sound.
const POLL: Duration = Duration::from_millis(300);

/// Watches a worker of our own.
pub(super) async fn child(jobs: Jobs, key: Key, child: workers::Worker) {
    let time = jobs.timeout(&key).map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let pid = child.pid;
    let ended = async {
        let status = child.ended().await;
        // It may have found that a worker of an earlier agent was at the job already, and left it alone.
        while jobs.spool().worker(&key).is_some() {
            sleep(POLL).await;
        }
        match status.map(|status| status.map(|status| (status.code(), status.signal()))) {
            Ok(Some((_, Some(signal)))) => format!("the worker died of signal {signal} without a report"),
            Ok(Some((Some(code), _))) => format!("the worker ended with status {code} and without a report"),
            Ok(None | Some((None, None))) | Err(_) => "the worker ended without a report".into(),
        }
    };
    let reason = within(&jobs, &key, time, ended).await;
    end(&jobs, &key, pid, reason);
}

/// Watches a worker that an earlier agent has started.
pub(super) async fn adopted(jobs: Jobs, key: Key, worker: Worker) {
    let time = jobs
        .timeout(&key)
        .map(|seconds| Instant::now() + Duration::from_secs(seconds).saturating_sub(worker.age()));
    let ended = async {
        while jobs.spool().worker(&key).is_some() {
            sleep(POLL).await;
        }
        "the worker ended without a report".to_owned()
    };
    let reason = within(&jobs, &key, time, ended).await;
    end(&jobs, &key, worker.pid, reason);
}

/// Tells of the end. The commands of a worker that died in the middle die with it.
fn end(jobs: &Jobs, key: &Key, pid: u32, reason: String) {
    if pid != 0 && !jobs.spool().has_report(key) {
        tokio::spawn(kill::remains(pid, jobs.since(key)));
    }
    jobs.ended(key, reason);
}

/// Waits for the end; when the time is over before, has the worker killed and waits on.
async fn within(
    jobs: &Jobs,
    key: &Key,
    time: Option<Instant>,
    ended: impl Future<Output = String>,
) -> String {
    tokio::pin!(ended);
    if let Some(time) = time {
        tokio::select! {
            reason = &mut ended => return reason,
            () = sleep_until(time) => jobs.feed(Event::TimedOut(key.clone())),
        }
    }
    ended.await
}
