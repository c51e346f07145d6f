//! A job, as one agent sees it.

use serde::{Deserialize, Serialize};

use crate::id::JobId;
use crate::store::Hash;
use crate::value::{Map, Value};

/// What the master wants of one agent.
///
/// An agent never runs the same job and phase twice: sent again, it answers with the report it has, or attaches to the
/// worker that is at it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// The job.
    pub jid: JobId,
    /// What to do.
    pub work: Work,
    /// After how many seconds the worker is killed; never when none is given.
    #[serde(default)]
    pub timeout: Option<u64>,
}

/// What to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Work {
    /// Fetch the tree, compile the plan, fetch the files it names. Nothing on the host changes.
    Prepare(ApplyRequest),
    /// Converge the host: run the prepared plan, or prepare and run it.
    Apply(ApplyRequest),
    /// Call an execution function.
    Call(CallRequest),
}

/// Which states to apply, and what they see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyRequest {
    /// The SLS files; none means what the top file says.
    #[serde(default)]
    pub sls: Vec<String>,
    /// Whether to change nothing.
    #[serde(default)]
    pub test: bool,
    /// The environment; `base` if none is given.
    #[serde(default)]
    pub saltenv: Option<String>,
    /// The snapshot of the state tree: the hash of a [`crate::tree::Snapshot`].
    pub tree: Hash,
    /// The host's compiled pillar.
    pub pillar: Map,
    /// What templates see in `opts` besides the agent's own configuration.
    #[serde(default)]
    pub opts: Map,
}

/// Which execution function to call, and what it sees.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallRequest {
    /// The function: `cmd.run`.
    pub function: String,
    /// Its arguments by position.
    #[serde(default)]
    pub positional: Vec<Value>,
    /// Its arguments by name.
    #[serde(default)]
    pub keyword: Map,
    /// The snapshot of the state tree, for functions that read it.
    #[serde(default)]
    pub tree: Option<Hash>,
    /// The host's compiled pillar.
    #[serde(default)]
    pub pillar: Map,
    /// As in [`ApplyRequest`].
    #[serde(default)]
    pub opts: Map,
}

/// What an agent says of a task, in this order: `Waiting` any number of times, `Started` once, `Progress` any number of
/// times, `Finished` once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum TaskUpdate {
    /// Another job changes this host; the task waits for it.
    Waiting {
        /// That job.
        behind: JobId,
    },
    /// A worker is at it.
    Started {
        /// The process, for `saltutil.find_job`.
        pid: u32,
    },
    /// One more state has ended.
    Progress(Progress),
    /// The end. The agent keeps the report until the master answers [`TaskControl::Stored`].
    Finished(Box<Report>),
}

/// What the master says to a task's agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskControl {
    /// Kill the worker with all its processes; a report with [`Outcome::Killed`] follows.
    Kill,
    /// The report is on the master's disk: the agent may forget it.
    Stored,
}

/// One state has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// How many states have ended.
    pub done: u32,
    /// How many there are.
    pub total: u32,
    /// The state's id.
    pub id: String,
    /// Its function: `file.managed`.
    pub function: String,
    /// Its result.
    pub result: Option<bool>,
    /// Whether it changed something (or would).
    pub changed: bool,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything asked for was done.
    Succeeded,
    /// Something failed: a state, the function, the command.
    Failed,
    /// The tree does not compile for this host. Nothing was changed.
    NotCompiled,
    /// Its time was over, and it was killed.
    TimedOut,
    /// The master had it killed.
    Killed,
    /// The worker died without a word (a crash, a power cut, a reboot in the middle).
    Lost,
}

/// What a task came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The job.
    pub jid: JobId,
    /// Whether this is the report of the job's [`Work::Prepare`], and not yet its end.
    #[serde(default)]
    pub prepare: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// What Salt would return: the map of states, a list of errors, or the function's value.
    pub value: Value,
    /// Salt's return code: 0, or the command's, or 1 for compile errors and 2 for failed states.
    #[serde(default)]
    pub retcode: i32,
    /// How many states succeeded without changes.
    #[serde(default)]
    pub unchanged: u32,
    /// How many states changed something (or would).
    #[serde(default)]
    pub changed: u32,
    /// How many states failed.
    #[serde(default)]
    pub failed: u32,
    /// When the worker began, in milliseconds since 1970.
    #[serde(default)]
    pub started: i64,
    /// When it ended, likewise.
    #[serde(default)]
    pub ended: i64,
}
