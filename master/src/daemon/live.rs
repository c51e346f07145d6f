//! The jobs that are under way, and how events find them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::id::{HostId, JobId};
use common::message::{Progress, Report};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::api::JobEvent;
use crate::database::{Committed, LedgerError};

/// How many events of each host a slow onlooker may be behind before it is told the outcome only, and how many in all. A host
/// that does as it is told has three: its task was sent, it began, it ended.
const EVENTS: usize = 4;
const LEAST_EVENTS: usize = 1024;
const MOST_EVENTS: usize = 64 << 10;

/// Jobs by id.
#[derive(Default)]
pub(super) struct LiveJobs {
    jobs: Mutex<HashMap<JobId, Arc<LiveJob>>>,
}

/// A job that is under way.
pub(super) struct LiveJob {
    pub(super) jid: JobId,
    /// Its hosts, in the order of their turns. The rollout numbers them as they stand here.
    pub(super) hosts: Vec<HostId>,
    positions: HashMap<HostId, usize>,
    inputs: mpsc::UnboundedSender<Input>,
    events: broadcast::Sender<Arc<JobEvent>>,
}

/// What a job's conductor is told.
pub(super) enum Input {
    /// A host has a connection.
    Connected(usize),
    /// A host has none any more.
    Disconnected(usize),
    /// A host's task waits for another job.
    Waiting { host: usize, behind: JobId },
    /// A worker is at a host's task.
    Started(usize),
    /// One more state has ended.
    Progress { host: usize, progress: Progress },
    /// A conversation ended without a report.
    Broken { host: usize, conversation: u64 },
    /// A report, and who waits for it to be on the disk.
    Report { host: usize, report: Box<Report>, stored: oneshot::Sender<Committed> },
    /// What the verification of a host said: nothing, or why it is not good.
    Verified { host: usize, fault: Option<String> },
    /// An operator's order, and who waits for it to be on the disk.
    Order { order: Order, written: oneshot::Sender<Committed> },
}

/// What an operator says of a job under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing further is to begin for now.
    Pause,
    /// It goes on.
    Resume,
    /// It is called off.
    Cancel,
}

impl LiveJob {
    /// A job, and what its conductor reads.
    pub(super) fn new(jid: JobId, hosts: Vec<HostId>) -> (Arc<Self>, mpsc::UnboundedReceiver<Input>) {
        // Unbounded, yet short: each host's conversation waits for the answer to its report, and what comes before it is
        // bounded by the number of its states.
        let (inputs, receiver) = mpsc::unbounded_channel();
        let positions = hosts.iter().enumerate().map(|(index, id)| (id.clone(), index)).collect();
        let (events, _) = broadcast::channel((hosts.len() * EVENTS).clamp(LEAST_EVENTS, MOST_EVENTS));
        (Arc::new(Self { jid, hosts, positions, inputs, events }), receiver)
    }

    pub(super) fn tell(&self, input: Input) {
        let _ = self.inputs.send(input);
    }

    /// Gives an order. It is on the disk when this returns; whether there was still a job to take it.
    pub(super) async fn order(&self, order: Order) -> Result<bool, LedgerError> {
        let (written, committed) = oneshot::channel();
        self.tell(Input::Order { order, written });
        match committed.await {
            Ok(committed) => committed.await.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Tells whoever looks on.
    pub(super) fn emit(&self, event: JobEvent) {
        if self.events.receiver_count() > 0 {
            let _ = self.events.send(Arc::new(event));
        }
    }

    /// Looks on from now.
    pub(super) fn watch(&self) -> broadcast::Receiver<Arc<JobEvent>> {
        self.events.subscribe()
    }

    /// Hands a report in. Yields what tells when it is on the disk, or the report when the job has just ended.
    pub(super) async fn report(
        &self,
        host: usize,
        report: Box<Report>,
    ) -> Result<Committed, Option<Box<Report>>> {
        let (stored, committed) = oneshot::channel();
        match self.inputs.send(Input::Report { host, report, stored }) {
            Ok(()) => committed.await.map_err(|_| None),
            Err(mpsc::error::SendError(Input::Report { report, .. })) => Err(Some(report)),
            Err(_) => Err(None),
        }
    }
}

impl LiveJobs {
    pub(super) fn insert(&self, job: Arc<LiveJob>) {
        self.lock().insert(job.jid.clone(), job);
    }

    pub(super) fn remove(&self, jid: &JobId) {
        self.lock().remove(jid);
    }

    pub(super) fn get(&self, jid: &JobId) -> Option<Arc<LiveJob>> {
        self.lock().get(jid).cloned()
    }

    pub(super) fn connected(&self, id: &HostId) {
        self.tell_all(id, Input::Connected);
    }

    pub(super) fn disconnected(&self, id: &HostId) {
        self.tell_all(id, Input::Disconnected);
    }

    /// Hands a report to its job, if that is under way; else gives it back.
    pub(super) async fn report(
        &self,
        jid: &JobId,
        id: &HostId,
        report: Box<Report>,
    ) -> Result<Committed, Box<Report>> {
        let job = self.get(jid);
        let Some((job, host)) = job.and_then(|job| job.positions.get(id).copied().map(|host| (job, host)))
        else {
            return Err(report);
        };
        let copy = report.clone();
        job.report(host, report).await.map_err(|back| back.unwrap_or(copy))
    }

    fn tell_all(&self, id: &HostId, input: impl Fn(usize) -> Input) {
        for job in self.lock().values() {
            if let Some(host) = job.positions.get(id) {
                job.tell(input(*host));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Arc<LiveJob>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
