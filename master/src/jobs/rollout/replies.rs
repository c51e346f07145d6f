//! What hosts say, and what their connections do.

use std::time::Duration;

use common::message::Outcome;

use super::Action;
use super::ends::{CANCELLED, CANCELLED_AWAY, KILL_LIMIT};
use super::host::Step;
use super::machine::{Rollout, SLACK, record};
use crate::jobs::{HostState, Phase};

/// How long a host may wait for another job of its own.
const WAIT_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// How often a task is sent again after its stream broke.
const BROKEN_LIMIT: u32 = 5;

/// How long after.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Rollout {
    pub(super) fn connected(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let cancelled = self.cancelled;
        self.update(index, |host| {
            host.connected = true;
            host.parked = false;
            if host.has_ended() {
                return;
            }
            host.deadline = None;
            if host.is_busy() {
                // Coming back gives no more time than there was, but for a moment to report in.
                let allowance = host.allowance.max(now + SLACK);
                host.deadline = Some(if cancelled { now + KILL_LIMIT } else { allowance });
                host.retry = None;
            }
        });
        let Some(host) = self.hosts.get(index) else { return };
        if host.is_busy() {
            actions.push(Action::Send { host: index, phase: host.phase });
            if cancelled {
                actions.push(Action::Kill { host: index });
            }
        } else if host.is_ready() {
            self.next = self.next.min(index);
        }
    }

    pub(super) fn disconnected(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let patience = now + self.setup.patience;
        self.update(index, |host| {
            host.connected = false;
            host.retry = None;
            if host.is_busy() {
                host.deadline = Some(patience);
            }
        });
        let Some(host) = self.hosts.get(index) else { return };
        if host.step == Step::Queued {
            self.expect(index, patience);
        } else if host.is_busy() && self.cancelled {
            self.end(index, HostState::Cancelled, Some(CANCELLED_AWAY.into()), now, actions);
        }
    }

    pub(super) fn waiting(&mut self, index: usize, now: Duration) {
        // A killed task's end is waited for no longer because it says that it waits.
        if self.cancelled {
            return;
        }
        self.update(index, |host| {
            if host.step == Step::Sent && host.connected {
                // Said again, it moves nothing: a host cannot keep a job open for ever.
                let limit = *host.waited.get_or_insert(now + WAIT_LIMIT);
                host.allowance = limit;
                host.deadline = Some(limit);
            }
        });
    }

    pub(super) fn started(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        if self.hosts.get(index).is_none_or(|host| host.step != Step::Sent) {
            return;
        }
        let allowance = now + self.setup.timeout + SLACK;
        let cancelled = self.cancelled;
        self.update(index, |host| {
            host.allowance = allowance;
            if host.connected && !cancelled {
                host.deadline = Some(allowance);
            }
            host.step = Step::Running;
        });
        actions.push(record(index, &self.hosts[index], None));
    }

    pub(super) fn broken(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let times = self.update(index, |host| {
            if !host.is_busy() || !host.connected {
                return None;
            }
            host.broken += 1;
            if host.broken <= BROKEN_LIMIT {
                host.retry = Some(now + RETRY_AFTER);
            }
            Some(host.broken)
        });
        if let Some(times) = times.flatten().filter(|times| *times > BROKEN_LIMIT) {
            let reason = format!("the agent dropped the task {times} times without a report");
            self.end(index, HostState::Failed, Some(reason), now, actions);
        }
    }

    pub(super) fn report(
        &mut self,
        index: usize,
        prepare: bool,
        outcome: Outcome,
        now: Duration,
        actions: &mut Vec<Action>,
    ) {
        let Some(host) = self.hosts.get(index) else { return };
        match host.step {
            // It had been given up, and has reported after all.
            Step::Ended(HostState::Unreachable | HostState::Expired | HostState::Cancelled) if !prepare => {
                self.update(index, |host| host.step = Step::Ended(HostState::of(outcome)));
                actions.push(record(index, &self.hosts[index], None));
                return;
            }
            Step::Ended(_) | Step::Verifying { .. } => return,
            // A preparation's report that arrives again. Or a task for it was on its way to an agent that had just delivered the
            // report, and which then says that it has run that before.
            _ if prepare && (host.phase == Phase::Apply || host.prepared) => return,
            _ => {}
        }
        match (outcome, prepare) {
            (Outcome::Succeeded, true) => self.prepared(index, now, actions),
            (Outcome::Succeeded, false)
                if self.setup.verify && !self.cancelled && host.phase == Phase::Apply =>
            {
                self.cool(now);
                self.update(index, |host| {
                    host.step = Step::Verifying { asked: false };
                    host.deadline = None;
                    host.retry = None;
                });
                actions.push(record(index, &self.hosts[index], None));
            }
            (Outcome::Killed, _) if self.overtime => self.end(index, HostState::Expired, None, now, actions),
            _ => self.end(index, HostState::of(outcome), None, now, actions),
        }
    }

    fn prepared(&mut self, index: usize, now: Duration, actions: &mut Vec<Action>) {
        let patience = now + self.setup.patience;
        let phase = self.phase;
        self.update(index, |host| {
            host.step = Step::Queued;
            host.prepared = true;
            host.phase = phase;
            host.deadline = None;
            host.retry = None;
        });
        if !self.hosts[index].connected {
            self.expect(index, patience);
        }
        actions.push(record(index, &self.hosts[index], None));
        if self.cancelled {
            self.end(index, HostState::Cancelled, Some(CANCELLED.into()), now, actions);
        } else if let Some(reason) = self.stopped.clone() {
            self.end(index, HostState::Cancelled, Some(reason), now, actions);
        } else if phase == Phase::Apply {
            self.next = self.next.min(index);
        }
    }

    pub(super) fn verified(
        &mut self,
        index: usize,
        fault: Option<String>,
        now: Duration,
        actions: &mut Vec<Action>,
    ) {
        if self.hosts.get(index).is_none_or(|host| host.step != Step::Verifying { asked: true }) {
            return;
        }
        match fault {
            None => self.end(index, HostState::Succeeded, None, now, actions),
            Some(fault) => self.end(index, HostState::Failed, Some(fault), now, actions),
        }
    }
}
