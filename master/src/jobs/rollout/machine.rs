//! The machine: its state, and what comes in and goes out. What it does stands in `replies` (what hosts say), `turns` (who is
//! next) and `ends` (what stops a host, or all of them).

use std::collections::VecDeque;
use std::time::Duration;

use super::agenda::Agenda;
use super::host::{Host, Step};
use super::tally::Tally;
use super::waves::Wave;
use super::{Action, Event, Resumed, Setup};
use crate::jobs::{HostState, Offline, Phase};

/// What the agent gets beyond the timeout to kill the worker and report.
pub(super) const SLACK: Duration = Duration::from_secs(30);

/// A rollout.
#[derive(Debug)]
pub struct Rollout {
    pub(super) setup: Setup,
    pub(super) hosts: Vec<Host>,
    pub(super) tally: Tally,
    pub(super) agenda: Agenda,
    pub(super) phase: Phase,
    /// The first host that may be ready: those before it are not.
    pub(super) next: usize,
    /// The waves, settled when the second half begins, and which of them is under way.
    pub(super) waves: Vec<Wave>,
    pub(super) wave: usize,
    /// How many hosts have had their turn in the second half.
    pub(super) begun: usize,
    /// Places that stay empty until these moments, in their order.
    pub(super) cooling: VecDeque<Duration>,
    /// Until when the wave that is over is left alone.
    pub(super) held: Option<Duration>,
    /// How many hosts have failed.
    pub(super) failures: usize,
    /// How many hosts were away and never had a turn.
    pub(super) absent: usize,
    /// Why no further host begins, ever.
    pub(super) stopped: Option<String>,
    /// Whether every host is to end, and whether that is because the job's time is over.
    pub(super) cancelled: bool,
    pub(super) overtime: bool,
    pub(super) finished: bool,
    /// The latest moment it has been told of.
    pub(super) now: Duration,
}

impl Rollout {
    /// A rollout over these hosts, and what is to be done first. `phase` is the half that the job is in.
    #[must_use]
    pub fn new(setup: Setup, phase: Phase, hosts: &[Resumed], now: Duration) -> (Self, Vec<Action>) {
        let hosts: Vec<Host> = hosts.iter().map(Host::new).collect();
        let mut rollout = Self {
            phase: if setup.prepare { phase } else { Phase::Apply },
            tally: Tally::of(&hosts),
            agenda: Agenda::of(&hosts),
            begun: hosts.iter().filter(|host| host.begun).count(),
            hosts,
            setup,
            next: 0,
            waves: Vec::new(),
            wave: 0,
            cooling: VecDeque::new(),
            held: None,
            failures: 0,
            absent: 0,
            stopped: None,
            cancelled: false,
            overtime: false,
            finished: false,
            now,
        };
        let failed = |host: &&Host| matches!(host.step, Step::Ended(HostState::Failed | HostState::Expired));
        rollout.failures = rollout.hosts.iter().filter(failed).count();
        let mut actions = Vec::new();
        for index in 0..rollout.hosts.len() {
            rollout.enter(index, now, &mut actions);
        }
        if rollout.phase == Phase::Apply {
            rollout.begin_apply(&mut actions);
        }
        rollout.take_up_ending(now, &mut actions);
        rollout.settle(now, &mut actions);
        (rollout, actions)
    }

    /// Takes an event; says what is to be done.
    pub fn handle(&mut self, now: Duration, event: &Event) -> Vec<Action> {
        let mut actions = Vec::new();
        self.now = now;
        // A report that comes late is still written down.
        if self.finished && !matches!(event, Event::Report { .. }) {
            return actions;
        }
        match *event {
            Event::Connected(host) => self.connected(host, now, &mut actions),
            Event::Disconnected(host) => self.disconnected(host, now, &mut actions),
            Event::Waiting(host) => self.waiting(host, now),
            Event::Started(host) => self.started(host, now, &mut actions),
            Event::Broken(host) => self.broken(host, now, &mut actions),
            Event::Report { host, prepare, outcome } => {
                self.report(host, prepare, outcome, now, &mut actions)
            }
            Event::Verified { host, ref fault } => self.verified(host, fault.clone(), now, &mut actions),
            Event::Pause => self.setup.paused = true,
            Event::Resume => self.setup.paused = false,
            Event::Cancel => self.cancel(now, &mut actions),
            Event::Tick => self.tick(now, &mut actions),
        }
        self.settle(now, &mut actions);
        actions
    }

