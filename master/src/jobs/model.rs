//! What a job is, and what becomes of each of its hosts.

use common::id::{HostId, JobId};
use common::message::{Outcome, Report, RequestId};
use common::store::Hash;
use common::value::{Map, Value};
use serde::{Deserialize, Serialize};

use super::{Batch, Policy};

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobSpec {
    /// What to do.
    pub work: Spec,
    /// Which hosts, in the grammar of targets; every accepted host when none is given.
    #[serde(default)]
    pub target: Option<String>,
    /// How hosts take their turns; all at once when none is given.
    #[serde(default)]
    pub batch: Option<Batch>,
    /// How the job rolls out beyond that.
    #[serde(default)]
    pub policy: Policy,
    /// After how many seconds a host's worker is killed; the configuration's `timeout` when none is given.
    #[serde(default)]
    pub timeout: Option<u64>,
    /// What a host has called its request, where it has started the job itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Spec {
    /// Apply states.
    Apply(ApplySpec),
    /// Call an execution function.
    Call(CallSpec),
}

/// Which states to apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ApplySpec {
    /// The SLS files; none means what the top file says.
    #[serde(default)]
    pub sls: Vec<String>,
    /// Whether to change nothing.
    #[serde(default)]
    pub test: bool,
    /// The environment.
    #[serde(default)]
    pub saltenv: Option<String>,
    /// Pillar that is merged over every host's own.
    #[serde(default)]
    pub pillar: Map,
}

/// Which function to call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallSpec {
    /// The function.
    pub function: String,
    /// Its arguments by position.
    #[serde(default)]
    pub positional: Vec<Value>,
    /// Its arguments by name.
    #[serde(default)]
    pub keyword: Map,
}

impl Spec {
    /// The job in a few words, as `master jobs list` shows it.
    #[must_use]
    pub fn describe(&self) -> String {
        let words = match self {
            Self::Apply(apply) => {
                let test = if apply.test { " (test)" } else { "" };
                if apply.sls.is_empty() {
                    format!("apply{test}")
                } else {
                    format!("apply {}{test}", apply.sls.join(","))
                }
            }
            Self::Call(call) => {
                let positional = call.positional.iter().map(ToString::to_string);
                let keyword = call.keyword.iter().map(|(key, value)| format!("{key}={value}"));
                let words: Vec<_> = positional.chain(keyword).collect();
                format!("{} {}", call.function, words.join(" ")).trim_end().into()
            }
        };
        words.lines().next().unwrap_or_default().chars().take(200).collect()
    }
}

/// The one named state of a host in a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostState {
    /// Its task waits for its turn.
    Queued,
    /// Its task is on the way; the agent has not said that it began.
    Sent,
    /// A worker is at it.
    Running,
    /// It has done everything asked for, and is to be verified.
    Verifying,
    /// Everything asked for was done.
    Succeeded,
    /// Something failed; the report, or the reason, says what.
    Failed,
    /// It was not connected, or went away and did not come back in time.
    Unreachable,
    /// It was called off before it ended.
    Cancelled,
    /// It did not end in the time it had.
    Expired,
}

impl HostState {
    /// All states.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Sent,
        Self::Running,
        Self::Verifying,
        Self::Succeeded,
        Self::Failed,
        Self::Unreachable,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Running => "running",
            Self::Verifying => "verifying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more is expected of the host.
    #[must_use]
    pub fn is_end(self) -> bool {
        !matches!(self, Self::Queued | Self::Sent | Self::Running | Self::Verifying)
    }

    /// What a report's outcome makes of the host.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Succeeded => Self::Succeeded,
            Outcome::Failed | Outcome::NotCompiled | Outcome::Lost => Self::Failed,
            Outcome::TimedOut => Self::Expired,
            Outcome::Killed => Self::Cancelled,
        }
    }
}

/// The two halves of applying states. A call has only the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Hosts fetch and compile; nothing changes.
    Prepare,
    /// Hosts converge, or run the function.
    Apply,
}

/// A job as the database has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobRecord {
    /// Its id.
    pub jid: JobId,
    /// What was asked for.
    pub spec: JobSpec,
    /// Who asked.
    pub user: String,
    /// When it began, in milliseconds since 1970.
    pub started: i64,
    /// When it ended, likewise.
    pub ended: Option<i64>,
    /// How far it has come.
    pub phase: Phase,
    /// The snapshot that every host of the job sees.
    pub tree: Option<Hash>,
    /// The commit of the working copy, where the tree is in git.
    pub commit: Option<String>,
    /// Why the whole job ended before it touched a host.
    pub error: Option<String>,
    /// Whether nothing further begins until it is resumed.
    #[serde(default)]
    pub paused: bool,
    /// Why no further host began, where the rollout stopped by itself.
    #[serde(default)]
    pub stopped: Option<String>,
    /// Whether an operator has called it off.
    #[serde(default)]
    pub cancelled: bool,
    /// The job whose hosts this one verifies.
    #[serde(default)]
    pub parent: Option<JobId>,
    /// How many hosts are in each state.
    pub counts: Counts,
}

impl JobRecord {
    /// A job that begins in `phase`, at `started` milliseconds since 1970, and of which nothing more is known.
    #[must_use]
    pub fn new(jid: JobId, spec: JobSpec, user: String, started: i64, phase: Phase) -> Self {
        Self {
            jid,
            spec,
            user,
            started,
            ended: None,
            phase,
            tree: None,
            commit: None,
            error: None,
            paused: false,
            stopped: None,
            cancelled: false,
            parent: None,
            counts: Counts::default(),
        }
    }
}

/// How many hosts of a job are in each state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(pub std::collections::BTreeMap<String, u64>);

impl Counts {
    /// Counts one more host in `state`.
    pub fn add(&mut self, state: HostState) {
        *self.0.entry(state.name().into()).or_default() += 1;
    }

    /// How many hosts are in `state`.
    #[must_use]
    pub fn get(&self, state: HostState) -> u64 {
        self.0.get(state.name()).copied().unwrap_or_default()
    }

    /// How many hosts there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// One host of a job, as the database has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostRecord {
    /// The host.
    pub id: HostId,
    /// Its state.
    pub state: HostState,
    /// Which half of the job it is in.
    pub phase: Phase,
    /// Whether its plan is ready.
    pub prepared: bool,
    /// Why it is in this state, where a report does not say it.
    pub reason: Option<String>,
    /// What it reported.
    pub report: Option<Box<Report>>,
}
