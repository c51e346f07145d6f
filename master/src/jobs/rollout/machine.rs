//! The machine.

use std::time::Duration;

use common::message::Outcome;

use super::host::{Host, Step};
use super::{Action, Event, Resumed, Setup};
use crate::jobs::{HostState, Phase};

/// What the agent gets beyond the timeout to kill the worker and report.
const SLACK: Duration = Duration::from_secs(30);

/// How long a host may wait for another job of its own.
const WAIT_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// How long a killed worker's report is waited for.
const KILL_LIMIT: Duration = Duration::from_secs(30);

/// How often a task is sent again after its stream broke.
const BROKEN_LIMIT: u32 = 5;

/// How long after.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A rollout.
#[derive(Debug)]
pub struct Rollout {
    setup: Setup,
    hosts: Vec<Host>,
    phase: Phase,
    cancelled: bool,
    finished: bool,
    /// How many hosts may be busy in the second half; settled when it begins.
    window: usize,
    /// How many are.
    busy: usize,
    /// The first host that may still be queued: those before it are not.
    next: usize,
    /// How many have not ended.
    open: usize,
    /// How many have still to prepare.
    preparing: usize,
}

impl Rollout {
    /// A rollout over these hosts, and what is to be done first. `phase` is the half that the job is in.
    #[must_use]
    pub fn new(setup: Setup, phase: Phase, hosts: &[Resumed], now: Duration) -> (Self, Vec<Action>) {
        let mut rollout = Self {
            phase: if setup.prepare { phase } else { Phase::Apply },
            hosts: hosts.iter().map(Host::new).collect(),
            setup,
            cancelled: false,
            finished: false,
            window: usize::MAX,
            busy: 0,
            next: 0,
            open: 0,
            preparing: 0,
        };
        rollout.open = rollout.hosts.iter().filter(|host| !host.has_ended()).count();
        let mut actions = Vec::new();
        for index in 0..rollout.hosts.len() {
            rollout.enter(index, now, &mut actions);
        }
        match rollout.phase {
            Phase::Prepare => {
                rollout.preparing =
                    rollout.hosts.iter().filter(|host| !host.has_ended() && !host.prepared).count();
                rollout.prepare_next(now, &mut actions);
            }
            Phase::Apply => rollout.begin_apply(now, &mut actions),
        }
        rollout.settle(now, &mut actions);
        (rollout, actions)
    }

