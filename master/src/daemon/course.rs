//! The course of a job: what follows from each thing that its conductor is told, without doing it.
//!
//! It stands between the rollout machine, which knows hosts by their numbers, and the ledger, the agents and the onlookers. A
//! task leaves only when everything that was to be written before it is on the disk: a master that dies and begins again
//! knows of every host that may be at work.

use std::time::Duration;

use common::id::{HostId, JobId};
use common::message::{Outcome, Report};

use crate::api::JobEvent;
use crate::database::Write;
use crate::jobs::rollout::{Action, Event, Resumed, Rollout, Setup};
use crate::jobs::{HostRecord, HostState, Phase};

/// The time, on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Since the course began.
    pub(super) since: Duration,
    /// In milliseconds since 1970.
    pub(super) wall: i64,
}

/// What is to be done, in this order.
#[derive(Debug)]
pub(super) enum Effect {
    /// Write this down.
    Write {
        /// What.
        write: Write,
        /// Whether the report that was handed in is kept by it, so that the agent may forget it then.
        keeps_report: bool,
    },
    /// Send a host its task once everything above is on the disk.
    Send {
        /// The host.
        host: usize,
        /// Which task.
        phase: Phase,
        /// Tells the conversation from an earlier one with the same host.
        conversation: u64,
    },
    /// Have a host's worker killed, over its latest conversation.
    Kill {
        /// The host.
        host: usize,
    },
    /// Have these hosts verified.
    Verify {
        /// The hosts.
        hosts: Vec<usize>,
    },
    /// Tell the onlookers.
    Tell(JobEvent),
}

/// A job's course.
#[derive(Debug)]
pub(super) struct Course {
    jid: JobId,
    hosts: Vec<HostId>,
    rollout: Rollout,
    /// The latest conversation of each host.
    latest: Vec<u64>,
    conversations: u64,
}

impl Course {
    /// The course of a job with these hosts, and what is to be done first.
    pub(super) fn new(
        jid: JobId,
        hosts: Vec<HostId>,
        setup: Setup,
        phase: Phase,
        resumed: &[Resumed],
        at: i64,
    ) -> (Self, Vec<Effect>) {
        let (rollout, actions) = Rollout::new(setup, phase, resumed, Duration::ZERO);
        let latest = vec![0; hosts.len()];
        let mut course = Self { jid, hosts, rollout, latest, conversations: 0 };
        let mut effects = vec![Effect::Tell(JobEvent::Phase(course.rollout.phase()))];
        effects.extend(course.effects(actions, None, at));
        (course, effects)
    }

    /// Takes an event that is no report.
    pub(super) fn event(&mut self, event: &Event, now: Moment) -> Vec<Effect> {
        let actions = self.rollout.handle(now.since, event);
        let mut effects = match event {
            Event::Pause | Event::Resume => {
                let paused = *event == Event::Pause;
                vec![
                    plain(Write::JobPaused { jid: self.jid.clone(), paused }),
                    Effect::Tell(JobEvent::Paused(paused)),
                ]
            }
            Event::Cancel => vec![plain(Write::JobCancelled { jid: self.jid.clone() })],
            _ => Vec::new(),
        };
        effects.extend(self.effects(actions, None, now.wall));
        effects
    }

    /// Takes a host's report. One of the writes that follow keeps it.
    pub(super) fn report(&mut self, host: usize, report: Box<Report>, now: Moment) -> Vec<Effect> {
        let event = Event::Report { host, prepare: report.prepare, outcome: report.outcome };
        let actions = self.rollout.handle(now.since, &event);
        self.effects(actions, Some((host, report)), now.wall)
    }

    /// Takes the end of a conversation without a report. Of an earlier one than the latest, it means nothing.
    pub(super) fn broken(&mut self, host: usize, conversation: u64, now: Moment) -> Vec<Effect> {
        match self.latest.get(host) {
            Some(latest) if *latest == conversation => self.event(&Event::Broken(host), now),
            _ => Vec::new(),
        }
    }

