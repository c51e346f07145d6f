//! What agents ask of the master.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use common::id::HostId;
use common::identity::Fingerprint;
use common::message::{MineWork, OBJECTS_LIMIT, ObjectHeader, Renewed, Report, Request, Stored};
use common::store::{Hash, Store};
use common::transport::{FrameError, frame};
use common::value::Map;
use quinn::{RecvStream, SendStream};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

use super::intake::Turn;
use super::pace::{Pace, Rate};
use super::reports::readable;
use super::shared::now;
use super::{Daemon, own, session};
use crate::database::{Committed, LedgerError, Write};
use crate::scope::is_scoped;

/// How long an agent may take to say what it wants on a stream it has opened.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Objects up to this size are read whole; larger ones are streamed. Either way they are verified first.
const SMALL: u64 = 1 << 20;

/// How many streams of one connection are sent objects at one time.
const FETCHING: usize = 4;

/// What is written at one go, and how long it may take: an agent that does not read gives its place to others.
const STEP: usize = 256 << 10;
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// How fast one agent's requests are served, which is far more than a worker needs that fetches file after file.
const REQUESTS: Rate = Rate { burst: 1000, every: Duration::from_millis(5) };

/// How often an agent's grains may change; an honest one looks every ten minutes.
const GRAINS: Rate = Rate { burst: 5, every: Duration::from_secs(60) };

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("writing: {0}")]
    Write(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

/// The agent of one connection.
pub(super) struct Guest {
    pub(super) id: HostId,
    pub(super) fingerprint: Fingerprint,
    public_key: Arc<[u8]>,
    /// Bounds the streams on which it fetches objects, so that no host takes the places of all others.
    fetching: Semaphore,
    /// For what it sends, also in answer to its tasks.
    pub(super) turn: Turn,
    requests: Mutex<Pace>,
    grains: Mutex<Pace>,
}

impl Guest {
    pub(super) fn new(id: HostId, fingerprint: Fingerprint, public_key: Arc<[u8]>) -> Self {
        Self {
            id,
            fingerprint,
            public_key,
            fetching: Semaphore::new(FETCHING),
            turn: Turn::default(),
            requests: Mutex::new(Pace::new(REQUESTS)),
            grains: Mutex::new(Pace::new(GRAINS)),
        }
    }
}

/// Serves one request.
pub(super) async fn serve(daemon: &Arc<Daemon>, guest: &Guest, mut send: SendStream, mut recv: RecvStream) {
    let id = &guest.id;
    tokio::time::sleep(wait(&guest.requests)).await;
    let request = tokio::time::timeout(REQUEST_TIMEOUT, daemon.intake.read(&guest.turn, &mut recv));
    let (request, room) = match request.await {
        Ok(Ok(request)) => request,
        Ok(Err(error)) => return tracing::debug!(%id, %error, "a request could not be read"),
        Err(_) => return tracing::debug!(%id, "a request did not come in time"),
    };
    // The key may have been rejected since the connection was let in.
    if !daemon.keyring().is_accepted(id, guest.fingerprint) {
        return tracing::info!(%id, "a request of a host whose key is not accepted any more was not served");
    }
    let served = match request {
        Request::Objects { hashes } => objects(daemon, guest, &hashes, &mut send).await,
        Request::Deliver { report } => deliver(daemon, id, report, &mut send).await,
        Request::Renew => renew(daemon, id, &guest.public_key, &mut send).await,
        Request::Grains { grains } => learn(daemon, guest, grains, &mut send).await,
        Request::Mine { work } => mine(daemon, guest, *work, &mut send).await,
        // These take as long as the job.
        Request::Start { work, request } => {
            drop(room);
            return done(
                id,
                own::start(daemon, id, *work, request, &mut send).await.map_err(Into::into),
                &mut send,
            );
        }
        Request::Follow { jid } => {
            drop(room);
            return done(id, own::follow(daemon, id, jid, &mut send).await.map_err(Into::into), &mut send);
        }
    };
    drop(room);
    done(id, served, &mut send);
}

/// How long the agent has to wait before its next request.
fn wait(pace: &Mutex<Pace>) -> Duration {
    pace.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now())
}

fn done(id: &HostId, served: Result<(), RequestError>, send: &mut SendStream) {
    match served {
        Ok(()) => {
            let _ = send.finish();
        }
        Err(error) => tracing::warn!(%id, %error, "a request failed"),
    }
}

async fn objects(
    daemon: &Daemon,
    guest: &Guest,
    hashes: &[Hash],
    send: &mut SendStream,
) -> Result<(), RequestError> {
    if hashes.len() > OBJECTS_LIMIT {
        let reason =
            format!("{} objects were asked for at once; at most {OBJECTS_LIMIT} may be", hashes.len());
        return Err(RequestError::Refused(reason));
    }
    // The semaphores are never closed.
    let _own = guest.fetching.acquire().await;
    let scoped = is_scoped(&daemon.config());
    if scoped && !daemon.grants.allows(&guest.id, hashes).await {
        tracing::info!(id = %guest.id, "a host has asked for objects that it is not offered");
    }
    let _permit = daemon.bulk.acquire().await;
    for hash in hashes {
        // What is not offered and what does not exist look the same.
        if scoped && !daemon.grants.has(&guest.id, *hash) {
            put(send, &frame::encode(&ObjectHeader { size: None })?).await?;
            continue;
        }
        object(&daemon.store, *hash, send).await?;
    }
    Ok(())
}

