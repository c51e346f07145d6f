//! Carries out what a job's rollout decides, and tells it what happens.

use std::sync::Arc;
use std::time::Duration;

use common::message::{Outcome, Report, TaskControl};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Daemon;
use super::conversation::{Conversation, converse};
use super::live::{Input, LiveJob};
use super::shared::now;
use super::tasks::Tasks;
use super::verifier::Verifier;
use crate::api::JobEvent;
use crate::database::{Committed, Write};
use crate::jobs::rollout::{Action, Event, Resumed, Rollout, Setup};
use crate::jobs::{HostRecord, HostState, Phase};

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
    let (rollout, actions) = Rollout::new(setup, phase, &hosts, Duration::ZERO);
    let seats = hosts.iter().map(|_| Seat::default()).collect();
    let mut conductor = Conductor { daemon, job, tasks, verifier, rollout, origin, seats, conversations: 0 };
    conductor.job.emit(JobEvent::Phase(conductor.rollout.phase()));
    conductor.carry_out(actions, None);
    let mut gulp = Vec::with_capacity(GULP);
    while !conductor.rollout.finished() {
        let due = conductor.rollout.due().unwrap_or(Duration::from_secs(3600));
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

/// What belongs to one host.
#[derive(Default)]
struct Seat {
    /// The way to the agent while a conversation is under way.
    controls: Option<mpsc::UnboundedSender<TaskControl>>,
    conversation: u64,
}

struct Conductor {
    daemon: Arc<Daemon>,
    job: Arc<LiveJob>,
    tasks: Tasks,
    verifier: Verifier,
    rollout: Rollout,
    origin: Instant,
    seats: Vec<Seat>,
    conversations: u64,
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
                if self.seats.get(host).is_some_and(|seat| seat.conversation == conversation) {
                    self.event(&Event::Broken(host));
                }
            }
            Input::Report { host, report, stored } => {
                let event = Event::Report { host, prepare: report.prepare, outcome: report.outcome };
                let actions = self.rollout.handle(self.origin.elapsed(), &event);
                let written = self.carry_out(actions, Some((host, report)));
                // The agent forgets the report when this very write is on the disk.
                let _ = stored.send(written.unwrap_or_else(|| self.daemon.ledger.submit(Write::Barrier)));
            }
            Input::Verified { host, fault } => self.event(&Event::Verified { host, fault }),
            Input::Pause(paused) => {
                drop(self.daemon.ledger.submit(Write::JobPaused { jid: self.job.jid.clone(), paused }));
                self.job.emit(JobEvent::Paused(paused));
                self.event(if paused { &Event::Pause } else { &Event::Resume });
            }
            Input::Cancel => self.event(&Event::Cancel),
        }
    }

    fn event(&mut self, event: &Event) {
        let actions = self.rollout.handle(self.origin.elapsed(), event);
        self.carry_out(actions, None);
    }

    /// Does what is to be done, and yields when the report, if there is one, has been written.
    fn carry_out(
        &mut self,
        actions: Vec<Action>,
        mut reported: Option<(usize, Box<Report>)>,
    ) -> Option<Committed> {
        let mut written = None;
        for action in actions {
            match action {
                Action::Send { host, phase } => self.send(host, phase),
                Action::Kill { host } => {
                    if let Some(controls) = self.seats.get(host).and_then(|seat| seat.controls.as_ref()) {
                        let _ = controls.send(TaskControl::Kill);
                    }
                }
                Action::Record { host, state, phase, prepared, reason } => {
                    let report = reported.take_if(|(of, _)| *of == host).map(|(_, report)| report);
                    let is_first = report.is_some();
                    // A preparation that went well leaves nothing to keep.
                    let report = report.filter(|report| !is_prepared(report));
                    let committed = self.record(host, HostChange { state, phase, prepared, reason, report });
                    written = if is_first { committed } else { written };
                }
                Action::ApplyBegins => {
                    let jid = self.job.jid.clone();
                    drop(self.daemon.ledger.submit(Write::JobPhase { jid, phase: Phase::Apply }));
                    self.job.emit(JobEvent::Phase(Phase::Apply));
                }
                Action::Wave { number, of, reach } => self.job.emit(JobEvent::Wave { number, of, reach }),
                Action::Verify { hosts } => self.verifier.verify(&self.daemon, &self.job, hosts),
                Action::Stopped { reason } => {
                    tracing::warn!(jid = %self.job.jid, reason, "a job has stopped by itself");
                    let write = Write::JobStopped { jid: self.job.jid.clone(), reason: reason.clone() };
                    drop(self.daemon.ledger.submit(write));
                    self.job.emit(JobEvent::Stopped { reason });
                }
                Action::Finish => {}
            }
        }
        // No news, so it has come before: its write may have failed.
        if let Some((host, report)) = reported.filter(|(_, report)| !is_prepared(report))
            && let Some(id) = self.job.hosts.get(host)
            && self.rollout.state(host).is_some_and(HostState::is_end)
        {
            written =
                Some(self.daemon.ledger.submit(Write::ReportAgain { host: id.clone(), report, at: now() }));
        }
        written
    }

    fn send(&mut self, host: usize, phase: Phase) {
        let Some(id) = self.job.hosts.get(host) else { return };
        // Without a link the fleet has said so already, or is about to.
        let Some(link) = self.daemon.fleet.link(id) else { return };
        self.conversations += 1;
        let (sender, controls) = mpsc::unbounded_channel();
        let number = self.conversations;
        if let Some(seat) = self.seats.get_mut(host) {
            *seat = Seat { controls: Some(sender), conversation: number };
        }
        match self.tasks.frame(host, phase) {
            Ok(task) => {
                let job = Arc::clone(&self.job);
                let (connection, turn) = (link.connection, link.turn);
                let daemon = Arc::clone(&self.daemon);
                let conversation =
                    Conversation { daemon, job, host, number, connection, task, turn, controls };
                tokio::spawn(converse(conversation));
            }
            Err(error) => {
                tracing::error!(%id, jid = %self.job.jid, %error, "a task cannot be sent");
                self.job.tell(Input::Broken { host, conversation: number });
            }
        }
    }

    fn record(&mut self, host: usize, change: HostChange) -> Option<Committed> {
        let id = self.job.hosts.get(host).cloned()?;
        let HostChange { state, phase, prepared, reason, report } = change;
        let committed = self.daemon.ledger.submit(Write::HostState {
            jid: self.job.jid.clone(),
            host: id.clone(),
            state,
            phase,
            prepared,
            reason: reason.clone(),
            report: report.clone(),
            at: now(),
        });
        self.job.emit(if state.is_end() {
            JobEvent::Ended(Box::new(HostRecord { id, state, phase, prepared, reason, report }))
        } else {
            JobEvent::State { host: id, state, phase, prepared }
        });
        Some(committed)
    }
}

fn is_prepared(report: &Report) -> bool {
    report.prepare && report.outcome == Outcome::Succeeded
}

/// What has become of a host.
struct HostChange {
    state: HostState,
    phase: Phase,
    prepared: bool,
    reason: Option<String>,
    report: Option<Box<Report>>,
}
