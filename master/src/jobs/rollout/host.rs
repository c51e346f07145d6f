//! One host of a rollout.

use std::time::Duration;

use super::Resumed;
use crate::jobs::{HostState, Phase};

/// Where a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing of this phase has been sent to it.
    Queued,
    /// Its task has been sent.
    Sent,
    /// A worker is at it.
    Running,
    /// It has succeeded, and is to be verified.
    Verifying {
        /// Whether that is under way.
        asked: bool,
    },
    /// It has ended.
    Ended(HostState),
}

/// One host.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) step: Step,
    pub(super) phase: Phase,
    pub(super) prepared: bool,
    pub(super) connected: bool,
    /// Whether it has had its turn in the second half.
    pub(super) begun: bool,
    /// Whether it is away and waited for, with nobody held up.
    pub(super) parked: bool,
    /// When it counts as gone or out of time.
    pub(super) deadline: Option<Duration>,
    /// When the time is over that it has for its task.
    pub(super) allowance: Duration,
    /// Until when it may wait for another job of its own, once it has said that it does.
    pub(super) waited: Option<Duration>,
    /// When a task whose stream broke is sent again.
    pub(super) retry: Option<Duration>,
    /// How often its task's stream broke.
    pub(super) broken: u32,
}

impl Host {
    pub(super) fn new(resumed: &Resumed) -> Self {
        Self {
            step: match resumed.state {
                HostState::Queued => Step::Queued,
                HostState::Sent => Step::Sent,
                HostState::Running => Step::Running,
                HostState::Verifying => Step::Verifying { asked: false },
                end => Step::Ended(end),
            },
            phase: resumed.phase,
            prepared: resumed.prepared,
            connected: resumed.connected,
            begun: resumed.phase == Phase::Apply
                && !matches!(
                    resumed.state,
                    HostState::Queued | HostState::Unreachable | HostState::Cancelled
                ),
            parked: false,
            deadline: None,
            allowance: Duration::ZERO,
            waited: None,
            retry: None,
            broken: 0,
        }
    }

    /// Whether its task is out.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.step, Step::Sent | Step::Running)
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.step, Step::Ended(_))
    }

    /// Its state's name in the database.
    pub(super) fn state(&self) -> HostState {
        match self.step {
            Step::Queued => HostState::Queued,
            Step::Sent => HostState::Sent,
            Step::Running => HostState::Running,
            Step::Verifying { .. } => HostState::Verifying,
            Step::Ended(state) => state,
        }
    }

    /// Whether its task could be sent now.
    pub(super) fn is_ready(&self) -> bool {
        self.step == Step::Queued && self.connected
    }

    /// Whether it is away, and others wait for it to come or to be given up.
    pub(super) fn is_expected(&self) -> bool {
        self.step == Step::Queued && !self.connected && !self.parked
    }

    /// Whether the second half waits for its preparation.
    pub(super) fn holds_up_preparation(&self) -> bool {
        !self.has_ended() && self.phase == Phase::Prepare && !self.prepared && !self.parked
    }

    /// The next moment at which something is due.
    pub(super) fn due(&self) -> Option<Duration> {
        [self.deadline, self.retry].into_iter().flatten().min()
    }
}
