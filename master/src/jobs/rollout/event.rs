//! What goes into the machine and what comes out.

use std::time::Duration;

use common::message::Outcome;

use crate::jobs::{Batch, FailureLimit, HostState, Offline, Phase};

/// How a rollout is to go. Moments are on the machine's clock.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whether every host prepares before any is changed.
    pub prepare: bool,
    /// How hosts take their turns in the second half; all at once when none is given.
    pub batch: Option<Batch>,
    /// So many hosts go first, alone, and none of them may fail.
    pub canary: Option<usize>,
    /// How long a host's place stays empty after it has ended.
    pub batch_wait: Duration,
    /// How long a wave is left alone before the next begins.
    pub hold: Duration,
    /// How many hosts may fail before no further one begins.
    pub max_failures: FailureLimit,
    /// Whether a host that has succeeded is verified before it counts.
    pub verify: bool,
    /// What to do about hosts that are away.
    pub offline: Offline,
    /// Until when such a host is waited for, with [`Offline::Wait`].
    pub expire: Duration,
    /// When the whole job ends.
    pub until: Option<Duration>,
    /// Whether nothing further begins until it is resumed.
    pub paused: bool,
    /// Why no further host begins, where an earlier process has stopped the rollout.
    pub stopped: Option<String>,
    /// Whether an earlier process was told to call the job off.
    pub cancelled: bool,
    /// How long one host may work, from when its worker begins. The agent kills it then; the master gives up a little later.
    pub timeout: Duration,
    /// How long a host that is away at the start is waited for: nothing, but for a master that has just started.
    pub grace: Duration,
    /// How long a host that went away in the middle is waited for.
    pub patience: Duration,
}

/// A host as it enters the rollout.
#[derive(Clone, Copy, Debug)]
pub struct Resumed {
    /// Its state: [`HostState::Queued`], unless the rollout began under an earlier process.
    pub state: HostState,
    /// Which half it was in.
    pub phase: Phase,
    /// Whether its plan was ready.
    pub prepared: bool,
    /// Whether it is connected.
    pub connected: bool,
}

/// Something that happened. Hosts are numbered as they were given to the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The host has a connection (again).
    Connected(usize),
    /// Its connection is gone.
    Disconnected(usize),
    /// Its task waits on the host for another job.
    Waiting(usize),
    /// A worker is at its task.
    Started(usize),
    /// Its task's stream ended without a report, though it is connected.
    Broken(usize),
    /// Its report.
    Report {
        /// The host.
        host: usize,
        /// Whether it is the report of the preparation.
        prepare: bool,
        /// How it ended.
        outcome: Outcome,
    },
    /// What the verification of a host said: nothing, or why it is not good.
    Verified {
        /// The host.
        host: usize,
        /// What is wrong with it.
        fault: Option<String>,
    },
    /// Nothing further is to begin for now.
    Pause,
    /// Further hosts may begin again.
    Resume,
    /// The operator calls the job off.
    Cancel,
    /// Nothing but the time.
    Tick,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send the host's task of this phase. It may have it already.
    Send {
        /// The host.
        host: usize,
        /// Which task.
        phase: Phase,
    },
    /// Have the host's worker killed.
    Kill {
        /// The host.
        host: usize,
    },
    /// Write down the host's state.
    Record {
        /// The host.
        host: usize,
        /// Its state.
        state: HostState,
        /// The half it is in.
        phase: Phase,
        /// Whether its plan is ready.
        prepared: bool,
        /// Why, where no report says it.
        reason: Option<String>,
    },
    /// Every host has prepared; the second half begins.
    ApplyBegins,
    /// A wave begins.
    Wave {
        /// Which, from 1.
        number: usize,
        /// Out of how many.
        of: usize,
        /// How many hosts have had their turn when it is over.
        reach: usize,
    },
    /// These hosts are to be verified; an [`Event::Verified`] is due for each.
    Verify {
        /// The hosts.
        hosts: Vec<usize>,
    },
    /// Too many hosts have failed: no further one begins.
    Stopped {
        /// Why, in words.
        reason: String,
    },
    /// Every host has ended.
    Finish,
}
