//! How each write is done.

use common::id::HostId;
use common::message::Report;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{HostRow, LedgerError, Write};
use crate::jobs::{HostState, JobRecord, Phase};
use crate::keys::Key;

pub(super) fn apply(connection: &Connection, write: &Write) -> Result<(), LedgerError> {
    match write {
        Write::Key(key) => put_key(connection, key),
        Write::KeyGone(key) => remove_key(connection, key),
        Write::Host(host) => put_host(connection, host),
        Write::NewJob { job, hosts } => new_job(connection, job, hosts),
        Write::JobTree { jid, tree, commit } => run(
            connection,
            "UPDATE jobs SET tree = ?2, git_commit = ?3 WHERE jid = ?1",
            params![jid.as_str(), tree.to_string(), commit],
        ),
        Write::JobPhase { jid, phase } => run(
            connection,
            "UPDATE jobs SET phase = ?2 WHERE jid = ?1",
            params![jid.as_str(), phase_name(*phase)],
        ),
        Write::JobPaused { jid, paused } => {
            run(connection, "UPDATE jobs SET paused = ?2 WHERE jid = ?1", params![jid.as_str(), paused])
        }
        Write::JobStopped { jid, reason } => {
            run(connection, "UPDATE jobs SET stopped = ?2 WHERE jid = ?1", params![jid.as_str(), reason])
        }
        Write::Deviants { jid, hosts } => {
            run(connection, "UPDATE job_hosts SET deviant = 0 WHERE jid = ?1", params![jid.as_str()])?;
            hosts.iter().try_for_each(|host| {
                let sql = "UPDATE job_hosts SET deviant = 1 WHERE jid = ?1 AND host = ?2";
                run(connection, sql, params![jid.as_str(), host.as_str()])
            })
        }
        Write::HostState { jid, host, state, phase, prepared, reason, report, at } => {
            run(
                connection,
                "UPDATE job_hosts SET state = ?3, phase = ?4, prepared = ?5, reason = ?6, updated = ?7 \
                 WHERE jid = ?1 AND host = ?2",
                params![jid.as_str(), host.as_str(), state.name(), phase_name(*phase), prepared, reason, at],
            )?;
            report.as_ref().map_or(Ok(()), |report| put_report(connection, host, report, *at))
        }
        Write::ReportAgain { host, report, at } => put_missing_report(connection, host, report, *at),
        Write::JobEnded { jid, at, error } => run(
            connection,
            "UPDATE jobs SET ended = ?2, error = ?3 WHERE jid = ?1",
            params![jid.as_str(), at, error],
        ),
        Write::Barrier => Ok(()),
        Write::Forget { before } => {
            run(connection, "DELETE FROM jobs WHERE ended IS NOT NULL AND ended < ?1", params![before])
        }
    }
}

fn put_key(connection: &Connection, key: &Key) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO keys (id, fingerprint, public_key, state, address, first_seen, last_seen) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT DO UPDATE SET state = ?4, address = ?5, last_seen = ?7",
        params![
            key.id.as_str(),
            key.fingerprint.to_string(),
            key.public_key,
            key.state.name(),
            key.address,
            key.first_seen,
            key.last_seen
        ],
    )
}

fn remove_key(connection: &Connection, key: &Key) -> Result<(), LedgerError> {
    let id = key.id.as_str();
    let fingerprint = key.fingerprint.to_string();
    run(connection, "DELETE FROM keys WHERE id = ?1 AND fingerprint = ?2", params![id, fingerprint])?;
    run(
        connection,
        "DELETE FROM hosts WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM keys WHERE id = ?1)",
        params![id],
    )
}

fn put_host(connection: &Connection, host: &HostRow) -> Result<(), LedgerError> {
    let grains = encode(&host.grains)?;
    run(
        connection,
        "INSERT INTO hosts (id, version, address, last_seen, grains) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET version = ?2, address = ?3, last_seen = ?4, grains = ?5",
        params![host.id.as_str(), host.version, host.address, host.last_seen, grains],
    )
}

fn new_job(connection: &Connection, job: &JobRecord, hosts: &[HostId]) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO jobs (jid, spec, description, target, user, started, phase, parent) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            job.jid.as_str(),
            encode(&job.spec)?,
            job.spec.work.describe(),
            job.spec.target,
            job.user,
            job.started,
            phase_name(job.phase),
            job.parent.as_ref().map(|parent| parent.as_str())
        ],
    )?;
    for (position, host) in (0_i64..).zip(hosts) {
        run(
            connection,
            "INSERT INTO job_hosts (jid, host, state, phase, updated, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                job.jid.as_str(),
                host.as_str(),
                HostState::Queued.name(),
                phase_name(job.phase),
                job.started,
                position
            ],
        )?;
    }
    Ok(())
}

/// A preparation's report stands until the report of the whole takes its place.
fn put_report(connection: &Connection, host: &HostId, report: &Report, at: i64) -> Result<(), LedgerError> {
    run(
        connection,
        "UPDATE job_hosts SET outcome = ?3, retcode = ?4, unchanged = ?5, changed = ?6, failed = ?7, report = ?8, \
         updated = ?9 WHERE jid = ?1 AND host = ?2",
        params![
            report.jid.as_str(),
            host.as_str(),
            HostState::of(report.outcome).name(),
            report.retcode,
            report.unchanged,
            report.changed,
            report.failed,
            encode(report)?,
            at
        ],
    )
}

/// An end that was decided on stands; a host that the disk still has at work ends with the report.
fn put_missing_report(
    connection: &Connection,
    host: &HostId,
    report: &Report,
    at: i64,
) -> Result<(), LedgerError> {
    let missing: Option<bool> = connection
        .prepare_cached("SELECT report IS NULL FROM job_hosts WHERE jid = ?1 AND host = ?2")?
        .query_row(params![report.jid.as_str(), host.as_str()], |row| row.get(0))
        .optional()?;
    if missing != Some(true) {
        return Ok(());
    }
    run(
        connection,
        "UPDATE job_hosts SET state = ?3 WHERE jid = ?1 AND host = ?2 AND state IN ('queued', 'sent', 'running')",
        params![report.jid.as_str(), host.as_str(), HostState::of(report.outcome).name()],
    )?;
    put_report(connection, host, report, at)
}

fn run(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<(), LedgerError> {
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn encode<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, LedgerError> {
    rmp_serde::to_vec_named(value).map_err(|error| LedgerError::Sqlite(error.to_string()))
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::Apply => "apply",
    }
}
