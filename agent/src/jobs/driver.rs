//! Does what the [`Board`] says: spool, workers, and telling whoever listens.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::id::JobId;
use common::identity::Fingerprint;
use common::message::{HeldJob, Outcome, Report, Task};
use common::value::{Map, Value};
use tokio::sync::{Notify, watch};

use super::classify::{function_name, manner};
use super::reports::{LOST, missing_report};
use super::workers::{Manner, Workers};
use super::{Action, Board, Class, Event, Key, Reception, classify, kill};
use crate::config::Settings;
use crate::spool::{Assignment, Spool, SpoolError, boot_id, now, write_report};

/// Every job of this agent. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    spool: Spool,
    workers: Workers,
    state: Mutex<State>,
    /// Rung when a report waits that nobody is about to deliver.
    undelivered: Notify,
}

struct State {
    board: Board,
    cards: HashMap<Key, Card>,
}

/// What is known of a job besides its place on the board.
struct Card {
    view: watch::Sender<View>,
    /// How many streams follow the job and will deliver its report.
    followers: usize,
    function: String,
    arguments: Vec<Value>,
    class: Class,
    /// When its worker was given the job, by the clock of [`kill::uptime`], where the worker's session is older than that.
    since: Option<Duration>,
    timeout: Option<u64>,
    /// Whose job it is; every master's, where an earlier release has taken it.
    master: Option<Fingerprint>,
    /// Why there is no report of the worker's own, in words.
    reason: Option<String>,
}

/// What the master can be told of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// It has just come.
    Queued,
    /// It waits for another.
    Waiting(JobId),
    /// A worker is at it.
    Running(u32),
    /// It has a report.
    Reported,
}

/// A job that runs, as `saltutil.running` lists it.
pub(super) struct Running {
    pub(super) key: Key,
    pub(super) function: String,
    pub(super) arguments: Vec<Value>,
    pub(super) class: Class,
    pub(super) pid: u32,
}

/// What became of a task.
pub enum Received {
    /// It is held, and its reporter follows it.
    Held(Follower),
    /// It was finished before and its report stored.
    Finished,
    /// It can't be taken, for the reason that is given.
    Refused(String),
}

/// Follows a job for as long as it lives, to deliver its report.
pub struct Follower {
    jobs: Jobs,
    /// The job.
    pub key: Key,
    /// What happens to it.
    pub view: watch::Receiver<View>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut state = self.jobs.lock();
        if let Some(card) = state.cards.get_mut(&self.key) {
            card.followers = card.followers.saturating_sub(1);
        }
        drop(state);
        self.jobs.inner.undelivered.notify_one();
    }
}

impl State {
    /// Whether a job is a master's; with none known, and of a job of which it is not known, it is.
    fn is_of(&self, key: &Key, master: Option<Fingerprint>) -> bool {
        let of = self.cards.get(key).and_then(|card| card.master);
        of.is_none() || master.is_none() || of == master
    }
}

impl Jobs {
    /// Opens the spool and takes up what an earlier agent left in it. Must be called within the runtime.
    ///
    /// # Errors
    /// When the spool can't be used.
    pub fn open(settings: Settings) -> Result<Self, SpoolError> {
        let folder = settings.state_dir.join("jobs");
        let spool = Spool::open(&folder)?;
        let workers = Workers::new(settings.worker_program.clone(), folder);
        let found = spool.jobs();
        let card = |assignment: &Assignment| Card::new(&assignment.task, assignment.master);
        let cards = found.iter().map(|(key, assignment, _)| (key.clone(), card(assignment)));
        let cards = cards.collect();
        let finished = spool.finished()?;
        let left: Vec<_> = found
            .into_iter()
            .map(|(key, assignment, state)| (key, classify(&assignment.task.work), state))
            .collect();
        if !left.is_empty() {
            tracing::info!(jobs = left.len(), "taking up jobs of an earlier run");
        }
        let alive: Vec<_> = left
            .iter()
            .filter(|(_, _, found)| *found == super::Found::Alive)
            .map(|(key, ..)| key.clone())
            .collect();
        let (board, actions) = Board::restore(finished, left);
        let state = Mutex::new(State { board, cards });
        let jobs =
            Self { inner: Arc::new(Inner { settings, spool, workers, state, undelivered: Notify::new() }) };
        for key in alive {
            jobs.adopt(&key);
        }
        jobs.perform(actions.into());
        Ok(jobs)
    }

