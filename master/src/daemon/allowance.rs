//! How much hosts may start for themselves.
//!
//! Whoever is root on a host can speak as its agent. A job that an agent starts reaches that host alone, yet costs the master
//! a snapshot, a pillar and rows in the database. So each host has few jobs of its own under way at one time, few starts
//! in a time, and so many bytes of reports of such jobs; a request's size is bounded where it is read.

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

/// How many bytes of reports of its own jobs a host may have stored after a quiet time, and how many more in a second: 84 MiB
/// a day.
const STORED: usize = 64 << 20;
const STORED_REGAIN: usize = 1 << 10;

/// After how long all of it may be stored again.
const STORED_TIME: Duration = Duration::from_secs((STORED / STORED_REGAIN) as u64);

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
    /// How many bytes of reports may be stored, and since when that holds.
    bytes: usize,
    bytes_since: Instant,
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

    /// Takes the bytes of a report off the account of the host, if it started the job itself.
    ///
    /// # Errors
    /// Why the report may not be stored whole.
    pub(super) fn keep(&self, id: &HostId, job: &JobId, size: usize, now: Instant) -> Result<(), String> {
        match self.lock().get_mut(id) {
            Some(account) if account.live.contains(job) => account.store(size, now),
            _ => Ok(()),
        }
    }

    /// The same for a job of the host's own that has ended.
    ///
    /// # Errors
    /// Why the report may not be stored whole.
    pub(super) fn keep_late(&self, id: &HostId, size: usize, now: Instant) -> Result<(), String> {
        self.lock().entry(id.clone()).or_insert_with(|| Account::new(now)).store(size, now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, Account>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn new(now: Instant) -> Self {
        Self { left: BURST, since: now, starting: 0, live: Vec::new(), bytes: STORED, bytes_since: now }
    }

    fn regain(&mut self, now: Instant) {
        let steps = now.saturating_duration_since(self.since).as_secs() / REGAIN.as_secs();
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        if steps > 0 {
            self.left = self.left.saturating_add(steps).min(BURST);
            self.since = if self.left == BURST { now } else { self.since + REGAIN * steps };
        }
    }

    fn store(&mut self, size: usize, now: Instant) -> Result<(), String> {
        let seconds = now.saturating_duration_since(self.bytes_since).as_secs();
        if seconds > 0 {
            let more = usize::try_from(seconds).unwrap_or(usize::MAX).saturating_mul(STORED_REGAIN);
            self.bytes = self.bytes.saturating_add(more).min(STORED);
            self.bytes_since = now;
        }
        match self.bytes.checked_sub(size) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(format!(
                "it has {size} bytes, and the jobs that this host starts itself have filled their {} MiB; {} KiB more may be \
                 stored every second",
                STORED >> 20,
                STORED_REGAIN >> 10
            )),
        }
    }

    fn is_quiet(&self, now: Instant) -> bool {
        let bytes = self.bytes == STORED || now.saturating_duration_since(self.bytes_since) > STORED_TIME;
        self.starting == 0 && bytes && now.saturating_duration_since(self.since) > REGAIN * BURST
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
    fn so_many_bytes_of_reports_and_only_of_its_own_jobs() {
        let (allowance, id, now) = (Allowance::default(), "fp-1".parse().unwrap(), Instant::now());
        allowance.take(&id, now, |_| true).unwrap();
        allowance.settle(&id, Some(jid(1)));
        let keep = |job, size, now| allowance.keep(&id, &jid(job), size, now);
        keep(1, STORED - 10, now).unwrap();
        assert!(keep(1, 11, now).unwrap_err().contains("64 MiB"));
        // An operator's job counts for nothing; time brings more.
        keep(2, STORED, now).unwrap();
        keep(1, 11, now + Duration::from_secs(1)).unwrap();
        assert!(keep(1, STORED, now + Duration::from_secs(2)).is_err());
        assert!(allowance.keep_late(&id, STORED, now + Duration::from_secs(2)).is_err());
        keep(1, STORED, now + STORED_TIME * 2).unwrap();
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
