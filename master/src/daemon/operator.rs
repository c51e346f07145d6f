//! What operators ask over the control socket.

use std::sync::Arc;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::transport::{FrameError, frame};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, broadcast, mpsc};

use super::fleet::Decision;
use super::live::Input;
use super::{Daemon, launch};
use crate::api::{
    Attached, CheckSpec, Failure, FailureKind, HostInfo, JobEvent, KeyAction, Request, Response, Status,
    user_of,
};
use crate::database::{LedgerError, Write};
use crate::jobs::{HostRecord, JobSpec, Spec};
use crate::keys::Key;

/// How many operators may be connected.
const OPERATORS: usize = 256;

/// How long an operator's program may take to say what it wants.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How many jobs are listed at most.
const JOBS_LIMIT: usize = 10_000;

/// Serves operators for ever.
pub(super) async fn listen(daemon: Arc<Daemon>, listener: UnixListener) {
    let operators = Arc::new(Semaphore::new(OPERATORS));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&operators).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let daemon = Arc::clone(&daemon);
                tokio::spawn(async move {
                    if let Err(error) = serve(&daemon, stream).await {
                        tracing::debug!(%error, "an operator's connection ended");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Why an answer ended early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Failure(#[from] Failure),
}

async fn serve(daemon: &Arc<Daemon>, mut stream: UnixStream) -> Result<(), FrameError> {
    let user = user_of(&stream);
    let request = match tokio::time::timeout(REQUEST_TIMEOUT, frame::read(&mut stream)).await {
        Ok(request) => request?,
        Err(_) => return Ok(()),
    };
    match answer(daemon, request, user, &mut stream).await {
        Ok(()) => Ok(()),
        Err(Stopped::Failure(failure)) => frame::write(&mut stream, &Response::Failed(failure)).await,
        Err(Stopped::Frame(error)) => Err(error),
    }
}

async fn answer(
    daemon: &Arc<Daemon>,
    request: Request,
    user: String,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let response = match request {
        Request::Start { job, join } => {
            if join && let Some(jid) = joinable(daemon, &job).await? {
                return attach(daemon, jid, true, stream).await;
            }
            let (attached, events) = launch::start(daemon, *job, user, None).await?;
            return follow(daemon, attached, events, stream).await;
        }
        Request::Follow { jid } => return attach(daemon, jid, false, stream).await,
        Request::Cancel { jid } => match daemon.jobs.get(&jid) {
            Some(job) => {
                tracing::info!(%jid, user, "a job is called off");
                job.tell(Input::Cancel);
                Response::Done
            }
            None => Response::Failed(not_live(daemon, jid).await?),
        },
        Request::Pause { jid, paused } => match daemon.jobs.get(&jid) {
            Some(job) => {
                tracing::info!(%jid, user, paused, "a job is paused or goes on");
                job.tell(Input::Pause(paused));
                Response::Done
            }
            None => Response::Failed(not_live(daemon, jid).await?),
        },
        Request::Deviants { jid, hosts } => {
            let write = Write::Deviants { jid, hosts };
            daemon.ledger.submit(write).await.map_err(Failure::internal)?;
            Response::Done
        }
        Request::Keys { action, pattern } => Response::Keys(keys(daemon, action, &pattern, &user).await?),
        Request::Hosts { target } => Response::Hosts(hosts(daemon, target).await?),
        Request::Jobs { limit } => {
            let limit = limit.min(JOBS_LIMIT);
            Response::Jobs(query(daemon, move |ledger| ledger.jobs(limit)).await?)
        }
        Request::Job { jid } => {
            let record = job_record(daemon, jid.clone()).await?;
            frame::write(stream, &Response::Jobs(vec![record])).await?;
            let hosts = query(daemon, {
                let jid = jid.clone();
                move |ledger| ledger.job_hosts(&jid, false)
            })
            .await?;
            for host in hosts {
                let host = with_report(daemon, &jid, host).await?;
                frame::write(stream, &Response::Host(Box::new(host))).await?;
            }
            Response::Done
        }
        Request::Check(spec) => return check(daemon, spec, stream).await,
        Request::Explain { host, state, spec } => explain(daemon, host, state, spec).await?,
        Request::Status => Response::Status(Status {
            version: env!("CARGO_PKG_VERSION").into(),
            listen: daemon.listen.to_string(),
            fingerprint: daemon.authority.fingerprint().to_string(),
            connected: daemon.fleet.connected(),
        }),
    };
    Ok(frame::write(stream, &response).await?)
}

/// The newest job under way that applies states to all the hosts that this one is meant for.
async fn joinable(daemon: &Arc<Daemon>, spec: &JobSpec) -> Result<Option<JobId>, Failure> {
    let (hosts, _) = launch::select(daemon, spec.target.clone()).await?;
    let live = query(daemon, |ledger| ledger.unfinished()).await?;
    let applies = |job: &crate::jobs::JobRecord| matches!(job.spec.work, Spec::Apply(_));
    let covers = |jid: &JobId| {
        daemon.jobs.get(jid).is_some_and(|job| hosts.iter().all(|host| job.hosts.contains(&host.id)))
    };
    Ok(live.into_iter().rev().filter(applies).map(|job| job.jid).find(covers))
}

/// Attaches to a job: what has been comes from the database, what comes from its conductor.
async fn attach(
    daemon: &Arc<Daemon>,
    jid: JobId,
    joined: bool,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let live = daemon.jobs.get(&jid);
    let events = live.as_ref().map(|job| job.watch());
    let record = job_record(daemon, jid.clone()).await?;
    let id = jid.clone();
    let hosts = query(daemon, move |ledger| ledger.job_hosts(&id, false)).await?;
    let ids = hosts.iter().map(|host| host.id.clone()).collect();
    let attached = Attached { jid: jid.clone(), hosts: ids, unknown: Vec::new(), joined };
    frame::write(stream, &Response::Attached(attached)).await?;
    for host in hosts {
        let event = if host.state.is_end() {
            JobEvent::Ended(Box::new(with_report(daemon, &jid, host).await?))
        } else {
            JobEvent::State { host: host.id, state: host.state, phase: host.phase, prepared: host.prepared }
        };
        frame::write(stream, &Response::Event(event)).await?;
    }
    match events {
        Some(events) if record.ended.is_none() => pass_on(daemon, &record.jid, events, stream).await,
        _ => Ok(frame::write(stream, &Response::Event(JobEvent::Finished(Box::new(record)))).await?),
    }
}

async fn follow(
    daemon: &Arc<Daemon>,
    attached: Attached,
    events: broadcast::Receiver<Arc<JobEvent>>,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let jid = attached.jid.clone();
    frame::write(stream, &Response::Attached(attached)).await?;
    pass_on(daemon, &jid, events, stream).await
}

/// Passes events on until the job ends. An onlooker who is too slow misses some, and gets every host's end at the end.
async fn pass_on(
    daemon: &Arc<Daemon>,
    jid: &JobId,
    mut events: broadcast::Receiver<Arc<JobEvent>>,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let mut missed = false;
    loop {
        match events.recv().await {
            Ok(event) => {
                if matches!(*event, JobEvent::Finished(_)) {
                    if missed {
                        all_ends(daemon, jid, stream).await?;
                    }
                    return Ok(frame::write(stream, &Response::Event(event.as_ref().clone())).await?);
                }
                frame::write(stream, &Response::Event(event.as_ref().clone())).await?;
            }
            Err(broadcast::error::RecvError::Lagged(_)) => missed = true,
            // The job ended without a word, or had ended just before.
            Err(broadcast::error::RecvError::Closed) => {
                all_ends(daemon, jid, stream).await?;
                let record = job_record(daemon, jid.clone()).await?;
                return Ok(
                    frame::write(stream, &Response::Event(JobEvent::Finished(Box::new(record)))).await?
                );
            }
        }
    }
}

async fn all_ends(daemon: &Arc<Daemon>, jid: &JobId, stream: &mut UnixStream) -> Result<(), Stopped> {
    let id = jid.clone();
    for host in query(daemon, move |ledger| ledger.job_hosts(&id, false)).await? {
        if host.state.is_end() {
            let host = with_report(daemon, jid, host).await?;
            frame::write(stream, &Response::Event(JobEvent::Ended(Box::new(host)))).await?;
        }
    }
    Ok(())
}

/// A host with its report. One at a time, because the reports of a large job together may not fit into memory.
async fn with_report(daemon: &Arc<Daemon>, jid: &JobId, host: HostRecord) -> Result<HostRecord, Failure> {
    let (jid, id) = (jid.clone(), host.id.clone());
    let found = query(daemon, move |ledger| ledger.job_host(&jid, &id)).await?;
    Ok(found.unwrap_or(host))
}

/// Lists or decides. A host that is shut out is cut off at once; everything else is carried out when the decision is on the
/// disk. One that can't be written down is taken back, so that the same command can be given again.
async fn keys(
    daemon: &Arc<Daemon>,
    action: KeyAction,
    pattern: &str,
    user: &str,
) -> Result<Vec<Key>, Failure> {
    let (mut before, changed) = {
        let mut keyring = daemon.keyring();
        let before = keyring.list(pattern);
        let changed = match action {
            KeyAction::List => return Ok(before),
            KeyAction::Accept => keyring.accept(pattern),
            KeyAction::Reject => keyring.reject(pattern),
            KeyAction::Delete => keyring.delete(pattern),
        };
        (before, changed)
    };
    let refused = |key: &Key| match action {
        KeyAction::Accept | KeyAction::List => None,
        KeyAction::Reject => Some(format!("the key of {} was rejected on the master", key.id)),
        KeyAction::Delete => Some(format!("the key of {} was deleted on the master", key.id)),
    };
    for key in &changed {
        if let Some(reason) = refused(key) {
            daemon.fleet.cut(&key.id, key.fingerprint, &reason);
        }
    }
    let write = |key: &Key| match action {
        KeyAction::Delete => Write::KeyGone(key.clone()),
        _ => Write::Key(key.clone()),
    };
    let written: Vec<_> = changed.iter().map(|key| daemon.ledger.submit(write(key))).collect();
    let mut failed = None;
    let mut undone = std::collections::HashSet::new();
    for (key, committed) in changed.iter().zip(written) {
        if let Err(error) = committed.await {
            undone.insert((&key.id, key.fingerprint));
            failed = Some(Failure::internal(error));
        }
    }
    if let Some(failure) = failed {
        before.retain(|key| undone.contains(&(&key.id, key.fingerprint)));
        daemon.keyring().restore(before);
        return Err(failure);
    }
    for key in &changed {
        tracing::info!(id = %key.id, fingerprint = %key.fingerprint, user, ?action, "a key was decided on");
        let decision = refused(key).map_or(Decision::Accepted, Decision::Refused);
        daemon.fleet.decide(&key.id, key.fingerprint, decision);
        if action == KeyAction::Delete && daemon.keyring().list(key.id.as_str()).is_empty() {
            daemon.fleet.forget(&key.id);
        }
    }
    Ok(changed)
}

async fn hosts(daemon: &Arc<Daemon>, target: Option<String>) -> Result<Vec<HostInfo>, Failure> {
    let (selected, _) = launch::select(daemon, target).await?;
    let ids: Vec<_> = selected.iter().map(|host| host.id.clone()).collect();
    let known = daemon.fleet.known_of(&ids);
    let info = |(host, (known, connected)): (crate::pillar::PillarHost, _)| {
        let (version, address, last_seen) = match known {
            Some(super::fleet::Known { version, address, last_seen, .. }) => (version, address, last_seen),
            None => Default::default(),
        };
        let grains = Arc::unwrap_or_clone(host.grains);
        HostInfo { id: host.id, connected, address, version, last_seen, grains }
    };
    Ok(selected.into_iter().zip(known).map(info).collect())
}

async fn check(daemon: &Arc<Daemon>, spec: CheckSpec, stream: &mut UnixStream) -> Result<(), Stopped> {
    let (hosts, _) = launch::select(daemon, spec.target.clone()).await?;
    let (found, mut results) = mpsc::channel(16);
    let shared = Arc::clone(daemon);
    let checking = tokio::task::spawn_blocking(move || {
        crate::check::check(&shared.config, &spec, &hosts, |result| {
            let _ = found.blocking_send(result);
        })
    });
    while let Some(result) = results.recv().await {
        frame::write(stream, &Response::Checked(result)).await?;
    }
    let unused = checking.await.map_err(Failure::internal)?;
    frame::write(stream, &Response::Unused(unused)).await?;
    Ok(frame::write(stream, &Response::Done).await?)
}

async fn explain(
    daemon: &Arc<Daemon>,
    host: HostId,
    state: String,
    spec: CheckSpec,
) -> Result<Response, Failure> {
    let (hosts, _) = launch::select(daemon, Some(format!("L@{host}"))).await?;
    let shared = Arc::clone(daemon);
    let explaining = tokio::task::spawn_blocking(move || {
        hosts.first().map(|host| crate::check::explain(&shared.config, &spec, host, &state))
    });
    match explaining.await.map_err(Failure::internal)? {
        Some(explained) => Ok(Response::Explained(explained)),
        None => Err(Failure::new(FailureKind::NothingMatched, format!("there is no accepted host {host}"))),
    }
}

async fn job_record(daemon: &Arc<Daemon>, jid: JobId) -> Result<crate::jobs::JobRecord, Failure> {
    let id = jid.clone();
    let found = query(daemon, move |ledger| ledger.job(&id)).await?;
    found.ok_or_else(|| {
        Failure::new(
            FailureKind::NothingMatched,
            format!("there is no job {jid}; `master jobs list` shows those there are"),
        )
    })
}

async fn not_live(daemon: &Arc<Daemon>, jid: JobId) -> Result<Failure, Failure> {
    let record = job_record(daemon, jid).await?;
    Ok(Failure::new(FailureKind::Usage, format!("job {} has ended already", record.jid)))
}

/// Reads from the database, in a thread that may wait.
async fn query<T: Send + 'static>(
    daemon: &Arc<Daemon>,
    read: impl FnOnce(&dyn crate::database::Ledger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, Failure> {
    let ledger = Arc::clone(&daemon.ledger);
    let reading = tokio::task::spawn_blocking(move || read(ledger.as_ref()));
    reading.await.map_err(Failure::internal)?.map_err(Failure::internal)
}
