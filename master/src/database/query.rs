//! What is read.

use std::collections::HashMap;

use common::id::{HostId, JobId};
use common::message::MineItem;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;

use super::{Applied, HostOutcome, HostRow, LedgerError, Retired};
use crate::grains::Grains;
use crate::jobs::{Counts, HostRecord, HostState, JobRecord, Phase};
use crate::keys::{Key, KeyState};
use crate::schedules::Schedule;
use crate::tokens::Token;

pub(super) fn keys(connection: &Connection) -> Result<Vec<Key>, LedgerError> {
    all(
        connection,
        "SELECT id, fingerprint, public_key, state, address, first_seen, last_seen FROM keys",
        [],
        |row| {
            Ok(Key {
                id: parse(row, 0)?,
                fingerprint: parse(row, 1)?,
                public_key: row.get(2)?,
                state: named(row, 3, KeyState::from_name)?,
                address: row.get(4)?,
                first_seen: row.get(5)?,
                last_seen: row.get(6)?,
            })
        },
    )
}

pub(super) fn hosts(connection: &Connection) -> Result<Vec<HostRow>, LedgerError> {
    all(connection, "SELECT id, version, address, last_seen, grains FROM hosts", [], |row| {
        Ok(HostRow {
            id: parse(row, 0)?,
            version: row.get(1)?,
            address: row.get(2)?,
            last_seen: row.get(3)?,
            grains: Grains::packed(row.get_ref(4)?.as_blob()?),
        })
    })
}

pub(super) fn tokens(connection: &Connection) -> Result<Vec<Token>, LedgerError> {
    let sql = "SELECT hash, pattern, uses, used, created, expires, user FROM tokens";
    all(connection, sql, [], |row| {
        Ok(Token {
            hash: parse(row, 0)?,
            pattern: row.get(1)?,
            uses: row.get(2)?,
            used: row.get(3)?,
            created: row.get(4)?,
            expires: row.get(5)?,
            user: row.get(6)?,
        })
    })
}

pub(super) fn retired(connection: &Connection) -> Result<Vec<Retired>, LedgerError> {
    all(connection, "SELECT id, at, user FROM retired ORDER BY id", [], |row| {
        Ok(Retired { id: parse(row, 0)?, at: row.get(1)?, user: row.get(2)? })
    })
}

pub(super) fn applied(connection: &Connection) -> Result<HashMap<HostId, Applied>, LedgerError> {
    let sql = "SELECT id, applied_jid, applied_state, applied_at, applied_commit FROM hosts \
               WHERE applied_jid IS NOT NULL";
    let rows = all(connection, sql, [], |row| {
        let applied = Applied {
            jid: parse(row, 1)?,
            state: named(row, 2, HostState::from_name)?,
            at: row.get(3)?,
            commit: row.get(4)?,
        };
        Ok((parse(row, 0)?, applied))
    })?;
    Ok(rows.into_iter().collect())
}

pub(super) fn schedules(connection: &Connection) -> Result<Vec<Schedule>, LedgerError> {
    let sql = "SELECT name, cron, spec, user, created, last_jid FROM schedules ORDER BY name";
    all(connection, sql, [], |row| {
        Ok(Schedule {
            name: row.get(0)?,
            cron: parse(row, 1)?,
            spec: decode(row, 2)?,
            user: row.get(3)?,
            created: row.get(4)?,
            last_jid: match row.get_ref(5)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(parse(row, 5)?),
            },
        })
    })
}

/// The values of a name that some hosts have let be known; none when they have more than `limit` bytes.
pub(super) fn mine(
    connection: &Connection,
    name: &str,
    wanted: &dyn Fn(&HostId) -> bool,
    limit: usize,
) -> Result<Option<Vec<(HostId, MineItem)>>, LedgerError> {
    let mut statement =
        connection.prepare_cached("SELECT host, item, length(item) FROM mine WHERE name = ?1")?;
    let mut rows = statement.query(params![name])?;
    let (mut found, mut bytes) = (Vec::new(), 0_usize);
    while let Some(row) = rows.next()? {
        let host: HostId = parse(row, 0)?;
        if !wanted(&host) {
            continue;
        }
        bytes = bytes.saturating_add(usize::try_from(row.get::<_, i64>(2)?).unwrap_or(usize::MAX));
        if bytes > limit {
            return Ok(None);
        }
        found.push((host, decode(row, 1)?));
    }
    Ok(Some(found))
}

pub(super) const JOB: &str = "SELECT jid, spec, user, started, ended, phase, tree, git_commit, error, paused, stopped, parent, \
     cancelled FROM jobs";

pub(super) fn jobs(connection: &Connection, limit: usize) -> Result<Vec<JobRecord>, LedgerError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let jobs = all(connection, &format!("{JOB} ORDER BY jid DESC LIMIT ?1"), params![limit], read_job)?;
    with_counts(connection, jobs)
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<JobRecord>, LedgerError> {
    let jobs = all(connection, &format!("{JOB} WHERE ended IS NULL ORDER BY jid"), [], read_job)?;
    with_counts(connection, jobs)
}