    /// Takes a task of a master, or attaches to the job if it is held already.
    #[must_use]
    pub fn receive(&self, task: Task, master: Option<Fingerprint>) -> Received {
        let key = Key::of(&task);
        let reception = self.lock().board.reception(&key);
        match reception {
            Reception::Finished => return Received::Finished,
            Reception::Full => return Received::Refused("this agent holds too many jobs".into()),
            Reception::Held => {}
            Reception::New => {
                let class = classify(&task.work);
                let card = Card::new(&task, master);
                if let Err(error) = self.inner.spool.assign(&key, &self.assignment(task, master)) {
                    tracing::error!(job = %key, %error, "a job can't be taken");
                    return Received::Refused(error.to_string());
                }
                self.lock().cards.insert(key.clone(), card);
                self.feed(Event::Tasked(key.clone(), class));
            }
        }
        let mut state = self.lock();
        match state.cards.get_mut(&key) {
            Some(card) => {
                card.followers += 1;
                let view = card.view.subscribe();
                drop(state);
                Received::Held(Follower { jobs: self.clone(), key, view })
            }
            None => Received::Finished,
        }
    }

    /// Tells the board of an event and does what it says.
    pub fn feed(&self, event: Event) {
        let actions = self.lock().board.step(&event);
        self.perform(actions.into());
    }

    /// A master's jobs, for the first frame of a session.
    #[must_use]
    pub fn held(&self, master: Option<Fingerprint>) -> Vec<HeldJob> {
        let state = self.lock();
        let held = state.board.held().filter(|(key, _)| state.is_of(key, master));
        held.map(|(key, finished)| HeldJob { jid: key.jid.clone(), finished }).collect()
    }

    /// The reports for a master that no stream is about to deliver.
    #[must_use]
    pub fn undelivered(&self, master: Option<Fingerprint>) -> Vec<Key> {
        let state = self.lock();
        let reported = state.board.held().filter(|(_, finished)| *finished).map(|(key, _)| key.clone());
        let reported = reported.filter(|key| state.is_of(key, master));
        reported.filter(|key| state.cards.get(key).is_none_or(|card| card.followers == 0)).collect()
    }

    /// Resolves when [`Jobs::undelivered`] may have grown.
    pub async fn more_undelivered(&self) {
        self.inner.undelivered.notified().await;
    }

    /// A job's report.
    #[must_use]
    pub fn report(&self, key: &Key) -> Option<Report> {
        self.inner.spool.report(key)
    }

    /// The spool.
    #[must_use]
    pub fn spool(&self) -> &Spool {
        &self.inner.spool
    }

