//! What must hold, whatever happened.

use agent::jobs::{Key, Phase};
use common::message::Outcome;

use super::host::RUN_BEFORE;
use super::world::World;
use crate::jobs::{HostRecord, HostState};

impl World {
    /// No more hosts are at work than the job may have, but for those that were given up and are at it all the same.
    pub(super) fn check_window(&self, key: &Key) {
        let Some(job) = self.jobs.iter().find(|job| job.record.jid == key.jid) else { return };
        let rows = self.disk.hosts(&key.jid, false);
        let counts = |host: &usize| {
            let id = Self::id(*host);
            let ended = rows.iter().any(|row| row.id == id && row.state.is_end());
            !ended && self.hosts[*host].is_at(&key.jid)
        };
        let at_work = job.hosts.iter().filter(|host| counts(host)).count();
        assert!(
            at_work <= job.widest,
            "{at_work} hosts are at work on {}, and {} may be",
            key.jid,
            job.widest
        );
    }

    /// The world has come to rest.
    pub(super) fn check_promises(&self) {
        assert!(self.master.is_some(), "the master is up in the end");
        for (host, at) in self.hosts.iter().enumerate() {
            assert!(at.link.is_some(), "fp-{host} is connected in the end");
        }
        for job in self.jobs.iter().filter(|job| job.is_written) {
            let jid = &job.record.jid;
            let record = self.disk.job(jid).unwrap();
            assert!(record.ended.is_some(), "{jid} never ended");
            let rows = self.disk.hosts(jid, true);
            assert_eq!(rows.len(), job.hosts.len());
            for (row, host) in rows.iter().zip(&job.hosts) {
                self.check_row(row, *host, &Key { jid: jid.clone(), phase: Phase::Run });
            }
        }
        for (host, at) in self.hosts.iter().enumerate() {
            let left = at.held();
            assert!(left.is_empty(), "fp-{host} was never told that these reports are stored: {left:?}");
        }
    }

    /// A host has one end in a job, and it is the one that its report tells.
    fn check_row(&self, row: &HostRecord, host: usize, key: &Key) {
        let words = || format!("{} in {}: {row:?}", row.id, key.jid);
        assert!(row.state.is_end(), "no end of {}", words());
        let reason = row.reason.as_deref().unwrap_or_default();
        // An agent says so of a job whose report the master has.
        let told = row.report.as_ref().is_some_and(|report| report.value.as_str() == Some(RUN_BEFORE));
        assert!(!told, "a host counts as what it says of a task that came twice: {}", words());
        let kept = row.report.as_ref().filter(|report| !report.prepare);
        let ran = self.hosts[host].runs.contains_key(key);
        let Some(result) = self.hosts[host].results.get(key) else {
            assert!(!ran, "it ran, and nobody knows what came of it: {}", words());
            assert_ne!(row.state, HostState::Succeeded, "it never ran: {}", words());
            assert!(row.report.is_some() || !reason.is_empty(), "nobody knows why: {}", words());
            return;
        };
        let Some(report) = kept else { panic!("an answer is lost, {result:?} of {}", words()) };
        assert_eq!(report.outcome, *result, "another answer is kept than was given: {}", words());
        let expected = match result {
            Outcome::Succeeded if reason.contains("verif") => {
                matches!(row.state, HostState::Failed | HostState::Cancelled)
            }
            Outcome::Killed => matches!(row.state, HostState::Cancelled | HostState::Expired),
            outcome => row.state == HostState::of(*outcome),
        };
        assert!(expected, "the state and the report disagree: {}", words());
    }
}