    /// Takes an event; says what is to be done.
    pub fn handle(&mut self, now: Duration, event: &Event) -> Vec<Action> {
        let mut actions = Vec::new();
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
                self.report(host, prepare, outcome, now, &mut actions);
            }
            Event::Cancel => self.cancel(now, &mut actions),
            Event::Tick => self.tick(now, &mut actions),
        }
        self.settle(now, &mut actions);
        actions
    }

    /// When a [`Event::Tick`] is due next.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.hosts.iter().filter_map(Host::due).min()
    }

    /// How many hosts are busy.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.busy
    }

    /// How many hosts may be busy in the second half.
    #[must_use]
    pub fn window(&self) -> usize {
        self.window
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

    /// A host's beginning: a task that was out is sent again as soon as the host is there.
    fn enter(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let grace = now + self.setup.grace;
        let allowance = now + self.setup.timeout + SLACK;
        let host = &mut self.hosts[index];
        if host.has_ended() {
            return;
        }
        if host.is_busy() {
            self.busy += 1;
            host.deadline = Some(if host.connected { allowance } else { now + self.setup.patience });
            if host.connected {
                actions.push(Action::Send { host: index, phase: host.phase });
            }
        } else if !host.connected {
            host.deadline = Some(grace);
            if self.setup.grace.is_zero() {
                self.end(index, HostState::Unreachable, Some(NOT_CONNECTED.into()), actions);
            }
        }
    }

    fn connected(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let allowance = now + self.setup.timeout + SLACK;
        let cancelled = self.cancelled;
        let Some(host) = self.hosts.get_mut(index) else { return };
        host.connected = true;
        if host.has_ended() {
            return;
        }
        host.deadline = None;
        if host.is_busy() {
            host.deadline = Some(if cancelled { now + KILL_LIMIT } else { allowance });
            host.retry = None;
            actions.push(Action::Send { host: index, phase: host.phase });
            if cancelled {
                actions.push(Action::Kill { host: index });
            }
        } else {
            self.next = self.next.min(index);
        }
    }

    fn disconnected(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let patience = now + self.setup.patience;
        let cancelled = self.cancelled;
        let Some(host) = self.hosts.get_mut(index) else { return };
        host.connected = false;
        if host.has_ended() {
            return;
        }
        host.retry = None;
        host.deadline = Some(patience);
        if cancelled {
            self.end(index, HostState::Cancelled, Some(CANCELLED_AWAY.into()), actions);
        }
    }

    fn waiting(&mut self, index: usize, now: Duration) {
        // A killed task's end is waited for no longer because it says that it waits.
        if self.cancelled {
            return;
        }
        if let Some(host) = self.hosts.get_mut(index).filter(|host| host.step == Step::Sent && host.connected)
        {
            // Said again, it moves nothing: a host cannot keep a job open for ever.
            host.deadline = Some(*host.waited.get_or_insert(now + WAIT_LIMIT));
        }
    }

    fn started(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let allowance = now + self.setup.timeout + SLACK;
        let cancelled = self.cancelled;
        let Some(host) = self.hosts.get_mut(index).filter(|host| host.is_busy()) else { return };
        if host.step == Step::Sent {
            if host.connected && !cancelled {
                host.deadline = Some(allowance);
            }
            host.step = Step::Running;
            actions.push(record(index, host, None));
        }
    }

    fn broken(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let Some(host) = self.hosts.get_mut(index).filter(|host| host.is_busy() && host.connected) else {
            return;
        };
        host.broken += 1;
        if host.broken > BROKEN_LIMIT {
            let reason = format!("the agent dropped the task {} times without a report", host.broken);
            self.end(index, HostState::Failed, Some(reason), actions);
        } else {
            host.retry = Some(now + RETRY_AFTER);
        }
    }

    fn report(
        &mut self,
        index: usize,
        prepare: bool,
        outcome: Outcome,
        now: Duration,
        actions: &mut Vec<Action>,
    ) {
        let Some(host) = self.hosts.get_mut(index) else { return };
        match host.step {
            // It had been given up, and has reported after all.
            Step::Ended(HostState::Unreachable | HostState::Expired | HostState::Cancelled) if !prepare => {
                host.step = Step::Ended(HostState::of(outcome));
                actions.push(record(index, host, None));
                return;
            }
            Step::Ended(_) => return,
            // A preparation's report that arrives again.
            _ if prepare && host.phase == Phase::Apply => return,
            _ => {}
        }
        if prepare && outcome == Outcome::Succeeded {
            if host.prepared {
                return;
            }
            if host.is_busy() {
                self.busy -= 1;
            }
            host.step = Step::Queued;
            host.prepared = true;
            host.deadline = (!host.connected).then_some(now + self.setup.patience);
            host.retry = None;
            self.preparing = self.preparing.saturating_sub(1);
            actions.push(record(index, host, None));
            if self.cancelled {
                self.end(index, HostState::Cancelled, Some(CANCELLED.into()), actions);
            }
        } else {
            self.end(index, HostState::of(outcome), None, actions);
        }
    }

    fn cancel(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if std::mem::replace(&mut self.cancelled, true) {
            return;
        }
        for index in 0..self.hosts.len() {
            let host = &mut self.hosts[index];
            if host.has_ended() {
                continue;
            }
            match (host.is_busy(), host.connected) {
                (true, true) => {
                    host.deadline = Some(now + KILL_LIMIT);
                    host.retry = None;
                    actions.push(Action::Kill { host: index });
                }
                (true, false) => self.end(index, HostState::Cancelled, Some(CANCELLED_AWAY.into()), actions),
                (false, _) => self.end(index, HostState::Cancelled, Some(CANCELLED.into()), actions),
            }
        }
    }

    fn tick(&mut self, now: Duration, actions: &mut Vec<Action>) {
        for index in 0..self.hosts.len() {
            let host = &mut self.hosts[index];
            if host.retry.is_some_and(|retry| retry <= now) {
                host.retry = None;
                actions.push(Action::Send { host: index, phase: host.phase });
            }
            if host.deadline.is_none_or(|deadline| deadline > now) {
                continue;
            }
            host.deadline = None;
            let (state, reason) = match (self.cancelled, host.connected, host.is_busy()) {
                (true, ..) => {
                    (HostState::Cancelled, "its worker was told to end and has not said that it did")
                }
                (false, false, false) => (HostState::Unreachable, NOT_CONNECTED),
                (false, false, true) => {
                    (HostState::Unreachable, "it went away and did not come back in time")
                }
                (false, true, _) => (HostState::Expired, "it did not report in the time it had"),
            };
            if !self.cancelled && host.connected && host.is_busy() {
                actions.push(Action::Kill { host: index });
            }
            self.end(index, state, Some(reason.into()), actions);
        }
    }

    /// What follows from the event: the next hosts, the second half, the end.
    fn settle(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.phase == Phase::Prepare {
            self.prepare_next(now, actions);
            if self.preparing == 0 {
                self.judge_preparation(now, actions);
            }
        }
        if self.phase == Phase::Apply {
            self.fill(now, actions);
        }
        if self.open == 0 && !self.finished {
            self.finished = true;
            actions.push(Action::Finish);
        }
    }

    fn prepare_next(&mut self, now: Duration, actions: &mut Vec<Action>) {
        while let Some(host) = self.hosts.get(self.next) {
            if host.step == Step::Queued && !host.prepared && host.connected {
                self.send(self.next, now, actions);
            }
            self.next += 1;
        }
    }

    /// Every host has prepared or ended: where one's tree does not compile, nobody is changed.
    fn judge_preparation(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let failed = self.hosts.iter().filter(|host| host.step == Step::Ended(HostState::Failed)).count();
        if failed > 0 {
            let reason = match failed {
                1 => "1 host could not prepare, so no host was changed".to_owned(),
                failed => format!("{failed} hosts could not prepare, so no host was changed"),
            };
            for index in 0..self.hosts.len() {
                if !self.hosts[index].has_ended() {
                    self.end(index, HostState::Cancelled, Some(reason.clone()), actions);
                }
            }
        } else if self.open > 0 {
            actions.push(Action::ApplyBegins);
            self.begin_apply(now, actions);
        }
    }

    fn begin_apply(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.phase = Phase::Apply;
        for host in self.hosts.iter_mut().filter(|host| host.step == Step::Queued) {
            host.phase = Phase::Apply;
        }
        let answering = self.hosts.iter().filter(|host| !host.has_ended()).count();
        self.window = self.setup.batch.map_or(usize::MAX, |batch| batch.of(answering));
        self.next = 0;
        self.fill(now, actions);
    }

    /// Starts hosts while there is room.
    fn fill(&mut self, now: Duration, actions: &mut Vec<Action>) {
        while self.busy < self.window && !self.cancelled {
            let Some(host) = self.hosts.get(self.next) else { return };
            if host.step == Step::Queued && host.connected {
                self.send(self.next, now, actions);
            }
            self.next += 1;
        }
    }

    fn send(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let phase = self.phase;
        let allowance = now + self.setup.timeout + SLACK;
        let host = &mut self.hosts[index];
        host.step = Step::Sent;
        host.phase = phase;
        host.deadline = Some(allowance);
        host.waited = None;
        host.broken = 0;
        self.busy += 1;
        actions.push(record(index, host, None));
        actions.push(Action::Send { host: index, phase });
    }

    fn end(&mut self, index: usize, state: HostState, reason: Option<String>, actions: &mut Vec<Action>) {
        let host = &mut self.hosts[index];
        if host.has_ended() {
            return;
        }
        if host.is_busy() {
            self.busy -= 1;
        }
        if self.phase == Phase::Prepare && !host.prepared {
            self.preparing = self.preparing.saturating_sub(1);
        }
        host.step = Step::Ended(state);
        host.deadline = None;
        host.retry = None;
        self.open -= 1;
        actions.push(record(index, host, reason));
    }
}

const NOT_CONNECTED: &str = "it is not connected";
const CANCELLED: &str = "the job was called off before its turn";
const CANCELLED_AWAY: &str = "the job was called off while it was away; it may still be at work";

fn record(index: usize, host: &Host, reason: Option<String>) -> Action {
    Action::Record { host: index, state: host.state(), phase: host.phase, prepared: host.prepared, reason }
}
