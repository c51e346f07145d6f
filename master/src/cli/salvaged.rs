//! Jobs out of a database file, without a master: what of it is readable, and a word where something is not.

use std::path::Path;

use common::id::JobId;

use super::error::CommandError;
use super::exit_code;
use super::gather::Gathered;
use super::printer::talk;
use crate::api::{Client, Request, Response, Status};
use crate::database::{LedgerError, Salvage};
use crate::jobs::JobRecord;

/// The newest jobs, newest first.
///
/// # Errors
/// When the file is no database that can be read at all.
pub(super) fn jobs(file: &Path, limit: usize) -> Result<Vec<JobRecord>, CommandError> {
    let jobs = open(file)?.jobs(limit);
    warn(jobs.lost.as_ref(), "jobs");
    Ok(jobs.found)
}

/// One job with its hosts.
///
/// # Errors
/// As [`jobs`], or when there is no such job, or its own row can't be read.
pub(super) fn job(file: &Path, jid: &JobId) -> Result<Gathered, CommandError> {
    let salvage = open(file)?;
    let Some(job) = salvage.job(jid).map_err(failed)? else {
        let error =
            CommandError::new(exit_code::USAGE, format!("there is no job {jid} in {}", file.display()));
        return Err(error.hint("`master jobs list --database FILE` shows those that can be read"));
    };
    let hosts = salvage.hosts(jid);
    warn(hosts.lost.as_ref(), "hosts of this job");
    Ok(Gathered { job, hosts: hosts.found })
}

/// Says so when a running master has found its database damaged. Whether it can be asked is for the command before to say.
pub(super) async fn warn_of_damage(socket: &Path) {
    if let Ok(Response::Status(Status { damage: Some(damage), .. })) =
        Client::ask(socket, &Request::Status).await
    {
        talk(&format!("warning: {damage}"));
    }
}

fn open(file: &Path) -> Result<Salvage, CommandError> {
    if !file.is_file() {
        let error = CommandError::usage(format!("{} is no file", file.display()));
        return Err(error.hint("the database is master.db in the master's state folder"));
    }
    Salvage::open(file).map_err(failed)
}

fn failed(error: LedgerError) -> CommandError {
    CommandError::new(exit_code::ERROR, error)
}

fn warn(lost: Option<&LedgerError>, what: &str) {
    if let Some(error) = lost {
        talk(&format!("warning: some {what} could not be read and are left out. {error}"));
    }
}
