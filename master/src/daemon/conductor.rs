//! Carries out what a job's course asks for, and tells it what happens.

use std::sync::Arc;
use std::time::Duration;

use common::message::TaskControl;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Daemon;
use super::conversation::{Conversation, converse};
use super::course::{Course, Effect, Moment};
use super::live::{Input, LiveJob, Order};
use super::shared::now;
use super::tasks::Tasks;
use super::verifier::Verifier;
use crate::api::JobEvent;
use crate::database::{Committed, Write};
use crate::jobs::Phase;
use crate::jobs::rollout::{Event, Resumed, Setup};

/// How many inputs are taken at one go.
const GULP: usize = 256;

/// A job that is ready to go.
pub(super) struct Score {
    pub(super) job: Arc<LiveJob>,
    pub(super) inputs: mpsc::UnboundedReceiver<Input>,
    pub(super) tasks: Tasks,
    pub(super) verifier: Verifier,
    pub(super) setup: Setup,
    pub(super) phase: Phase,
    pub(super) hosts: Vec<Resumed>,
}

/// Conducts a job to its end.
pub(super) async fn conduct(daemon: Arc<Daemon>, score: Score) {
    let Score { job, mut inputs, tasks, verifier, setup, phase, hosts } = score;
    let origin = Instant::now();
    let (course, effects) = Course::new(job.jid.clone(), job.hosts.clone(), setup, phase, &hosts, now());
    let controls = hosts.iter().map(|_| None).collect();
    let mut conductor = Conductor { daemon, job, tasks, verifier, course, origin, controls };
    conductor.carry_out(effects);
    let mut gulp = Vec::with_capacity(GULP);
    while !conductor.course.finished() {
        let due = conductor.course.due().unwrap_or(Duration::from_secs(3600));
        tokio::select! {
            count = inputs.recv_many(&mut gulp, GULP) => {
                if count == 0 {
                    break;
                }
                for input in gulp.drain(..) {
                    conductor.take(input);
                }
            }
            () = tokio::time::sleep_until(origin + due) => conductor.event(&Event::Tick),
        }
    }
    conductor.daemon.jobs.remove(&conductor.job.jid);
    // What has come in meanwhile: reports are written down, everything else is too late.
    inputs.close();
    while let Some(input) = inputs.recv().await {
        conductor.take(input);
    }
    close(&conductor.daemon, &conductor.job, None).await;
}

/// Writes a job's end down and tells the onlookers.
pub(super) async fn close(daemon: &Arc<Daemon>, job: &LiveJob, error: Option<String>) {
    daemon.jobs.remove(&job.jid);
    let ended = daemon.ledger.submit(Write::JobEnded { jid: job.jid.clone(), at: now(), error });
    if let Err(error) = ended.await {
        tracing::error!(jid = %job.jid, %error, "a job's end could not be written");
    }
    let (ledger, jid) = (Arc::clone(&daemon.ledger), job.jid.clone());
    match tokio::task::spawn_blocking(move || ledger.job(&jid)).await {
        Ok(Ok(Some(record))) => job.emit(JobEvent::Finished(Box::new(record))),
        other => tracing::error!(jid = %job.jid, ?other, "a job's record could not be read"),
    }
}

struct Conductor {
    daemon: Arc<Daemon>,
    job: Arc<LiveJob>,
    tasks: Tasks,
    verifier: Verifier,
    course: Course,
    origin: Instant,
    /// The way to each host's agent while a conversation is under way.
    controls: Vec<Option<mpsc::UnboundedSender<TaskControl>>>,
}