    /// Whether no job is waiting or running.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.lock().board.is_idle()
    }

    /// The jobs that have a worker.
    pub(super) fn running(&self) -> Vec<Running> {
        let state = self.lock();
        let running = state.cards.iter().filter_map(|(key, card)| match *card.view.borrow() {
            View::Running(pid) => Some(Running {
                key: key.clone(),
                function: card.function.clone(),
                arguments: card.arguments.clone(),
                class: card.class,
                pid,
            }),
            _ => None,
        });
        let mut running: Vec<_> = running.collect();
        running.sort_by(|left, right| left.key.cmp(&right.key));
        running
    }

    /// After how many seconds a job's worker is killed.
    pub(super) fn timeout(&self, key: &Key) -> Option<u64> {
        self.lock().cards.get(key).and_then(|card| card.timeout)
    }

    /// A worker is gone; `reason` says how, in case it has left no report.
    pub(super) fn ended(&self, key: &Key, reason: String) {
        if let Some(card) = self.lock().cards.get_mut(key) {
            card.reason.get_or_insert(reason);
        }
        self.feed(Event::Ended(key.clone()));
    }

    fn perform(&self, mut actions: VecDeque<Action>) {
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Start(key) => self.start(&key),
                Action::Wait(key, behind) => {
                    tracing::info!(job = %key, %behind, "the job waits for another");
                    self.show(&key, View::Waiting(behind));
                }
                Action::Terminate(key) => {
                    let pid =
                        self.inner.spool.worker(&key).map(|worker| worker.pid).or_else(|| self.pid(&key));
                    tracing::info!(job = %key, pid, "the job is killed");
                    if let Some(pid) = pid {
                        tokio::spawn(kill::session(pid, self.since(&key)));
                    }
                }
                Action::Conclude(key, outcome) => self.conclude(&key, outcome),
                Action::Forget(key) => {
                    if let Err(error) = self.inner.spool.forget(&key) {
                        tracing::error!(job = %key, %error, "a finished job can't be removed");
                    }
                    self.lock().cards.remove(&key);
                }
            }
        }
    }

    fn start(&self, key: &Key) {
        let Some(manner) = self.lock().cards.get(key).map(Card::manner) else { return };
        match self.inner.workers.start(key, manner) {
            Ok(worker) => {
                tracing::info!(job = %key, pid = worker.pid, "the job begins");
                self.begun(key, worker.pid, worker.since);
                tokio::spawn(super::watch::child(self.clone(), key.clone(), worker));
            }
            Err(error) => {
                let (jobs, key) = (self.clone(), key.clone());
                // Not from within the board's own actions.
                tokio::spawn(async move { jobs.ended(&key, format!("no worker could be started: {error}")) });
            }
        }
    }

    /// Watches a worker that an earlier agent started.
    fn adopt(&self, key: &Key) {
        let Some(worker) = self.inner.spool.worker(key) else {
            let (jobs, key) = (self.clone(), key.clone());
            tokio::spawn(async move { jobs.ended(&key, LOST.into()) });
            return;
        };
        tracing::info!(job = %key, pid = worker.pid, "adopting the worker of an earlier run");
        let standing = self.lock().cards.get(key).is_some_and(|card| card.manner() == Manner::Standing);
        let since = standing.then(|| kill::uptime().saturating_sub(worker.age()));
        self.begun(key, worker.pid, since);
        tokio::spawn(super::watch::adopted(self.clone(), key.clone(), worker));
    }

    /// Sees to it that there is a report, and has it delivered.
    fn conclude(&self, key: &Key, outcome: Outcome) {
        let report = self.inner.spool.report(key).unwrap_or_else(|| {
            let reason = self.lock().cards.get(key).and_then(|card| card.reason.clone());
            let report = missing_report(key, outcome, reason);
            if let Err(error) = write_report(&self.inner.spool.phase(key), &report) {
                tracing::error!(job = %key, %error, "a report can't be written");
            }
            report
        });
        tracing::info!(job = %key, outcome = ?report.outcome, "the job has ended");
        self.show(key, View::Reported);
        self.inner.undelivered.notify_one();
    }

    fn show(&self, key: &Key, view: View) {
        if let Some(card) = self.lock().cards.get(key) {
            card.view.send_replace(view);
        }
    }

    /// A job has a worker.
    fn begun(&self, key: &Key, pid: u32, since: Option<Duration>) {
        if let Some(card) = self.lock().cards.get_mut(key) {
            card.since = since;
            card.view.send_replace(View::Running(pid));
        }
    }

    /// When a job's worker was given the job, where its session is older.
    pub(super) fn since(&self, key: &Key) -> Option<Duration> {
        self.lock().cards.get(key)?.since
    }

    fn pid(&self, key: &Key) -> Option<u32> {
        match *self.lock().cards.get(key)?.view.borrow() {
            View::Running(pid) => Some(pid),
            _ => None,
        }
    }

    fn assignment(&self, task: Task, master: Option<Fingerprint>) -> Assignment {
        let settings = &self.inner.settings;
        Assignment {
            task,
            id: settings.id.to_string(),
            grains: settings.grains.clone(),
            opts: settings.opts.clone(),
            cache: settings.state_dir.join("cache"),
            socket: settings.socket.clone(),
            log_level: settings.log_level.to_string(),
            boot: boot_id(),
            received: now(),
            master,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Card {
    fn manner(&self) -> Manner {
        manner(&self.function, self.class)
    }

    fn new(task: &Task, master: Option<Fingerprint>) -> Self {
        let arguments = match &task.work {
            common::message::Work::Call(call) => call.positional.clone(),
            common::message::Work::Prepare(request) | common::message::Work::Apply(request) => {
                request.sls.iter().map(Value::from).collect()
            }
        };
        Self {
            view: watch::Sender::new(View::Queued),
            followers: 0,
            function: function_name(&task.work).into(),
            arguments,
            class: classify(&task.work),
            since: None,
            timeout: task.timeout,
            master,
            reason: None,
        }
    }
}

/// What Salt's functions about jobs say of one.
pub(super) fn describe(running: &Running, id: &str) -> Map {
    common::value::map([
        ("jid", running.key.jid.as_str().into()),
        ("fun", running.function.as_str().into()),
        ("arg", Value::List(running.arguments.clone())),
        ("pid", running.pid.into()),
        ("tgt", id.into()),
        ("tgt_type", "glob".into()),
        ("ret", "".into()),
        ("user", "root".into()),
    ])
}
