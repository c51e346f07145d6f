//! What every part of the daemon shares.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

use common::id::{HostId, JobId};
use common::identity::Authority;
use common::store::Store;
use tokio::sync::Semaphore;

use super::allowance::Allowance;
use super::fan_out::FanOut;
use super::fleet::Fleet;
use super::intake::Intake;
use super::live::LiveJobs;
use super::repeats::Repeats;
use crate::config::Config;
use crate::database::Ledger;
use crate::keys::Keyring;
use crate::schedules::Schedule;
use crate::scope::{Grants, Scoper};
use crate::source::Snapshotter;

/// How many agents may fetch objects at one time; the others wait in line.
const BULK: usize = 128;

/// How many agents that are not enrolled may be connected: anybody can make a key.
const DOOR: usize = 1024;

/// The daemon.
pub struct Daemon {
    config: RwLock<Arc<Config>>,
    /// The address that was bound, which tells the port where the configuration left it open.
    pub(crate) listen: std::net::SocketAddr,
    /// Who signs certificates.
    pub(super) authority: Authority,
    /// Where everything is written down.
    pub(super) ledger: Arc<dyn Ledger>,
    /// The objects of all snapshots.
    pub(super) store: Store,
    /// Makes snapshots.
    pub(super) snapshotter: Snapshotter,
    /// Finds which part of the tree each host is offered.
    pub(super) scoper: Scoper,
    /// Which parts it was offered.
    pub(super) grants: Grants,
    /// Hosts and their connections.
    pub(super) fleet: Fleet,
    /// Jobs under way.
    pub(super) jobs: LiveJobs,
    /// Bounds what is read from disk for agents at one time.
    pub(super) bulk: Semaphore,
    /// Bounds the memory that tasks take on their way to agents.
    pub(super) fan_out: FanOut,
    /// Bounds the memory that agents' messages take.
    pub(super) intake: Intake,
    /// Bounds how many agents that are not enrolled are connected.
    pub(super) door: Arc<Semaphore>,
    /// Held by the one job that takes a snapshot; the others wait without a thread.
    pub(super) snapshotting: tokio::sync::Mutex<()>,
    /// What hosts have started for themselves.
    pub(super) allowance: Allowance,
    /// Which of their requests have become which jobs.
    pub(super) repeats: Repeats,
    /// When the daemon began: agents need a moment to come back then.
    pub(super) started: Instant,
    /// Rung when there are other schedules than before.
    pub(super) rescheduled: tokio::sync::Notify,
    schedules: Mutex<BTreeMap<String, Schedule>>,
    keyring: Mutex<Keyring>,
    last_jid: Mutex<Option<JobId>>,
}

/// What the database has kept for the daemon, beside hosts and jobs.
pub(super) struct Kept {
    pub(super) keyring: Keyring,
    pub(super) schedules: Vec<Schedule>,
    /// The newest job's id.
    pub(super) last_jid: Option<JobId>,
    pub(super) repeats: Repeats,
}

impl Daemon {
    pub(super) fn new(
        config: Config,
        listen: std::net::SocketAddr,
        authority: Authority,
        ledger: Arc<dyn Ledger>,
        store: Store,
        kept: Kept,
        fleet: Fleet,
    ) -> Self {
        let Kept { keyring, schedules, last_jid, repeats } = kept;
        Self {
            snapshotter: Snapshotter::new(store.clone()).guarding(config.state_dir.clone()),
            scoper: Scoper::new(store.clone()),
            grants: Grants::default(),
            config: RwLock::new(Arc::new(config)),
            listen,
            authority,
            ledger,
            store,
            fleet,
            jobs: LiveJobs::default(),
            bulk: Semaphore::new(BULK),
            fan_out: FanOut::default(),
            intake: Intake::default(),
            door: Arc::new(Semaphore::new(DOOR)),
            snapshotting: tokio::sync::Mutex::default(),
            allowance: Allowance::default(),
            repeats,
            started: Instant::now(),
            rescheduled: tokio::sync::Notify::new(),
            schedules: Mutex::new(schedules.into_iter().map(|one| (one.name.clone(), one)).collect()),
            keyring: Mutex::new(keyring),
            last_jid: Mutex::new(last_jid),
        }
    }

    /// The configuration as it is now. Who needs it for more than a moment keeps the one that it got.
    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another configuration in the place of this one.
    pub(super) fn reconfigure(&self, config: Config) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }

    /// The keys. Held for moments only, never over I/O.
    pub(super) fn keyring(&self) -> MutexGuard<'_, Keyring> {
        self.keyring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The schedules by name. Held for moments only, never over I/O.
    pub(super) fn schedules(&self) -> MutexGuard<'_, BTreeMap<String, Schedule>> {
        self.schedules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what a host that is out of service was offered of the tree, and forgets what it would be.
    pub(super) fn forget_scopes(&self, host: &HostId) {
        self.grants.forget(host);
        self.scoper.forget(host);
    }

    /// An id that no job in the ledger has had.
    pub(super) fn next_jid(&self) -> JobId {
        let mut last = self.last_jid.lock().unwrap_or_else(PoisonError::into_inner);
        let jid = JobId::after(last.as_ref(), jiff::Timestamp::now());
        *last = Some(jid.clone());
        jid
    }
}

/// Now, in milliseconds since 1970.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
