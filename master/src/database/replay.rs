//! The ledger's own statements without its threads and files, for simulations.

use common::id::{HostId, JobId};
use rusqlite::Connection;

use super::superseded::superseded;
use super::{LedgerError, Write, apply, query, schema};
use crate::jobs::{HostRecord, JobRecord};

/// An empty ledger in memory.
pub(crate) fn open() -> Result<Connection, LedgerError> {
    let mut connection = Connection::open_in_memory()?;
    schema::prepare(&mut connection)?;
    Ok(connection)
}

/// Does writes, all of them or none.
pub(crate) fn write(connection: &mut Connection, writes: &[Write]) -> Result<(), LedgerError> {
    let transaction = connection.transaction()?;
    let superseded = superseded(writes.iter());
    let mut needed = writes.iter().zip(superseded).filter(|(_, superseded)| !superseded);
    needed.try_for_each(|(write, _)| apply::apply(&transaction, write))?;
    Ok(transaction.commit()?)
}

pub(crate) fn unfinished(connection: &Connection) -> Result<Vec<JobRecord>, LedgerError> {
    query::unfinished(connection)
}

pub(crate) fn job(connection: &Connection, jid: &JobId) -> Result<Option<JobRecord>, LedgerError> {
    query::job(connection, jid)
}

pub(crate) fn job_hosts(
    connection: &Connection,
    jid: &JobId,
    reports: bool,
) -> Result<Vec<HostRecord>, LedgerError> {
    query::job_hosts(connection, jid, reports)
}

pub(crate) fn job_host(
    connection: &Connection,
    jid: &JobId,
    host: &HostId,
) -> Result<Option<HostRecord>, LedgerError> {
    query::job_host(connection, jid, host)
}