    /// When time alone brings something, since the course began.
    pub(super) fn due(&self) -> Option<Duration> {
        self.rollout.due()
    }

    /// Whether every host has ended.
    pub(super) fn finished(&self) -> bool {
        self.rollout.finished()
    }

    /// The machine, for those who watch it.
    #[cfg(test)]
    pub(super) fn rollout(&self) -> &Rollout {
        &self.rollout
    }

    fn effects(
        &mut self,
        actions: Vec<Action>,
        mut reported: Option<(usize, Box<Report>)>,
        at: i64,
    ) -> Vec<Effect> {
        let mut effects = Vec::with_capacity(actions.len() * 2);
        let mut keeps_report = false;
        let has_report = reported.is_some();
        for action in actions {
            match action {
                Action::Send { host, phase } => {
                    self.conversations += 1;
                    let conversation = self.conversations;
                    if let Some(latest) = self.latest.get_mut(host) {
                        *latest = conversation;
                    }
                    effects.push(Effect::Send { host, phase, conversation });
                }
                Action::Kill { host } => effects.push(Effect::Kill { host }),
                Action::Record { host, state, phase, prepared, reason } => {
                    let report = reported.take_if(|(of, _)| *of == host).map(|(_, report)| report);
                    let is_its_own = report.is_some();
                    keeps_report |= is_its_own;
                    // A preparation that went well leaves nothing to keep.
                    let report = report.filter(|report| !is_prepared(report));
                    let Some(id) = self.hosts.get(host).cloned() else { continue };
                    let record = HostRecord { id, state, phase, prepared, reason, report };
                    effects.push(Effect::Write { write: self.write(&record, at), keeps_report: is_its_own });
                    effects.push(Effect::Tell(tell(record)));
                }
                Action::ApplyBegins => {
                    effects.push(plain(Write::JobPhase { jid: self.jid.clone(), phase: Phase::Apply }));
                    effects.push(Effect::Tell(JobEvent::Phase(Phase::Apply)));
                }
                Action::Wave { number, of, reach } => {
                    effects.push(Effect::Tell(JobEvent::Wave { number, of, reach }));
                }
                Action::Verify { hosts } => effects.push(Effect::Verify { hosts }),
                Action::Stopped { reason } => {
                    let write = Write::JobStopped { jid: self.jid.clone(), reason: reason.clone() };
                    effects.push(plain(write));
                    effects.push(Effect::Tell(JobEvent::Stopped { reason }));
                }
                Action::Finish => {}
            }
        }
        if has_report && !keeps_report {
            effects.push(Effect::Write { write: self.again(reported, at), keeps_report: true });
        }
        effects
    }

    /// A report that is no news has come before. Its write may have failed, so it is looked for once more.
    fn again(&self, reported: Option<(usize, Box<Report>)>, at: i64) -> Write {
        let ended = |host: usize| self.rollout.state(host).is_some_and(HostState::is_end);
        match reported.filter(|(host, report)| !is_prepared(report) && ended(*host)) {
            Some((host, report)) => match self.hosts.get(host) {
                Some(id) => Write::ReportAgain { host: id.clone(), report, at },
                None => Write::Barrier,
            },
            None => Write::Barrier,
        }
    }

    fn write(&self, record: &HostRecord, at: i64) -> Write {
        Write::HostState {
            jid: self.jid.clone(),
            host: record.id.clone(),
            state: record.state,
            phase: record.phase,
            prepared: record.prepared,
            reason: record.reason.clone(),
            report: record.report.clone(),
            at,
        }
    }
}

fn tell(record: HostRecord) -> JobEvent {
    if record.state.is_end() {
        return JobEvent::Ended(Box::new(record));
    }
    let HostRecord { id, state, phase, prepared, .. } = record;
    JobEvent::State { host: id, state, phase, prepared }
}

fn plain(write: Write) -> Effect {
    Effect::Write { write, keeps_report: false }
}

fn is_prepared(report: &Report) -> bool {
    report.prepare && report.outcome == Outcome::Succeeded
}
