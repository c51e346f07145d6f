//! Who looks on at a job: what has been comes from the database, what comes from its conductor.

use std::sync::Arc;

use common::id::JobId;
use common::transport::frame;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::{Stopped, job_record, query};
use crate::api::{Attached, JobEvent, Response};
use crate::daemon::Daemon;
use crate::jobs::HostRecord;

/// How many answers go out in one piece, and how many bytes such a piece has before it goes.
const PIECE: usize = 256;
const PIECE_BYTES: usize = 256 << 10;

/// How many bytes of reports are in memory at a time for one onlooker, unless a single one has more.
const REPORTS: usize = 4 << 20;

/// Attaches to a job that is there already.
pub(super) async fn attach(
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
    let (ended, under_way): (Vec<_>, Vec<_>) = hosts.into_iter().partition(|host| host.state.is_end());
    let states = under_way.into_iter().map(|HostRecord { id: host, state, phase, prepared, .. }| {
        Response::Event(JobEvent::State { host, state, phase, prepared })
    });
    write_all(stream, states).await?;
    reported(daemon, &jid, ended, stream, |host| Response::Event(JobEvent::Ended(Box::new(host)))).await?;
    match events {
        Some(events) if record.ended.is_none() => pass_on(daemon, &record.jid, events, stream).await,
        _ => finish(record, stream).await,
    }
}

/// Follows a job from its beginning.
pub(super) async fn follow(
    daemon: &Arc<Daemon>,
    attached: Attached,
    events: broadcast::Receiver<Arc<JobEvent>>,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let jid = attached.jid.clone();
    frame::write(stream, &Response::Attached(attached)).await?;
    pass_on(daemon, &jid, events, stream).await
}

/// Sends hosts with their reports, a bounded part of them at a time: the reports of a large job may not fit into memory together.
pub(super) async fn reported(
    daemon: &Arc<Daemon>,
    jid: &JobId,
    hosts: Vec<HostRecord>,
    stream: &mut UnixStream,
    response: impl Fn(HostRecord) -> Response,
) -> Result<(), Stopped> {
    let mut hosts = hosts.into_iter();
    while !hosts.as_slice().is_empty() {
        let ids: Vec<_> = hosts.as_slice().iter().take(PIECE).map(|host| host.id.clone()).collect();
        let jid = jid.clone();
        let found = query(daemon, move |ledger| ledger.job_hosts_among(&jid, &ids, REPORTS)).await?;
        // One at least comes back, and the ones that do are the first.
        let part = hosts.by_ref().take(found.len().max(1)).zip(found);
        // A job that is forgotten in this moment has its hosts' states still.
        write_all(stream, part.map(|(host, found)| response(found.unwrap_or(host)))).await?;
    }
    Ok(())
}

/// Passes events on until the job ends. An onlooker who is too slow misses some, and gets every host's end at the end.
async fn pass_on(
    daemon: &Arc<Daemon>,
    jid: &JobId,
    mut events: broadcast::Receiver<Arc<JobEvent>>,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let mut missed = false;
    let mut piece = Vec::new();
    loop {
        let mut next = events.recv().await;
        // Whatever else has happened meanwhile goes out in the same piece.
        loop {
            match next {
                Ok(event) if matches!(*event, JobEvent::Finished(_)) => {
                    stream.write_all(&piece).await.map_err(frame::FrameError::from)?;
                    if missed {
                        all_ends(daemon, jid, stream).await?;
                    }
                    return Ok(frame::write(stream, &Response::Event(event.as_ref().clone())).await?);
                }
                Ok(event) => {
                    piece.extend_from_slice(&frame::encode(&Response::Event(event.as_ref().clone()))?);
                }
                Err(RecvError::Lagged(_)) => missed = true,
                // The job ended without a word, or had ended just before.
                Err(RecvError::Closed) => {
                    stream.write_all(&piece).await.map_err(frame::FrameError::from)?;
                    all_ends(daemon, jid, stream).await?;
                    return finish(job_record(daemon, jid.clone()).await?, stream).await;
                }
            }
            if piece.len() >= PIECE_BYTES {
                break;
            }
            next = match events.try_recv() {
                Ok(event) => Ok(event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Lagged(count)) => Err(RecvError::Lagged(count)),
                Err(TryRecvError::Closed) => Err(RecvError::Closed),
            };
        }
        stream.write_all(&piece).await.map_err(frame::FrameError::from)?;
        piece.clear();
    }
}

async fn all_ends(daemon: &Arc<Daemon>, jid: &JobId, stream: &mut UnixStream) -> Result<(), Stopped> {
    let id = jid.clone();
    let mut hosts = query(daemon, move |ledger| ledger.job_hosts(&id, false)).await?;
    hosts.retain(|host| host.state.is_end());
    reported(daemon, jid, hosts, stream, |host| Response::Event(JobEvent::Ended(Box::new(host)))).await
}

async fn finish(record: crate::jobs::JobRecord, stream: &mut UnixStream) -> Result<(), Stopped> {
    Ok(frame::write(stream, &Response::Event(JobEvent::Finished(Box::new(record)))).await?)
}

/// Writes answers in one piece, or a few where they are long.
async fn write_all(
    stream: &mut UnixStream,
    responses: impl Iterator<Item = Response>,
) -> Result<(), Stopped> {
    let mut piece = Vec::new();
    for response in responses {
        piece.extend_from_slice(&frame::encode(&response)?);
        if piece.len() >= PIECE_BYTES {
            stream.write_all(&piece).await.map_err(frame::FrameError::from)?;
            piece.clear();
        }
    }
    stream.write_all(&piece).await.map_err(frame::FrameError::from)?;
    Ok(())
}