impl Conductor {
    fn take(&mut self, input: Input) {
        match input {
            Input::Connected(host) => self.event(&Event::Connected(host)),
            Input::Disconnected(host) => self.event(&Event::Disconnected(host)),
            Input::Waiting { host, behind } => {
                if let Some(id) = self.job.hosts.get(host) {
                    self.job.emit(JobEvent::Waiting { host: id.clone(), behind });
                }
                self.event(&Event::Waiting(host));
            }
            Input::Started(host) => self.event(&Event::Started(host)),
            Input::Progress { host, progress } => {
                if let Some(id) = self.job.hosts.get(host) {
                    self.job.emit(JobEvent::Progress { host: id.clone(), progress });
                }
            }
            Input::Broken { host, conversation } => {
                let effects = self.course.broken(host, conversation, self.moment());
                self.carry_out(effects);
            }
            Input::Report { host, report, stored } => {
                let effects = self.course.report(host, report, self.moment());
                if let Some(kept) = self.carry_out(effects) {
                    // The agent forgets the report when this very write is on the disk.
                    let _ = stored.send(kept);
                }
            }
            Input::Verified { host, fault } => self.event(&Event::Verified { host, fault }),
            Input::Order { order, written } => {
                self.event(&match order {
                    Order::Pause => Event::Pause,
                    Order::Resume => Event::Resume,
                    Order::Cancel => Event::Cancel,
                });
                let _ = written.send(self.daemon.ledger.submit(Write::Barrier));
            }
        }
    }

    fn event(&mut self, event: &Event) {
        let effects = self.course.event(event, self.moment());
        self.carry_out(effects);
    }

    fn moment(&self) -> Moment {
        Moment { since: self.origin.elapsed(), wall: now() }
    }

    /// Does what is to be done, and yields when the report, if there is one, has been written.
    fn carry_out(&mut self, effects: Vec<Effect>) -> Option<Committed> {
        let mut kept = None;
        let mut beyond = Vec::new();
        // Everything is written before anything leaves, so that all that leaves waits for one flush of the disk.
        for effect in effects {
            match effect {
                Effect::Write { write, keeps_report } => {
                    let committed = self.daemon.ledger.submit(write);
                    if keeps_report {
                        kept = Some(committed);
                    }
                }
                Effect::Tell(event) => {
                    if let JobEvent::Stopped { reason } = &event {
                        tracing::warn!(jid = %self.job.jid, reason, "a job has stopped by itself");
                    }
                    self.job.emit(event);
                }
                Effect::Send { .. } | Effect::Kill { .. } | Effect::Verify { .. } => beyond.push(effect),
            }
        }
        let mut written = None;
        for effect in beyond {
            match effect {
                Effect::Send { host, phase, conversation } => {
                    let written = written.get_or_insert_with(|| self.written()).clone();
                    self.send(host, phase, conversation, written);
                }
                Effect::Kill { host } => {
                    if let Some(controls) = self.controls.get(host).and_then(Option::as_ref) {
                        let _ = controls.send(TaskControl::Kill);
                    }
                }
                Effect::Verify { hosts } => self.verifier.verify(&self.daemon, &self.job, hosts),
                Effect::Write { .. } | Effect::Tell(_) => {}
            }
        }
        kept
    }

    /// Tells whether everything that was submitted before is on the disk, once that is known.
    fn written(&self) -> watch::Receiver<Option<bool>> {
        let (sender, written) = watch::channel(None);
        let barrier = self.daemon.ledger.submit(Write::Barrier);
        tokio::spawn(async move { sender.send(Some(barrier.await.is_ok())) });
        written
    }

    fn send(&mut self, host: usize, phase: Phase, conversation: u64, written: watch::Receiver<Option<bool>>) {
        let Some(id) = self.job.hosts.get(host) else { return };
        // Without a link the fleet has said so already, or is about to.
        let Some(link) = self.daemon.fleet.link(id) else { return };
        let (sender, controls) = mpsc::unbounded_channel();
        if let Some(place) = self.controls.get_mut(host) {
            *place = Some(sender);
        }
        if let Some(scope) = self.tasks.scope(host) {
            self.daemon.grants.grant(id, scope);
        }
        match self.tasks.frame(host, phase) {
            Ok(task) => {
                let job = Arc::clone(&self.job);
                let (connection, turn) = (link.connection, link.turn);
                let daemon = Arc::clone(&self.daemon);
                let number = conversation;
                tokio::spawn(converse(Conversation {
                    daemon,
                    job,
                    host,
                    number,
                    connection,
                    task,
                    written,
                    turn,
                    controls,
                }));
            }
            Err(error) => {
                tracing::error!(%id, jid = %self.job.jid, %error, "a task cannot be sent");
                self.job.tell(Input::Broken { host, conversation });
            }
        }
    }
}
