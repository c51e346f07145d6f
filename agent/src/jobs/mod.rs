//! Jobs: what runs when ([`Board`]), and the driver that does it ([`Jobs`]).

mod board;
mod classify;
mod driver;
mod kill;
mod quick;
mod reports;
mod watch;
mod workers;

use std::fmt;

use common::id::JobId;
use common::message::{Report, Task, Work};
use serde::{Deserialize, Serialize};

pub use board::{Action, Board, Class, Event, FINISHED_LIMIT, Found, HELD_LIMIT, Reception, SHARED_LIMIT};
pub use classify::{classify, classify_function};
pub use driver::{Follower, Jobs, Received, View};
pub use quick::Quick;

/// The environment variable that names a state run to what it starts.
pub const JOB_VARIABLE: &str = "LANTERN_JID";

/// A job's two halves, which are run and reported each on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// Fetching and compiling.
    Prepare,
    /// The work itself.
    Run,
}

/// One half of a job: what is run once and reported once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The job.
    pub jid: JobId,
    /// Its half.
    pub phase: Phase,
}

impl Phase {
    /// The name of its folder in the spool.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Run => "run",
        }
    }
}

impl Key {
    /// Of a task.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let phase = match task.work {
            Work::Prepare(_) => Phase::Prepare,
            Work::Apply(_) | Work::Call(_) => Phase::Run,
        };
        Self { jid: task.jid.clone(), phase }
    }

    /// From how it is written, `JID/PHASE`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (jid, phase) = text.split_once('/')?;
        let phase = [Phase::Prepare, Phase::Run].into_iter().find(|known| known.as_str() == phase)?;
        Some(Self { jid: jid.parse().ok()?, phase })
    }

    /// Of a report.
    #[must_use]
    pub fn of_report(report: &Report) -> Self {
        let phase = if report.prepare { Phase::Prepare } else { Phase::Run };
        Self { jid: report.jid.clone(), phase }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.jid, self.phase.as_str())
    }
}