    /// When a [`Event::Tick`] is due next.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let until = self.setup.until.filter(|_| !self.cancelled);
        // A wave that was left alone for long enough may wait for something else, such as the operator.
        let held = self.held.filter(|held| *held > self.now);
        let own = [until, held, self.cooling.front().copied()].into_iter().flatten();
        own.chain(self.agenda.first()).min().filter(|_| !self.finished)
    }

    /// How many hosts are busy.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.tally.busy
    }

    /// How many hosts may be busy in the second half.
    #[must_use]
    pub fn window(&self) -> usize {
        let wave = self.waves.get(self.wave);
        wave.map_or(usize::MAX, |wave| wave.window.min(wave.reach.max(1)))
    }

    /// Which half the job is in.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether every host has ended.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// A host's state.
    #[must_use]
    pub fn state(&self, host: usize) -> Option<HostState> {
        self.hosts.get(host).map(Host::state)
    }

    /// Changes a host, and the counts and the agenda with it.
    pub(super) fn update<T>(&mut self, index: usize, change: impl FnOnce(&mut Host) -> T) -> Option<T> {
        let host = self.hosts.get_mut(index)?;
        let before = host.due();
        self.tally.remove(host);
        let value = change(host);
        self.tally.add(host);
        self.agenda.change(index, before, host.due());
        Some(value)
    }

    /// A host's beginning: a task that was out is sent again as soon as the host is there.
    fn enter(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let allowance = now + self.setup.timeout + SLACK;
        let host = &self.hosts[index];
        if host.has_ended() {
            return;
        }
        let (busy, connected, phase) = (host.is_busy(), host.connected, host.phase);
        if busy {
            let deadline = Some(if connected { allowance } else { now + self.setup.patience });
            self.update(index, |host| (host.allowance, host.deadline) = (allowance, deadline));
            if connected {
                actions.push(Action::Send { host: index, phase });
            }
        } else if !connected && self.hosts[index].step == Step::Queued {
            self.expect(index, now + self.setup.grace);
            if self.setup.grace.is_zero() && self.setup.offline != Offline::Wait {
                self.end(
                    index,
                    HostState::Unreachable,
                    Some(super::ends::NOT_CONNECTED.into()),
                    now,
                    actions,
                );
            }
        }
    }

    /// A queued host is away: until when it is waited for, and whether others are held up.
    pub(super) fn expect(&mut self, index: usize, deadline: Duration) {
        let (offline, expire) = (self.setup.offline, self.setup.expire);
        self.update(index, |host| {
            host.parked = offline == Offline::Wait;
            host.deadline = Some(if host.parked { expire.max(deadline) } else { deadline });
        });
    }

    /// What follows from the event: the next hosts, the second half, the end.
    fn settle(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.phase == Phase::Prepare {
            self.prepare_next(now, actions);
            if self.tally.preparing == 0 {
                self.judge_preparation(now, actions);
            }
        }
        if self.phase == Phase::Apply {
            self.advance(now, actions);
        }
        if self.tally.open == 0 && !self.finished {
            self.finished = true;
            actions.push(Action::Finish);
        }
    }
}

/// What is to be written down of a host.
pub(super) fn record(index: usize, host: &Host, reason: Option<String>) -> Action {
    Action::Record { host: index, state: host.state(), phase: host.phase, prepared: host.prepared, reason }
}
