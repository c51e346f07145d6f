//! What operators ask over the control socket.

mod following;
mod hosts;
mod keys;
pub(super) mod schedules;

use std::sync::Arc;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::transport::{FrameError, frame};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};

use following::{attach, follow, reported};

use super::live::Order;
use super::{Daemon, launch};
use crate::api::{Access, Caller, CheckSpec, Failure, FailureKind, Request, Response, Status, caller};
use crate::audit::{self, Note};
use crate::database::{LedgerError, Write};
use crate::jobs::{JobSpec, Spec};

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
    let who = stream_caller(&stream).await;
    let request = match tokio::time::timeout(REQUEST_TIMEOUT, frame::read(&mut stream)).await {
        Ok(request) => request?,
        Err(_) => return Ok(()),
    };
    let stopped = match answer(daemon, request, &who, &mut stream).await {
        Ok(Some(response)) => return frame::write(&mut stream, &response).await,
        Ok(None) => return Ok(()),
        Err(stopped) => stopped,
    };
    match stopped {
        Stopped::Failure(failure) => frame::write(&mut stream, &Response::Failed(failure)).await,
        Stopped::Frame(error) => Err(error),
    }
}

/// Who is at the other end; the user database may be slow.
async fn stream_caller(stream: &UnixStream) -> Caller {
    // It is read from the kernel and from files or a directory service, which may block for a moment.
    tokio::task::block_in_place(|| caller(stream))
}

/// Looks whether this user may ask, does it, and writes down that it was asked.
async fn answer(
    daemon: &Arc<Daemon>,
    request: Request,
    who: &Caller,
    stream: &mut UnixStream,
) -> Result<Option<Response>, Stopped> {
    let mut note = Note::of(&request);
    let access = Access::of(who, &daemon.config(), nix::unistd::geteuid().as_raw());
    let done = if access < Access::needed(&request) {
        Err(Failure::new(FailureKind::Denied, access.refusal(who)).into())
    } else {
        act(daemon, request, who, stream, &mut note).await
    };
    if let Some(note) = note {
        let error = match &done {
            Err(Stopped::Failure(failure)) => Some(failure.message.clone()),
            // The operator went away; what was asked for has happened.
            Ok(_) | Err(Stopped::Frame(_)) => None,
        };
        write_down(daemon, who, note, error).await;
    }
    done
}

/// Writes an action into the audit log. A log that cannot be written stops no operator: a full disk must not keep anybody from
/// ending the job that fills it.
pub(super) async fn write_down(daemon: &Daemon, who: &Caller, note: Note, error: Option<String>) {
    let (path, who) = (daemon.config().audit_path(), who.clone());
    let writing = tokio::task::spawn_blocking(move || {
        if let Err(failed) = audit::write(&path, &who, &note, error.as_deref()) {
            tracing::error!(path = %path.display(), error = %failed, ?note, user = who.user, "the audit log cannot be written");
        }
    });
    let _ = writing.await;
}

async fn act(
    daemon: &Arc<Daemon>,
    request: Request,
    who: &Caller,
    stream: &mut UnixStream,
    note: &mut Option<Note>,
) -> Result<Option<Response>, Stopped> {
    let user = who.user.as_str();
    Ok(Some(match request {
        Request::Start { job, join } => {
            if join && let Some(jid) = joinable(daemon, &job).await? {
                // Whoever looks on changes nothing.
                *note = None;
                return attach(daemon, jid, true, stream).await.map(|()| None);
            }
            let (attached, events) = launch::start(daemon, *job, user.into(), None).await?;
            if let Some(note) = note.take() {
                let note = Note { jid: Some(attached.jid.clone()), ..note };
                write_down(daemon, who, note, None).await;
            }
            return follow(daemon, attached, events, stream).await.map(|()| None);
        }
        Request::Follow { jid } => return attach(daemon, jid, false, stream).await.map(|()| None),
        Request::Cancel { jid } => order(daemon, jid, Order::Cancel, user).await?,
        Request::Pause { jid, paused } => {
            let wanted = if paused { Order::Pause } else { Order::Resume };
            order(daemon, jid, wanted, user).await?
        }
        Request::Deviants { jid, hosts } => {
            job_record(daemon, jid.clone()).await?;
            let write = Write::Deviants { jid, hosts };
            daemon.ledger.submit(write).await.map_err(Failure::internal)?;
            Response::Done
        }
        Request::Keys { action, pattern } => {
            Response::Keys(keys::decide(daemon, action, &pattern, user).await?)
        }
        Request::NewToken { pattern, uses, lifetime } => {
            keys::new_token(daemon, pattern, uses, lifetime, user).await?
        }
        Request::Tokens => Response::Tokens(daemon.keyring().tokens.list()),
        Request::RevokeTokens { name } => Response::Tokens(keys::revoke_tokens(daemon, &name, user).await?),
        Request::Issue { id, public_key } => keys::issue(daemon, &id, &public_key, user).await?,
        Request::Hosts { target, unseen, retired } => {
            hosts::send(daemon, target, unseen, retired, stream).await?;
            Response::Done
        }
        Request::Retire { pattern, unseen } => {
            Response::Retired(hosts::retire(daemon, &pattern, unseen, user).await?)
        }
        Request::Schedule { name, cron, job } => {
            Response::Schedules(vec![schedules::add(daemon, name, cron, *job, user).await?])
        }
        Request::Schedules => Response::Schedules(schedules::list(daemon)),
        Request::Unschedule { name } => Response::Schedules(vec![schedules::remove(daemon, &name).await?]),
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
            reported(daemon, &jid, hosts, stream, |host| Response::Host(Box::new(host))).await?;
            Response::Done
        }
        Request::Check(spec) => return check(daemon, spec, stream).await.map(|()| None),
        Request::Explain { host, state, spec } => explain(daemon, host, state, spec).await?,
        Request::Status => Response::Status(Status {
            version: env!("CARGO_PKG_VERSION").into(),
            listen: daemon.listen.to_string(),
            fingerprint: daemon.authority.fingerprint().to_string(),
            connected: daemon.fleet.connected(),
            damage: daemon.ledger.damage().map(|damage| damage.to_string()),
        }),
    }))
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

async fn check(daemon: &Arc<Daemon>, spec: CheckSpec, stream: &mut UnixStream) -> Result<(), Stopped> {
    let (hosts, _) = launch::select(daemon, spec.target.clone()).await?;
    let (found, mut results) = mpsc::channel(16);
    let shared = Arc::clone(daemon);
    let checking = tokio::task::spawn_blocking(move || {
        crate::check::check(&shared.config(), &spec, &hosts, |result| {
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
        hosts.first().map(|host| crate::check::explain(&shared.config(), &spec, host, &state))
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

/// Gives a job under way an order; it has been written down when this returns.
async fn order(daemon: &Arc<Daemon>, jid: JobId, order: Order, user: &str) -> Result<Response, Failure> {
    let Some(job) = daemon.jobs.get(&jid) else { return Err(not_live(daemon, jid).await?) };
    tracing::info!(%jid, user, ?order, "an order for a job");
    match job.order(order).await.map_err(Failure::internal)? {
        true => Ok(Response::Done),
        false => Err(not_live(daemon, jid).await?),
    }
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
