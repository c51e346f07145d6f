//! Jobs that a host starts for itself (`agent apply`, `agent call`). They take the road of every job: the ledger first, then
//! snapshot, pillar, preparation and work. The host that asks is their only target, by the id in its certificate.

use std::sync::Arc;
use std::time::Instant;

use common::id::{HostId, JobId};
use common::message::{OWN_WORK_LIMIT, OwnUpdate, OwnWork, RequestId};
use common::transport::{FrameError, frame};
use quinn::SendStream;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{Daemon, launch};
use crate::api::JobEvent;
use crate::jobs::{ApplySpec, CallSpec, JobSpec, Policy, Spec};
use crate::pillar::told_to_host;

type Events = Receiver<Arc<JobEvent>>;

/// Starts a job on the host that asks, and tells it what becomes of the job.
pub(super) async fn start(
    daemon: &Arc<Daemon>,
    id: &HostId,
    work: OwnWork,
    request: Option<RequestId>,
    send: &mut SendStream,
) -> Result<(), FrameError> {
    match once(daemon, id, work, request).await {
        Ok((jid, events)) => {
            frame::write(send, &OwnUpdate::Started { jid: jid.clone() }).await?;
            pass_on(daemon, id, &jid, events, send).await
        }
        Err(reason) => {
            tracing::info!(%id, reason, "a host may not start a job");
            frame::write(send, &OwnUpdate::Refused { reason }).await
        }
    }
}

/// Tells a host again of a job that it has started.
pub(super) async fn follow(
    daemon: &Arc<Daemon>,
    id: &HostId,
    jid: JobId,
    send: &mut SendStream,
) -> Result<(), FrameError> {
    // Looked on from before the ledger is read, so that no end falls between.
    let events = daemon.jobs.get(&jid).map(|job| job.watch());
    let (ledger, wanted) = (Arc::clone(&daemon.ledger), jid.clone());
    let found = tokio::task::spawn_blocking(move || ledger.job(&wanted)).await;
    match found {
        Ok(Ok(Some(record))) if record.user == asker(id) => {
            let events = events.filter(|_| record.ended.is_none());
            pass_on(daemon, id, &jid, events, send).await
        }
        _ => frame::write(send, &OwnUpdate::Refused { reason: format!("this host has no job {jid}") }).await,
    }
}

/// Begins the job, or finds the one that the same request has become; with its events while it is under way.
async fn once(
    daemon: &Arc<Daemon>,
    id: &HostId,
    work: OwnWork,
    request: Option<RequestId>,
) -> Result<(JobId, Option<Events>), String> {
    let Some(known) = request.map(|request| daemon.repeats.of(id, request)) else {
        return begin(daemon, id, work, None).await.map(|(jid, events)| (jid, Some(events)));
    };
    let mut events = None;
    let job = known.get_or_try_init(|| async {
        let (jid, own) = begin(daemon, id, work, request).await?;
        events = Some(own);
        Ok::<_, String>(jid)
    });
    let jid = job.await?.clone();
    let events = events.or_else(|| daemon.jobs.get(&jid).map(|job| job.watch()));
    Ok((jid, events))
}

async fn begin(
    daemon: &Arc<Daemon>,
    id: &HostId,
    work: OwnWork,
    request: Option<RequestId>,
) -> Result<(JobId, Events), String> {
    let size = frame::encode(&work).map_err(|error| error.to_string())?.len();
    if size > OWN_WORK_LIMIT {
        return Err(format!("the request has {size} bytes; at most {OWN_WORK_LIMIT} are taken"));
    }
    daemon.allowance.take(id, Instant::now(), |jid| daemon.jobs.get(jid).is_some())?;
    let job = JobSpec {
        work: spec(work),
        target: Some(format!("L@{id}")),
        batch: None,
        policy: Policy::default(),
        timeout: None,
        request,
    };
    let started = launch::start(daemon, job, asker(id), None).await;
    daemon.allowance.settle(id, started.as_ref().ok().map(|(attached, _)| attached.jid.clone()));
    let (attached, events) = started.map_err(|failure| failure.to_string())?;
    Ok((attached.jid, events))
}

/// What stands before a host's id where the ledger says that it has asked itself.
const ASKER: &str = "agent@";

/// Who the ledger says has asked.
pub(super) fn asker(id: &HostId) -> String {
    format!("{ASKER}{id}")
}

/// The host that has asked for a job itself, by what [`asker`] has made of it.
pub(super) fn asked_by(user: &str) -> Option<HostId> {
    user.strip_prefix(ASKER)?.parse().ok()
}

fn spec(work: OwnWork) -> Spec {
    match work {
        OwnWork::Apply { sls, test, saltenv, pillar } => {
            Spec::Apply(ApplySpec { sls, test, saltenv, pillar })
        }
        OwnWork::Call { function, positional, keyword } => {
            Spec::Call(CallSpec { function, positional, keyword })
        }
    }
}

/// Passes events on until the job ends or the host wants no more; then the end, as the ledger has it. The job goes on without
/// anybody who looks.
async fn pass_on(
    daemon: &Arc<Daemon>,
    id: &HostId,
    jid: &JobId,
    events: Option<Events>,
    send: &mut SendStream,
) -> Result<(), FrameError> {
    if let Some(mut events) = events {
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                _ = send.stopped() => return Ok(()),
            };
            let update = match event.as_deref() {
                Ok(JobEvent::Waiting { behind, .. }) => OwnUpdate::Waiting { behind: behind.clone() },
                Ok(JobEvent::Progress { progress, .. }) => OwnUpdate::Progress(progress.clone()),
                Ok(JobEvent::Finished(_)) | Err(RecvError::Closed) => break,
                Ok(_) | Err(RecvError::Lagged(_)) => continue,
            };
            frame::write(send, &update).await?;
        }
    }
    frame::write(send, &end(daemon, id, jid).await).await
}

async fn end(daemon: &Arc<Daemon>, id: &HostId, jid: &JobId) -> OwnUpdate {
    let (ledger, job, host) = (Arc::clone(&daemon.ledger), jid.clone(), id.clone());
    let reading = tokio::task::spawn_blocking(move || {
        Ok::<_, crate::database::LedgerError>((ledger.job(&job)?, ledger.job_host(&job, &host)?))
    });
    match reading.await {
        Ok(Ok((Some(job), Some(host)))) => {
            let state = || format!("the job has ended: {}", host.state.name());
            let words = host.report.is_none().then(state);
            let mut report = host.report;
            if let Some(report) = &mut report
                && let Some(told) = told_to_host(&report.value)
            {
                report.value = told;
            }
            OwnUpdate::Ended { reason: job.error.or(host.reason).or(words), report }
        }
        Ok(Ok(_)) => OwnUpdate::Ended { report: None, reason: Some("the job is not known any more".into()) },
        Ok(Err(error)) => OwnUpdate::Ended { report: None, reason: Some(error.to_string()) },
        Err(error) => OwnUpdate::Ended { report: None, reason: Some(error.to_string()) },
    }
}
