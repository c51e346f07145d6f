//! A job's outcome as data, with nothing shown in between.

use std::path::Path;

use common::id::JobId;

use super::error::CommandError;
use super::printer::talk;
use super::results::Results;
use crate::api::{ApiError, Client, JobEvent, Request, Response};
use crate::jobs::{HostRecord, JobRecord, JobSpec};

/// A job that has ended.
#[derive(Debug)]
pub(super) struct Gathered {
    /// The job.
    pub(super) job: JobRecord,
    /// Its hosts, by id.
    pub(super) hosts: Vec<HostRecord>,
}

/// Runs a job to its end.
///
/// # Errors
/// When the daemon refuses it, or is gone.
pub(super) async fn run(socket: &Path, spec: JobSpec) -> Result<Gathered, CommandError> {
    let mut client = Client::connect(socket).await?;
    client.send(&Request::Start { job: Box::new(spec), join: false }).await?;
    let Response::Attached(attached) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
    for id in &attached.unknown {
        talk(&format!("warning: no accepted host has the id {id}"));
    }
    let mut results = Results::unshown();
    loop {
        match client.next().await? {
            Response::Event(JobEvent::Ended(record)) => drop(results.add(*record)),
            Response::Event(JobEvent::Finished(job)) => {
                return Ok(Gathered { job: *job, hosts: results.records().cloned().collect() });
            }
            Response::Event(_) => {}
            _ => return Err(ApiError::Unexpected.into()),
        }
    }
}

/// A job from the database.
///
/// # Errors
/// When there is no such job.
pub(super) async fn stored(socket: &Path, jid: JobId) -> Result<Gathered, CommandError> {
    let mut client = Client::connect(socket).await?;
    client.send(&Request::Job { jid }).await?;
    let Response::Jobs(jobs) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
    let job = jobs.into_iter().next().ok_or(ApiError::Unexpected)?;
    let mut hosts = Vec::new();
    loop {
        match client.next().await? {
            Response::Host(host) => hosts.push(*host),
            Response::Done => break,
            _ => return Err(ApiError::Unexpected.into()),
        }
    }
    hosts.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Gathered { job, hosts })
}
