//! The tables, and how a database of an earlier release is brought up to date.

use rusqlite::Connection;

use super::LedgerError;

/// One step a release: version N is reached by running steps 1 to N. A step that has been released is never changed.
const STEPS: &[&str] = &[
    "
CREATE TABLE keys (
    id          TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    public_key  BLOB NOT NULL,
    state       TEXT NOT NULL,
    address     TEXT NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    PRIMARY KEY (id, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE hosts (
    id        TEXT PRIMARY KEY,
    version   TEXT NOT NULL,
    address   TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    grains    BLOB NOT NULL
) STRICT;

CREATE TABLE jobs (
    jid         TEXT PRIMARY KEY,
    spec        BLOB NOT NULL,
    description TEXT NOT NULL,
    target      TEXT,
    user        TEXT NOT NULL,
    started     INTEGER NOT NULL,
    ended       INTEGER,
    phase       TEXT NOT NULL,
    tree        TEXT,
    git_commit  TEXT,
    error       TEXT
) STRICT;
CREATE INDEX jobs_unfinished ON jobs (jid) WHERE ended IS NULL;

CREATE TABLE job_hosts (
    jid      TEXT NOT NULL REFERENCES jobs (jid) ON DELETE CASCADE,
    host     TEXT NOT NULL,
    state    TEXT NOT NULL,
    phase    TEXT NOT NULL,
    prepared INTEGER NOT NULL DEFAULT 0,
    reason   TEXT,
    outcome  TEXT,
    retcode  INTEGER,
    unchanged INTEGER,
    changed   INTEGER,
    failed    INTEGER,
    report   BLOB,
    updated  INTEGER NOT NULL,
    PRIMARY KEY (jid, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_hosts_by_host ON job_hosts (host, jid);
",
    "
ALTER TABLE jobs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN stopped TEXT;
ALTER TABLE jobs ADD COLUMN parent TEXT;
ALTER TABLE job_hosts ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job_hosts ADD COLUMN deviant INTEGER NOT NULL DEFAULT 0;
",
    "
CREATE TABLE tokens (
    hash    TEXT PRIMARY KEY,
    pattern TEXT NOT NULL,
    uses    INTEGER NOT NULL,
    used    INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    user    TEXT NOT NULL
) STRICT;

CREATE TABLE retired (
    id   TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    user TEXT NOT NULL
) STRICT;

CREATE TABLE schedules (
    name     TEXT PRIMARY KEY,
    cron     TEXT NOT NULL,
    spec     BLOB NOT NULL,
    user     TEXT NOT NULL,
    created  INTEGER NOT NULL,
    last_jid TEXT
) STRICT;

ALTER TABLE jobs ADD COLUMN applies INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET applies = 1
    WHERE (description = 'apply' OR description LIKE 'apply %') AND description NOT LIKE '%(test)';
ALTER TABLE hosts ADD COLUMN applied_jid TEXT;
ALTER TABLE hosts ADD COLUMN applied_state TEXT;
ALTER TABLE hosts ADD COLUMN applied_at INTEGER;
ALTER TABLE hosts ADD COLUMN applied_commit TEXT;
ALTER TABLE jobs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
",
    "
CREATE TABLE mine (
    name    TEXT NOT NULL,
    host    TEXT NOT NULL,
    item    BLOB NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (name, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX mine_by_host ON mine (host, updated);
",
];

/// Sets a connection up for writing and brings the tables up to date.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), LedgerError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Full: what has been answered with "stored" survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let done = usize::try_from(found).ok().filter(|done| *done <= STEPS.len());
    let Some(done) = done else { return Err(LedgerError::TooNew { found, known }) };
    for (version, step) in (1_i64..).zip(STEPS).skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Whether what stands in a database can be read as it is.
pub(super) fn check_readable(connection: &Connection) -> Result<(), LedgerError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    match found {
        found if found > known => Err(LedgerError::TooNew { found, known }),
        found if found < known => Err(LedgerError::TooOld { found, known }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&mut connection).unwrap();
        prepare(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(prepare(&mut connection), Err(LedgerError::TooNew { found: 99, .. })));
    }
}