async fn object(store: &Store, hash: Hash, send: &mut SendStream) -> Result<(), RequestError> {
    let size = tokio::fs::metadata(store.path(hash)).await.map(|metadata| metadata.len());
    let missing = ObjectHeader { size: None };
    match size {
        Err(_) => put(send, &frame::encode(&missing)?).await?,
        Ok(size) if size <= SMALL => {
            let store = store.clone();
            match tokio::task::spawn_blocking(move || store.read(hash)).await {
                Ok(Ok(bytes)) => {
                    let mut answer = frame::encode(&ObjectHeader { size: Some(bytes.len() as u64) })?;
                    answer.extend_from_slice(&bytes);
                    put(send, &answer).await?;
                }
                _ => put(send, &frame::encode(&missing)?).await?,
            }
        }
        Ok(size) => {
            let store = store.clone();
            let verified = tokio::task::spawn_blocking(move || store.verified_path(hash)).await;
            let Ok(Ok(path)) = verified else { return put(send, &frame::encode(&missing)?).await };
            let file = tokio::fs::File::open(path).await?;
            put(send, &frame::encode(&ObjectHeader { size: Some(size) })?).await?;
            let mut reader = tokio::io::BufReader::with_capacity(STEP, file.take(size));
            loop {
                let step = reader.fill_buf().await?;
                let length = step.len();
                if length == 0 {
                    break;
                }
                put(send, step).await?;
                reader.consume(length);
            }
        }
    }
    send.flush().await?;
    Ok(())
}

/// Writes bytes to an agent that reads them.
async fn put(send: &mut SendStream, bytes: &[u8]) -> Result<(), RequestError> {
    for step in bytes.chunks(STEP) {
        match tokio::time::timeout(STEP_TIMEOUT, send.write_all(step)).await {
            Ok(written) => written.map_err(std::io::Error::from)?,
            Err(_) => return Err(RequestError::Refused("the agent does not read".into())),
        }
    }
    Ok(())
}

/// Takes grains that have changed, within the bounds of those in the greeting.
async fn learn(
    daemon: &Daemon,
    guest: &Guest,
    grains: Map,
    send: &mut SendStream,
) -> Result<(), RequestError> {
    let id = &guest.id;
    if !wait(&guest.grains).is_zero() {
        return Err(RequestError::Refused("the grains change too often".into()));
    }
    session::bounded(&grains)?;
    if let Some(known) = daemon.fleet.known(id)
        && let Some(committed) = session::learn(daemon, id, known.version, known.address, grains)
    {
        committed.await.map_err(|error| RequestError::Refused(error.to_string()))?;
    }
    Ok(frame::write(send, &Stored {}).await?)
}

async fn mine(
    daemon: &Arc<Daemon>,
    guest: &Guest,
    work: MineWork,
    send: &mut SendStream,
) -> Result<(), RequestError> {
    let _own = guest.fetching.acquire().await;
    let answer = super::mine::answer(daemon, &guest.id, work).await;
    put(send, &frame::encode(&answer)?).await
}

/// Takes a report that a live job may wait for, or one that comes late.
async fn deliver(
    daemon: &Daemon,
    id: &HostId,
    report: Box<Report>,
    send: &mut SendStream,
) -> Result<(), RequestError> {
    let jid = report.jid.clone();
    let report = readable(report, |size| daemon.allowance.keep(id, &jid, size, Instant::now()));
    let committed = match daemon.jobs.report(&jid, id, report).await {
        Ok(committed) => committed,
        Err(report) => late(daemon, id, report).await?,
    };
    committed.await.map_err(|error| RequestError::Refused(error.to_string()))?;
    Ok(frame::write(send, &Stored {}).await?)
}

/// Hands over a report whose job has ended without it. What a host has reported of jobs of its own is within its allowance.
async fn late(daemon: &Daemon, id: &HostId, report: Box<Report>) -> Result<Committed, RequestError> {
    let (ledger, jid) = (Arc::clone(&daemon.ledger), report.jid.clone());
    let found = tokio::task::spawn_blocking(move || ledger.job(&jid)).await;
    let found: Result<_, LedgerError> = found.map_err(|error| RequestError::Refused(error.to_string()))?;
    let job = found.map_err(|error| RequestError::Refused(error.to_string()))?;
    let report = match job.is_some_and(|job| job.user == own::asker(id)) {
        true => readable(report, |size| daemon.allowance.keep_late(id, size, Instant::now())),
        false => report,
    };
    Ok(daemon.ledger.submit(Write::ReportAgain { host: id.clone(), report, at: now() }))
}

async fn renew(
    daemon: &Daemon,
    id: &HostId,
    public_key: &[u8],
    send: &mut SendStream,
) -> Result<(), RequestError> {
    let certificate = daemon
        .authority
        .sign(public_key, id, daemon.config().certificate_lifetime)
        .map_err(|error| RequestError::Refused(error.to_string()))?;
    tracing::info!(%id, "a certificate was renewed");
    Ok(frame::write(send, &Renewed { certificate: certificate.to_vec() }).await?)
}