pub(super) fn job(connection: &Connection, jid: &JobId) -> Result<Option<JobRecord>, LedgerError> {
    let jobs = all(connection, &format!("{JOB} WHERE jid = ?1"), params![jid.as_str()], read_job)?;
    Ok(with_counts(connection, jobs)?.pop())
}

pub(super) fn read_job(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    Ok(JobRecord {
        jid: parse(row, 0)?,
        spec: decode(row, 1)?,
        user: row.get(2)?,
        started: row.get(3)?,
        ended: row.get(4)?,
        phase: named(row, 5, phase)?,
        tree: match row.get_ref(6)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(parse(row, 6)?),
        },
        commit: row.get(7)?,
        error: row.get(8)?,
        paused: row.get(9)?,
        stopped: row.get(10)?,
        parent: match row.get_ref(11)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(parse(row, 11)?),
        },
        cancelled: row.get(12)?,
        counts: Counts::default(),
    })
}

fn with_counts(connection: &Connection, mut jobs: Vec<JobRecord>) -> Result<Vec<JobRecord>, LedgerError> {
    for job in &mut jobs {
        count(connection, job)?;
    }
    Ok(jobs)
}

/// Fills in how many of a job's hosts are in each state.
pub(super) fn count(connection: &Connection, job: &mut JobRecord) -> Result<(), LedgerError> {
    let mut statement =
        connection.prepare_cached("SELECT state, count(*) FROM job_hosts WHERE jid = ?1 GROUP BY state")?;
    let mut rows = statement.query(params![job.jid.as_str()])?;
    while let Some(row) = rows.next()? {
        let count: i64 = row.get(1)?;
        job.counts.0.insert(row.get(0)?, count.unsigned_abs());
    }
    Ok(())
}

pub(super) fn job_hosts(
    connection: &Connection,
    jid: &JobId,
    reports: bool,
) -> Result<Vec<HostRecord>, LedgerError> {
    let report = if reports { "report" } else { "NULL" };
    let sql = format!(
        "SELECT host, state, phase, prepared, reason, {report} FROM job_hosts WHERE jid = ?1 ORDER BY position, host"
    );
    all(connection, &sql, params![jid.as_str()], read_host)
}

pub(super) fn outcomes(connection: &Connection, jid: &JobId) -> Result<Vec<HostOutcome>, LedgerError> {
    let sql =
        "SELECT host, state, coalesce(changed, 0) > 0, deviant FROM job_hosts WHERE jid = ?1 ORDER BY host";
    all(connection, sql, params![jid.as_str()], |row| {
        Ok(HostOutcome {
            id: parse(row, 0)?,
            state: named(row, 1, HostState::from_name)?,
            changed: row.get(2)?,
            deviant: row.get(3)?,
        })
    })
}

pub(super) fn job_host(
    connection: &Connection,
    jid: &JobId,
    host: &HostId,
) -> Result<Option<HostRecord>, LedgerError> {
    let sql =
        "SELECT host, state, phase, prepared, reason, report FROM job_hosts WHERE jid = ?1 AND host = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![jid.as_str(), host.as_str()], read_host).optional()?)
}

pub(super) fn job_hosts_among(
    connection: &Connection,
    jid: &JobId,
    hosts: &[HostId],
    bytes: usize,
) -> Result<Vec<Option<HostRecord>>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT host, state, phase, prepared, reason, report FROM job_hosts WHERE jid = ?1 AND host = ?2",
    )?;
    let mut found = Vec::with_capacity(hosts.len());
    let mut sum = 0;
    for host in hosts {
        let row = statement.query_row(params![jid.as_str(), host.as_str()], |row| {
            sum += row
                .get_ref(5)?
                .as_blob_or_null()
                .map_err(|error| damaged(5, Type::Blob, error.to_string()))?
                .map_or(0, <[u8]>::len);
            read_host(row)
        });
        found.push(row.optional()?);
        if sum >= bytes {
            break;
        }
    }
    Ok(found)
}

pub(super) fn read_host(row: &Row<'_>) -> rusqlite::Result<HostRecord> {
    Ok(HostRecord {
        id: parse(row, 0)?,
        state: named(row, 1, HostState::from_name)?,
        phase: named(row, 2, phase)?,
        prepared: row.get(3)?,
        reason: row.get(4)?,
        report: match row.get_ref(5)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(Box::new(decode(row, 5)?)),
        },
    })
}

fn phase(name: &str) -> Option<Phase> {
    [Phase::Prepare, Phase::Apply].into_iter().find(|phase| super::apply::phase_name(*phase) == name)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, LedgerError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn damaged(column: usize, kind: Type, reason: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, reason.into())
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: T::Err| damaged(column, Type::Text, error.to_string()))
}

fn named<T>(row: &Row<'_>, column: usize, known: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    known(&text).ok_or_else(|| damaged(column, Type::Text, format!("unknown name {text:?}")))
}

fn decode<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let bytes = row.get_ref(column)?.as_blob()?;
    rmp_serde::from_slice(bytes).map_err(|error| damaged(column, Type::Blob, error.to_string()))
}
