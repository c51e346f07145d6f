//! The master's disk: the ledger's own statements, on SQLite in memory. What was committed stays whatever dies.

use std::collections::{BTreeMap, BTreeSet};

use common::id::{HostId, JobId};
use common::message::Outcome;
use rusqlite::Connection;

use crate::database::{Write, replay};
use crate::jobs::{HostRecord, HostState, JobRecord, Phase};

/// The disk.
pub(super) struct Disk {
    connection: Connection,
    /// Until when nothing can be written.
    pub(super) full_until: u64,
    /// The report of each host's run, as it was first kept.
    kept: BTreeMap<(JobId, HostId), Outcome>,
    /// Which hosts have had their turn, and the jobs in which nobody may have one any more.
    begun: BTreeSet<(JobId, HostId)>,
    closed: BTreeSet<JobId>,
}

impl Disk {
    pub(super) fn new() -> Self {
        Self {
            connection: replay::open().unwrap(),
            full_until: 0,
            kept: BTreeMap::new(),
            begun: BTreeSet::new(),
            closed: BTreeSet::new(),
        }
    }

    /// Takes writes, all of them or none.
    pub(super) fn commit(&mut self, writes: &[Write]) {
        for write in writes {
            self.watch(write);
        }
        replay::write(&mut self.connection, writes).unwrap();
        for write in writes {
            self.check_answer(write);
        }
    }

    pub(super) fn unfinished(&self) -> Vec<JobRecord> {
        replay::unfinished(&self.connection).unwrap()
    }

    pub(super) fn job(&self, jid: &JobId) -> Option<JobRecord> {
        replay::job(&self.connection, jid).unwrap()
    }

    /// A job's hosts, in the order of their turns, with or without their reports.
    pub(super) fn hosts(&self, jid: &JobId, reports: bool) -> Vec<HostRecord> {
        replay::job_hosts(&self.connection, jid, reports).unwrap()
    }

    /// What a host has answered stays.
    fn check_answer(&mut self, write: &Write) {
        let (jid, host, brings_one) = match write {
            Write::HostState { jid, host, report, .. } => (jid, host, report.is_some()),
            Write::ReportAgain { host, report, .. } => (&report.jid, host, true),
            _ => return,
        };
        let key = (jid.clone(), host.clone());
        if !brings_one && !self.kept.contains_key(&key) {
            return;
        }
        let row = replay::job_host(&self.connection, jid, host).unwrap();
        let answer = row.and_then(|row| row.report).filter(|report| !report.prepare);
        match (self.kept.get(&key), answer) {
            (Some(before), answer) => {
                let now = answer.map(|report| report.outcome);
                assert_eq!(now, Some(*before), "the answer of {host} in {jid} has changed");
            }
            (None, Some(report)) => {
                self.kept.insert(key, report.outcome);
            }
            (None, None) => {}
        }
    }

    /// After a job was called off, or has stopped by itself, nobody else begins.
    fn watch(&mut self, write: &Write) {
        match write {
            Write::HostState { jid, host, state: HostState::Sent, phase: Phase::Apply, .. } => {
                let is_new = self.begun.insert((jid.clone(), host.clone()));
                assert!(
                    !is_new || !self.closed.contains(jid),
                    "{host} begins in {jid}, where nobody should any more"
                );
            }
            Write::JobStopped { jid, .. } | Write::JobCancelled { jid } => {
                self.closed.insert(jid.clone());
            }
            _ => {}
        }
    }
}
