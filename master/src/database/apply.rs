//! How each write is done.

use common::id::{HostId, JobId};
use common::message::{MINE_VALUES, MineItem, Outcome, Report};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{HostRow, LedgerError, Retired, Write};
use crate::jobs::{HostState, JobRecord, Phase, Spec};
use crate::keys::{Key, KeyState};
use crate::schedules::Schedule;
use crate::tokens::Token;

/// How many jobs are forgotten before the database's size is looked at again.
const SHRINK_STEP: i64 = 20;

pub(super) fn apply(connection: &Connection, write: &Write) -> Result<(), LedgerError> {
    match write {
        Write::Key(key) => put_key(connection, key),
        Write::KeyGone(key) => remove_key(connection, key),
        Write::Token(token) => put_token(connection, token),
        Write::TokenGone(hash) => {
            run(connection, "DELETE FROM tokens WHERE hash = ?1", params![hash.to_string()])
        }
        Write::Joined { key, token } => {
            put_key(connection, key)?;
            put_token(connection, token)
        }
        Write::Retired(retired) => retire(connection, retired),
        Write::Seen { hosts, at } => hosts.iter().try_for_each(|host| {
            let sql = "UPDATE hosts SET last_seen = max(last_seen, ?2) WHERE id = ?1";
            run(connection, sql, params![host.as_str(), at])
        }),
        Write::Schedule(schedule) => put_schedule(connection, schedule),
        Write::ScheduleGone(name) => run(connection, "DELETE FROM schedules WHERE name = ?1", params![name]),
        Write::Host(host) => put_host(connection, host),
        Write::Mine { host, items, clear, at } => put_mine(connection, host, items, *clear, *at),
        Write::MineGone { host, name } => run(
            connection,
            "DELETE FROM mine WHERE host = ?1 AND (?2 IS NULL OR name = ?2)",
            params![host.as_str(), name],
        ),
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
        Write::JobCancelled { jid } => {
            run(connection, "UPDATE jobs SET cancelled = 1 WHERE jid = ?1", params![jid.as_str()])
        }
        Write::Deviants { jid, hosts } => {
            run(connection, "UPDATE job_hosts SET deviant = 0 WHERE jid = ?1", params![jid.as_str()])?;
            hosts.iter().try_for_each(|host| {
                let sql = "UPDATE job_hosts SET deviant = 1 WHERE jid = ?1 AND host = ?2";
                run(connection, sql, params![jid.as_str(), host.as_str()])
            })
        }
        Write::HostState { jid, host, state, phase, prepared, reason, report, at } => {
            if report.as_ref().is_some_and(|report| !report.prepare) && has_answer(connection, jid, host)? {
                return Ok(());
            }
            run(
                connection,
                "UPDATE job_hosts SET state = ?3, phase = ?4, prepared = ?5, reason = ?6, updated = ?7 \
                 WHERE jid = ?1 AND host = ?2",
                params![jid.as_str(), host.as_str(), state.name(), phase_name(*phase), prepared, reason, at],
            )?;
            report.as_ref().map_or(Ok(()), |report| put_report(connection, host, report, *at))?;
            if is_applied(*state, *phase, report.is_some()) {
                put_applied(connection, jid, host, *state, *at)?;
            }
            Ok(())
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
        Write::Shrink { bytes } => shrink(connection, *bytes),
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
    )?;
    match key.state {
        KeyState::Accepted => run(connection, "DELETE FROM retired WHERE id = ?1", params![key.id.as_str()]),
        _ => Ok(()),
    }
}

fn put_token(connection: &Connection, token: &Token) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO tokens (hash, pattern, uses, used, created, expires, user) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT DO UPDATE SET used = ?4",
        params![
            token.hash.to_string(),
            token.pattern,
            token.uses,
            token.used,
            token.created,
            token.expires,
            token.user
        ],
    )
}

fn retire(connection: &Connection, retired: &Retired) -> Result<(), LedgerError> {
    let id = retired.id.as_str();
    run(connection, "DELETE FROM keys WHERE id = ?1", params![id])?;
    run(connection, "DELETE FROM hosts WHERE id = ?1", params![id])?;
    run(connection, "DELETE FROM mine WHERE host = ?1", params![id])?;
    run(
        connection,
        "INSERT OR REPLACE INTO retired (id, at, user) VALUES (?1, ?2, ?3)",
        params![id, retired.at, retired.user],
    )
}

fn put_schedule(connection: &Connection, schedule: &Schedule) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO schedules (name, cron, spec, user, created, last_jid) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT DO UPDATE SET cron = ?2, spec = ?3, user = ?4, last_jid = ?6",
        params![
            schedule.name,
            schedule.cron.to_string(),
            encode(&schedule.spec)?,
            schedule.user,
            schedule.created,
            schedule.last_jid.as_ref().map(|jid| jid.as_str())
        ],
    )
}

/// Whether a host's state says what came of applying states to it: a host that nothing was sent to has nothing applied.
fn is_applied(state: HostState, phase: Phase, reported: bool) -> bool {
    match state {
        HostState::Succeeded | HostState::Expired => true,
        HostState::Failed => reported || phase == Phase::Apply,
        HostState::Cancelled => reported && phase == Phase::Apply,
        _ => false,
    }
}

