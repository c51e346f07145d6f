//! How much hosts may start for themselves.
//!
//! Whoever is root on a host can speak as its agent. A job that an agent starts reaches that host alone, yet costs the master
//! a snapshot, a pillar and rows in the database. So each host has few jobs of its own under way at one time, and few starts
//! in a time; a request's size is bounded where it is read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::id::{HostId, JobId};

/// How many jobs of its own a host may have under way: as many as an agent runs beside each other.
const LIVE: usize = 8;

/// How many jobs a host may start at once after a quiet time.
const BURST: u32 = 30;

/// How long it takes until a host may start one more.
const REGAIN: Duration = Duration::from_secs(5);

/// How many hosts are remembered before those are dropped that have been quiet.
const HOSTS: usize = 4096;

/// What each host may still start.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    hosts: Mutex<HashMap<HostId, Account>>,
}

#[derive(Debug)]
struct Account {
    left: u32,
    /// Since when `left` holds.
    since: Instant,
    /// Starts that are not jobs yet.
    starting: usize,
    live: Vec<JobId>,
}

impl Allowance {
    /// Takes a start off a host's account. [`Allowance::settle`] must follow.
    ///
    /// # Errors
    /// Why the host may not start a job now.
    pub(super) fn take(
        &self,
        id: &HostId,
        now: Instant,
        is_live: impl Fn(&JobId) -> bool,
    ) -> Result<(), String> {
        let mut hosts = self.lock();
        if hosts.len() >= HOSTS && !hosts.contains_key(id) {
            hosts.retain(|_, account| !account.is_quiet(now));
        }
        let account = hosts.entry(id.clone()).or_insert_with(|| Account::new(now));
        account.regain(now);
        account.live.retain(is_live);
        if account.live.len() + account.starting >= LIVE {
            return Err(format!(
                "this host has {LIVE} jobs of its own under way, which is the most it may have: wait for one to end"
            ));
        }
        if account.left == 0 {
            return Err(format!(
                "this host has started {BURST} jobs in a short time: one more may begin every {} seconds",
                REGAIN.as_secs()
            ));
        }
        account.left -= 1;
        account.starting += 1;
        Ok(())
    }

    /// The start has become this job, or none.
    pub(super) fn settle(&self, id: &HostId, job: Option<JobId>) {
        if let Some(account) = self.lock().get_mut(id) {
            account.starting = account.starting.saturating_sub(1);
            account.live.extend(job);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, Account>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn new(now: Instant) -> Self {
        Self { left: BURST, since: now, starting: 0, live: Vec::new() }
    }

    fn regain(&mut self, now: Instant) {
        let steps = now.saturating_duration_since(self.since).as_secs() / REGAIN.as_secs();
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        if steps > 0 {
            self.left = self.left.saturating_add(steps).min(BURST);
            self.since = if self.left == BURST { now } else { self.since + REGAIN * steps };
        }
    }

    fn is_quiet(&self, now: Instant) -> bool {
        self.starting == 0 && now.saturating_duration_since(self.since) > REGAIN * BURST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(number: u32) -> JobId {
        format!("{number:020}").parse().unwrap()
    }

    #[test]
    fn so_many_at_one_time() {
        let (allowance, id, now) = (Allowance::default(), "fp-1".parse().unwrap(), Instant::now());
        for number in 0..8 {
            allowance.take(&id, now, |_| true).unwrap();
            allowance.settle(&id, Some(jid(number)));
        }
        assert!(allowance.take(&id, now, |_| true).unwrap_err().contains("under way"));
        // Another host has an account of its own; one job's end makes room.
        allowance.take(&"fp-2".parse().unwrap(), now, |_| true).unwrap();
        allowance.take(&id, now, |live| *live != jid(3)).unwrap();
        // A start that is not a job yet counts, until it has become none.
        assert!(allowance.take(&id, now, |_| true).is_err());
        allowance.settle(&id, None);
        allowance.take(&id, now, |_| true).unwrap();
    }

    #[test]
    fn so_many_in_a_time() {
        let (allowance, id, now) = (Allowance::default(), "fp-1".parse().unwrap(), Instant::now());
        let start = |now| allowance.take(&id, now, |_| false).map(|()| allowance.settle(&id, None));
        for _ in 0..BURST {
            start(now).unwrap();
        }
        assert!(start(now).unwrap_err().contains("every 5 seconds"));
        assert!(start(now + REGAIN).is_ok());
        assert!(start(now + REGAIN).is_err());
        assert!(start(now + REGAIN * 3).is_ok());
        assert!(start(now + REGAIN * 3).is_ok());
        assert!(start(now + REGAIN * 3).is_err());
    }
}
