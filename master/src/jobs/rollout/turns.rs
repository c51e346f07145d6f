//! Who is next.

use std::time::Duration;

use super::ends::{AWAY, hosts};
use super::host::Step;
use super::machine::{Rollout, SLACK, record};
use super::{Action, waves};
use crate::jobs::{HostState, Offline, Phase};

impl Rollout {
    /// Sends every host that is there to its preparation, which changes nothing: all at once.
    pub(super) fn prepare_next(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.setup.paused || self.cancelled || self.is_held_up_by_absent(now, actions) {
            return;
        }
        while let Some(host) = self.hosts.get(self.next) {
            if host.is_ready() && !host.prepared {
                self.send(self.next, Phase::Prepare, now, actions);
            }
            self.next += 1;
        }
    }

    /// Every host has prepared, has ended or is away: where one's tree does not compile, nobody is changed.
    pub(super) fn judge_preparation(&mut self, now: Duration, actions: &mut Vec<Action>) {
        let failed = self.hosts.iter().filter(|host| host.step == Step::Ended(HostState::Failed)).count();
        if failed > 0 {
            let reason = format!("{} could not prepare, so no host was changed", hosts(failed));
            self.call_off_queued(&reason, now, actions);
        } else if self.tally.open > 0 {
            actions.push(Action::ApplyBegins);
            self.begin_apply(actions);
        }
    }

    /// The second half begins, or goes on: how many waves there are is settled by how many hosts can take part.
    pub(super) fn begin_apply(&mut self, actions: &mut Vec<Action>) {
        self.phase = Phase::Apply;
        let prepare = self.setup.prepare;
        for index in 0..self.hosts.len() {
            if self.hosts[index].step == Step::Queued && (self.hosts[index].prepared || !prepare) {
                self.update(index, |host| host.phase = Phase::Apply);
            }
        }
        let part = self.hosts.iter().filter(|host| host.begun || !host.has_ended()).count();
        let lockstep = self.setup.verify || !self.setup.hold.is_zero();
        self.waves = waves::plan(self.setup.batch.as_ref(), self.setup.canary, lockstep, part);
        let begun = self.begun;
        self.wave = self.waves.iter().position(|wave| wave.reach >= begun).unwrap_or(0);
        self.next = 0;
        self.announce(actions);
    }

    /// Begins hosts while there is room, and the next wave when one is over.
    pub(super) fn advance(&mut self, now: Duration, actions: &mut Vec<Action>) {
        while self.cooling.front().is_some_and(|moment| *moment <= now) {
            self.cooling.pop_front();
        }
        loop {
            self.fill(now, actions);
            if !self.wave_is_over() {
                self.held = None;
                return;
            }
            if self.tally.unasked > 0 && !self.cancelled {
                self.ask_for_verification(actions);
            }
            let is_last = self.wave + 1 >= self.waves.len();
            if self.tally.verifying > 0
                || is_last
                || self.setup.paused
                || self.stopped.is_some()
                || self.cancelled
            {
                return;
            }
            if !self.setup.hold.is_zero() && *self.held.get_or_insert(now + self.setup.hold) > now {
                return;
            }
            self.held = None;
            self.wave += 1;
            self.announce(actions);
        }
    }

    /// Whether nobody of the wave is at work, and nobody is left who could begin in it.
    fn wave_is_over(&self) -> bool {
        let reach = self.waves.get(self.wave).map_or(0, |wave| wave.reach);
        let nobody_left = self.tally.ready == 0 && self.tally.expected == 0;
        self.tally.busy == 0 && (self.begun >= reach || nobody_left)
    }

    fn announce(&self, actions: &mut Vec<Action>) {
        if let Some(wave) = self.waves.get(self.wave).filter(|_| self.waves.len() > 1 && self.tally.open > 0)
        {
            actions.push(Action::Wave { number: self.wave + 1, of: self.waves.len(), reach: wave.reach });
        }
    }

    fn ask_for_verification(&mut self, actions: &mut Vec<Action>) {
        let unasked = |index: &usize| self.hosts[*index].step == Step::Verifying { asked: false };
        let asked: Vec<usize> = (0..self.hosts.len()).filter(unasked).collect();
        for index in &asked {
            self.update(*index, |host| host.step = Step::Verifying { asked: true });
        }
        actions.push(Action::Verify { hosts: asked });
    }

    /// Begins hosts while there is room in the wave.
    fn fill(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if self.setup.paused
            || self.cancelled
            || self.stopped.is_some()
            || self.is_held_up_by_absent(now, actions)
        {
            return;
        }
        while let Some(wave) = self.waves.get(self.wave) {
            if self.tally.busy + self.cooling.len() >= wave.window {
                return;
            }
            let Some(host) = self.hosts.get(self.next) else { return };
            if host.is_ready() {
                // One that came late prepares now, by itself.
                if host.phase == Phase::Prepare {
                    self.send(self.next, Phase::Prepare, now, actions);
                } else if self.begun < wave.reach {
                    self.send(self.next, Phase::Apply, now, actions);
                } else {
                    return;
                }
            }
            self.next += 1;
        }
    }

    /// With [`Offline::Fail`], nobody begins before it is known that everybody is there.
    fn is_held_up_by_absent(&mut self, now: Duration, actions: &mut Vec<Action>) -> bool {
        if self.setup.offline != Offline::Fail || self.begun > 0 {
            return false;
        }
        if self.absent > 0 && self.tally.open > self.tally.busy {
            let reason = format!("{} {AWAY}, so nobody began", hosts(self.absent));
            self.call_off_queued(&reason, now, actions);
        }
        self.absent > 0 || self.tally.expected > 0
    }

    fn send(&mut self, index: usize, phase: Phase, now: Duration, actions: &mut Vec<Action>) {
        let allowance = now + self.setup.timeout + SLACK;
        let first = self.update(index, |host| {
            host.step = Step::Sent;
            host.phase = phase;
            host.allowance = allowance;
            host.deadline = Some(allowance);
            host.waited = None;
            host.broken = 0;
            phase == Phase::Apply && !std::mem::replace(&mut host.begun, phase == Phase::Apply)
        });
        self.begun += usize::from(first == Some(true));
        actions.push(record(index, &self.hosts[index], None));
        actions.push(Action::Send { host: index, phase });
    }
}
