//! Which requests of hosts have become which jobs: what a host asks twice, since the answer was lost, is done once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use common::id::{HostId, JobId};
use common::message::RequestId;
use tokio::sync::OnceCell;

use super::own::asked_by;
use crate::jobs::JobRecord;

/// How many requests of one host are remembered. An agent has one of this kind.
const LIMIT: usize = 8;

/// How many of the newest jobs are looked through after a start.
pub(super) const LOOKED_THROUGH: usize = 20_000;

type Requests = VecDeque<(RequestId, Arc<OnceCell<JobId>>)>;

/// Requests by host, each with its job once that is on the disk.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    hosts: Mutex<HashMap<HostId, Requests>>,
}

impl Repeats {
    /// What the ledger knows of them, from its newest jobs, the newest first.
    pub(super) fn known(jobs: Vec<JobRecord>) -> Self {
        let repeats = Self::default();
        for job in jobs.into_iter().rev() {
            if let Some((host, request)) = asked_by(&job.user).zip(job.spec.request) {
                // A cell that is new takes it.
                let _ = repeats.of(&host, request).set(job.jid);
            }
        }
        repeats
    }

    /// The place of a request's job. Who comes second waits there for the first.
    pub(super) fn of(&self, host: &HostId, request: RequestId) -> Arc<OnceCell<JobId>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = hosts.entry(host.clone()).or_default();
        if let Some((_, job)) = own.iter().find(|(known, _)| *known == request) {
            return Arc::clone(job);
        }
        own.truncate(LIMIT - 1);
        own.push_front((request, Arc::default()));
        Arc::clone(&own[0].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_own_and_no_more_than_some() {
        let repeats = Repeats::default();
        let (one, other): (HostId, HostId) = ("fp-1".parse().unwrap(), "fp-2".parse().unwrap());
        let first = RequestId::of(1);
        let job: JobId = "20260101000000000000".parse().unwrap();
        repeats.of(&one, first).set(job.clone()).unwrap();
        assert_eq!(repeats.of(&one, first).get(), Some(&job));
        assert_eq!(repeats.of(&other, first).get(), None);
        for number in 0..LIMIT as u128 {
            let _ = repeats.of(&one, RequestId::of(100 + number));
        }
        assert_eq!(repeats.of(&one, first).get(), None);
    }
}
