//! What goes into the machine and what comes out.

use std::time::Duration;

use common::message::Outcome;

use crate::jobs::{Batch, HostState, Phase};

/// How a rollout is to go.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Whether every host prepares before any is changed.
    pub prepare: bool,
    /// How many hosts may be busy in the second half; all when none is given.
    pub batch: Option<Batch>,
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
    /// Every host has ended.
    Finish,
}