fn put_applied(
    connection: &Connection,
    jid: &JobId,
    host: &HostId,
    state: HostState,
    at: i64,
) -> Result<(), LedgerError> {
    // Two statements: SQLite reads one that updates from a select anew each time, which takes ten times as long.
    let commit: Option<Option<String>> = connection
        .prepare_cached("SELECT git_commit FROM jobs WHERE jid = ?1 AND applies")?
        .query_row(params![jid.as_str()], |row| row.get(0))
        .optional()?;
    let Some(commit) = commit else { return Ok(()) };
    run(
        connection,
        "UPDATE hosts SET applied_jid = ?1, applied_state = ?3, applied_at = ?4, applied_commit = ?5 \
         WHERE id = ?2 AND (applied_jid IS NULL OR applied_jid <= ?1)",
        params![jid.as_str(), host.as_str(), state.name(), at, commit],
    )
}

/// Forgets the oldest jobs. What they have held is used again for new ones, so the file itself does not shrink.
fn shrink(connection: &Connection, bytes: u64) -> Result<(), LedgerError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let page = number("page_size")?;
    loop {
        let used = (number("page_count")? - number("freelist_count")?).saturating_mul(page);
        if u64::try_from(used).unwrap_or(0) <= bytes {
            return Ok(());
        }
        let sql = "DELETE FROM jobs WHERE jid IN \
                   (SELECT jid FROM jobs WHERE ended IS NOT NULL ORDER BY jid LIMIT ?1)";
        if connection.prepare_cached(sql)?.execute(params![SHRINK_STEP])? == 0 {
            return Ok(());
        }
    }
}

fn remove_key(connection: &Connection, key: &Key) -> Result<(), LedgerError> {
    let id = key.id.as_str();
    let fingerprint = key.fingerprint.to_string();
    run(connection, "DELETE FROM keys WHERE id = ?1 AND fingerprint = ?2", params![id, fingerprint])?;
    for table in ["DELETE FROM hosts WHERE id", "DELETE FROM mine WHERE host"] {
        let sql = format!("{table} = ?1 AND NOT EXISTS (SELECT 1 FROM keys WHERE id = ?1)");
        run(connection, &sql, params![id])?;
    }
    Ok(())
}

fn put_mine(
    connection: &Connection,
    host: &HostId,
    items: &[MineItem],
    clear: bool,
    at: i64,
) -> Result<(), LedgerError> {
    if clear {
        run(connection, "DELETE FROM mine WHERE host = ?1", params![host.as_str()])?;
    }
    for item in items {
        run(
            connection,
            "INSERT INTO mine (name, host, item, updated) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET item = ?3, updated = ?4",
            params![item.name, host.as_str(), encode(item)?, at],
        )?;
    }
    let kept = i64::try_from(MINE_VALUES).unwrap_or(i64::MAX);
    run(
        connection,
        "DELETE FROM mine WHERE host = ?1 AND name IN \
         (SELECT name FROM mine WHERE host = ?1 ORDER BY updated DESC, name LIMIT -1 OFFSET ?2)",
        params![host.as_str(), kept],
    )
}

fn put_host(connection: &Connection, host: &HostRow) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO hosts (id, version, address, last_seen, grains) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET version = ?2, address = ?3, last_seen = ?4, grains = ?5",
        params![host.id.as_str(), host.version, host.address, host.last_seen, host.grains.bytes().as_ref()],
    )
}

fn new_job(connection: &Connection, job: &JobRecord, hosts: &[HostId]) -> Result<(), LedgerError> {
    run(
        connection,
        "INSERT INTO jobs (jid, spec, description, target, user, started, phase, parent, applies) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            job.jid.as_str(),
            encode(&job.spec)?,
            job.spec.work.describe(),
            job.spec.target,
            job.user,
            job.started,
            phase_name(job.phase),
            job.parent.as_ref().map(|parent| parent.as_str()),
            matches!(&job.spec.work, Spec::Apply(apply) if !apply.test)
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

/// Whether a host's answer is kept already: the report of its run, which is kept once.
fn has_answer(connection: &Connection, jid: &JobId, host: &HostId) -> Result<bool, LedgerError> {
    let found = connection
        .prepare_cached(
            "SELECT report IS NOT NULL AND phase = 'apply' FROM job_hosts WHERE jid = ?1 AND host = ?2",
        )?
        .query_row(params![jid.as_str(), host.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found == Some(true))
}

/// A host that was given up counts as what it reports after all, one that the disk still has at work ends with the report, and
/// any other end stands.
fn put_missing_report(
    connection: &Connection,
    host: &HostId,
    report: &Report,
    at: i64,
) -> Result<(), LedgerError> {
    let jid = &report.jid;
    let found: Option<(String, bool)> = connection
        .prepare_cached("SELECT state, report IS NULL FROM job_hosts WHERE jid = ?1 AND host = ?2")?
        .query_row(params![jid.as_str(), host.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((state, is_missing)) = found else {
        tracing::warn!(%jid, %host, "a report of a job that is not known was thrown away");
        return Ok(());
    };
    if !is_missing || (report.prepare && report.outcome == Outcome::Succeeded) {
        return Ok(());
    }
    let (end, reason) = match HostState::from_name(&state) {
        Some(HostState::Unreachable | HostState::Expired | HostState::Cancelled) if report.prepare => {
            return Ok(());
        }
        Some(HostState::Unreachable | HostState::Expired | HostState::Cancelled) => {
            let reason = format!("it reported after it had been given up as {state}");
            (HostState::of(report.outcome).name().to_owned(), Some(reason))
        }
        Some(HostState::Queued | HostState::Sent | HostState::Running) => {
            (HostState::of(report.outcome).name().to_owned(), None)
        }
        _ => (state, None),
    };
    run(
        connection,
        "UPDATE job_hosts SET state = ?3, reason = coalesce(?4, reason) WHERE jid = ?1 AND host = ?2",
        params![jid.as_str(), host.as_str(), end, reason],
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
