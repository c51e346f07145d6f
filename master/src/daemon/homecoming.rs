//! What an agent that comes back is told of jobs that went on without it: those that were called off meanwhile are killed.

use std::sync::Arc;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::message::{HeldJob, TaskControl, TaskUpdate};
use common::transport::{FrameError, frame};
use quinn::Connection;

use super::intake::Turn;
use super::{Daemon, rival};
use crate::jobs::HostState;

/// How many jobs of one agent are looked at: it holds no more.
const HELD: usize = 1000;

/// How long an agent may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has the agent kill its jobs that were called off while it was away. A job that is under way is its conductor's matter.
pub(super) fn kill_what_was_called_off(
    daemon: &Arc<Daemon>,
    id: &HostId,
    connection: &Connection,
    held: Vec<HeldJob>,
) {
    let running = held.into_iter().filter(|job| !job.finished && daemon.jobs.get(&job.jid).is_none());
    let running: Vec<JobId> = running.map(|job| job.jid).take(HELD).collect();
    if running.is_empty() {
        return;
    }
    let (daemon, id, connection) = (Arc::clone(daemon), id.clone(), connection.clone());
    tokio::spawn(async move {
        for jid in called_off(&daemon, &id, running).await {
            tracing::info!(%id, %jid, "a job that was called off while its host was away is killed there");
            let killed = tokio::time::timeout(PATIENCE, kill(&daemon, &connection, &jid)).await;
            if let Ok(Err(error)) = killed {
                tracing::warn!(%id, %jid, %error, "a job that was called off could not be killed");
            }
        }
    });
}

async fn called_off(daemon: &Arc<Daemon>, id: &HostId, jobs: Vec<JobId>) -> Vec<JobId> {
    let (ledger, host) = (Arc::clone(&daemon.ledger), id.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let cancelled = |jid: &JobId| {
            let record = ledger.job_host(jid, &host).ok().flatten();
            record.is_some_and(|record| record.state == HostState::Cancelled)
        };
        jobs.into_iter().filter(cancelled).collect()
    });
    reading.await.unwrap_or_default()
}

async fn kill(daemon: &Daemon, connection: &Connection, jid: &JobId) -> Result<(), FrameError> {
    let (mut send, mut recv) = connection.open_bi().await.map_err(std::io::Error::from)?;
    let task = rival::call(daemon, "saltutil.kill_job", vec![jid.as_str().into()]);
    frame::write(&mut send, &task).await?;
    loop {
        if let TaskUpdate::Finished(_) = daemon.intake.read(&Turn::default(), &mut recv).await?.0 {
            return frame::write(&mut send, &TaskControl::Stored).await;
        }
    }
}
