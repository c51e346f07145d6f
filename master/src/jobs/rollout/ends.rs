//! What stops a host, and what stops them all.

use std::time::Duration;

use super::Action;
use super::host::Step;
use super::machine::{Rollout, record};
use crate::jobs::{HostState, Phase};

/// How long a killed worker's report is waited for.
pub(super) const KILL_LIMIT: Duration = Duration::from_secs(30);

pub(super) const NOT_CONNECTED: &str = "it is not connected";
pub(super) const CANCELLED: &str = "the job was called off before its turn";
pub(super) const CANCELLED_AWAY: &str = "the job was called off while it was away; it may still be at work";
pub(super) const AWAY: &str = "not connected";
const CANCELLED_UNVERIFIED: &str = "it has succeeded, and the job was called off before it was verified";
const OVERTIME: &str = "the job's time was over before its turn";
const OVERTIME_BUSY: &str = "the job's time was over";
const NOT_BACK: &str = "it did not come back while the job waited for it";
const LOST: &str = "it went away and did not come back in time";
const SILENT: &str = "it did not report in the time it had";
const NOT_KILLED: &str = "its worker was told to end and has not said that it did";

impl Rollout {
    /// Ends a host. One failure too many stops the rollout.
    pub(super) fn end(
        &mut self,
        index: usize,
        state: HostState,
        reason: Option<String>,
        now: Duration,
        actions: &mut Vec<Action>,
    ) {
        let Some(host) = self.hosts.get(index).filter(|host| !host.has_ended()) else { return };
        let (begun, was_busy) = (host.begun, host.is_busy());
        self.update(index, |host| {
            host.step = Step::Ended(state);
            host.deadline = None;
            host.retry = None;
        });
        actions.push(record(index, &self.hosts[index], reason));
        if was_busy {
            self.cool(now);
        }
        let has_failed = match state {
            HostState::Failed | HostState::Expired => true,
            HostState::Unreachable | HostState::Cancelled => begun,
            _ => false,
        };
        self.absent += usize::from(state == HostState::Unreachable && !begun);
        if has_failed && !self.cancelled {
            self.failures += 1;
            self.stop_at_limit(now, actions);
        }
    }

    /// A place in the batch has become free: it stays empty for a while, if that is wanted.
    pub(super) fn cool(&mut self, now: Duration) {
        if self.phase == Phase::Apply && !self.setup.batch_wait.is_zero() {
            self.cooling.push_back(now + self.setup.batch_wait);
        }
    }

    /// Stops the rollout when too many hosts have failed and others have yet to begin.
    fn stop_at_limit(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let Some(wave) = self.waves.get(self.wave).filter(|_| self.phase == Phase::Apply) else { return };
        let part = self.waves.last().map_or(0, |wave| wave.reach);
        let limit = if wave.canary { 0 } else { self.setup.max_failures.of(part) };
        let is_over = self.stopped.is_some() || self.failures <= limit;
        // One that comes late may be preparing, which is no beginning yet.
        if is_over || !self.hosts.iter().any(|host| !host.has_ended() && !host.begun) {
            return;
        }
        let allowed = if wave.canary {
            "and no canary may".into()
        } else {
            format!("and at most {limit} may (--max-failures {})", self.setup.max_failures)
        };
        let reason =
            format!("the rollout stopped: {} of {} had failed, {allowed}", self.failures, hosts(self.begun));
        self.stopped = Some(reason.clone());
        actions.push(Action::Stopped { reason: reason.clone() });
        self.call_off_queued(&reason, now, actions);
    }

    /// Ends every host that has not begun.
    pub(super) fn call_off_queued(&mut self, reason: &str, now: Duration, actions: &mut Vec<Action>) {
        for index in 0..self.hosts.len() {
            if self.hosts[index].step == Step::Queued {
                self.end(index, HostState::Cancelled, Some(reason.into()), now, actions);
            }
        }
    }

    /// Ends everything: those at work are told to, the others end here.
    pub(super) fn cancel(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if std::mem::replace(&mut self.cancelled, true) {
            return;
        }
        self.held = None;
        let queued = if self.overtime { OVERTIME } else { CANCELLED };
        for index in 0..self.hosts.len() {
            let host = &self.hosts[index];
            if host.has_ended() {
                continue;
            }
            match (host.is_busy(), host.connected) {
                (true, true) => {
                    self.update(index, |host| {
                        host.deadline = Some(now + KILL_LIMIT);
                        host.retry = None;
                    });
                    actions.push(Action::Kill { host: index });
                }
                (true, false) => {
                    self.end(index, HostState::Cancelled, Some(CANCELLED_AWAY.into()), now, actions);
                }
                (false, _) => self.call_off_idle(index, queued, now, actions),
            }
        }
    }

    fn call_off_idle(&mut self, index: usize, queued: &str, now: Duration, actions: &mut Vec<Action>) {
        let is_queued = self.hosts[index].step == Step::Queued;
        let reason = if is_queued { queued } else { CANCELLED_UNVERIFIED };
        self.end(index, HostState::Cancelled, Some(reason.into()), now, actions);
    }

    /// An earlier process was bringing the rollout to its end.
    pub(super) fn take_up_ending(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.setup.cancelled {
            // Those at work are told to end when they come back.
            self.cancelled = true;
            for index in 0..self.hosts.len() {
                if !self.hosts[index].is_busy() {
                    self.call_off_idle(index, CANCELLED, now, actions);
                }
            }
        }
        if let Some(reason) = self.setup.stopped.clone() {
            self.call_off_queued(&reason, now, actions);
            self.stopped = Some(reason);
        }
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.setup.until.is_some_and(|until| until <= now) && !self.cancelled {
            self.overtime = true;
            self.cancel(now, actions);
        }
        for index in self.agenda.due(now) {
            let again =
                self.update(index, |host| host.retry.take_if(|retry| *retry <= now).map(|_| host.phase));
            if let Some(phase) = again.flatten() {
                actions.push(Action::Send { host: index, phase });
            }
            let host = &self.hosts[index];
            if host.deadline.is_none_or(|deadline| deadline > now) {
                continue;
            }
            let (connected, busy, parked) = (host.connected, host.is_busy(), host.parked);
            let (state, reason) = match (connected, busy) {
                _ if self.overtime => (HostState::Expired, OVERTIME_BUSY),
                _ if self.cancelled => (HostState::Cancelled, NOT_KILLED),
                (false, false) if parked => (HostState::Unreachable, NOT_BACK),
                (false, false) => (HostState::Unreachable, NOT_CONNECTED),
                (false, true) => (HostState::Unreachable, LOST),
                (true, _) => (HostState::Expired, SILENT),
            };
            if !self.cancelled && connected && busy {
                actions.push(Action::Kill { host: index });
            }
            self.end(index, state, Some(reason.into()), now, actions);
        }
    }
}

/// So many hosts, in words.
pub(super) fn hosts(count: usize) -> String {
    if count == 1 { "1 host".into() } else { format!("{count} hosts") }
}
