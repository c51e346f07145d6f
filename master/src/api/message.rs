//! The messages.

use common::id::{HostId, JobId};
use common::message::Progress;
use common::value::Map;
use serde::{Deserialize, Serialize};
use states::diagnostic::Diagnostic;
use states::explain::Explanation;

use crate::database::{Applied, Retired};
use crate::jobs::{HostRecord, HostState, JobRecord, JobSpec, Phase};
use crate::keys::Key;
use crate::schedules::{Cron, Schedule};
use crate::tokens::Token;

/// What the command line asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Start a job: [`Response::Attached`], then its [`Response::Event`]s to the last.
    Start {
        /// The job.
        job: Box<JobSpec>,
        /// Whether to follow a job instead that applies states to these hosts already.
        #[serde(default)]
        join: bool,
    },
    /// Follow a job that is under way: as for a start. A job that has ended answers with its end.
    Follow {
        /// The job.
        jid: JobId,
    },
    /// Call a job off: [`Response::Done`].
    Cancel {
        /// The job.
        jid: JobId,
    },
    /// Let nothing further begin in a job, or let it go on: [`Response::Done`].
    Pause {
        /// The job.
        jid: JobId,
        /// Whether it is to be paused.
        paused: bool,
    },
    /// Mark which hosts of a job answered otherwise than was expected: [`Response::Done`].
    Deviants {
        /// The job.
        jid: JobId,
        /// The hosts.
        hosts: Vec<HostId>,
    },
    /// Keys: [`Response::Keys`], those that match or, for an action, those that have changed.
    Keys {
        /// What to do with them.
        action: KeyAction,
        /// Which ids.
        pattern: String,
    },
    /// Make a join token: [`Response::NewToken`].
    NewToken {
        /// Which ids it lets in, as a glob.
        pattern: String,
        /// How many hosts it lets in.
        uses: u32,
        /// For how many seconds.
        lifetime: u64,
    },
    /// The join tokens: [`Response::Tokens`].
    Tokens,
    /// Make join tokens useless: [`Response::Tokens`], those that are gone.
    RevokeTokens {
        /// The first digits of their hash.
        name: String,
    },
    /// Take a key in for a host that is yet to be: [`Response::Issued`].
    Issue {
        /// The host.
        id: HostId,
        /// Its public key, DER.
        #[serde(with = "serde_bytes")]
        public_key: Vec<u8>,
    },
    /// Hosts that have been here: [`Response::Hosts`] as often as need be, then [`Response::Done`].
    Hosts {
        /// Which, by a target; all when none is given, with those whose key waits.
        target: Option<String>,
        /// Only those that have not been seen for so many seconds.
        #[serde(default)]
        unseen: Option<u64>,
        /// Whether hosts that are out of service are among them.
        #[serde(default)]
        retired: bool,
    },
    /// Take hosts out of service: [`Response::Retired`].
    Retire {
        /// Which ids, as a glob.
        pattern: String,
        /// Only those that have not been seen for so many seconds.
        #[serde(default)]
        unseen: Option<u64>,
    },
    /// Have a job started by the clock: [`Response::Schedules`], the one.
    Schedule {
        /// Its name.
        name: String,
        /// When.
        cron: Cron,
        /// The job.
        job: Box<JobSpec>,
    },
    /// The schedules: [`Response::Schedules`].
    Schedules,
    /// Remove a schedule: [`Response::Schedules`], the one.
    Unschedule {
        /// Its name.
        name: String,
    },
    /// The newest jobs: [`Response::Jobs`].
    Jobs {
        /// How many.
        limit: usize,
    },
    /// One job: [`Response::Jobs`], then a [`Response::Host`] for each of its hosts, then [`Response::Done`].
    Job {
        /// The job.
        jid: JobId,
    },
    /// Compile for known hosts and touch none: a [`Response::Checked`] for each, [`Response::Unused`], then
    /// [`Response::Done`].
    Check(CheckSpec),
    /// Say why a state is on a host and when it runs: [`Response::Explained`].
    Explain {
        /// The host.
        host: HostId,
        /// The state: an id, a name, `sls:id`, or a glob.
        state: String,
        /// What to compile.
        spec: CheckSpec,
    },
    /// How the daemon is: [`Response::Status`].
    Status,
}

/// What to do with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAction {
    /// Nothing but to list them.
    List,
    /// Accept them.
    Accept,
    /// Reject them.
    Reject,
    /// Delete them.
    Delete,
}

/// What to compile.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CheckSpec {
    /// For which hosts; all when none is given.
    #[serde(default)]
    pub target: Option<String>,
    /// The SLS files; none means what the top file says.
    #[serde(default)]
    pub sls: Vec<String>,
    /// The environment.
    #[serde(default)]
    pub saltenv: Option<String>,
    /// Pillar that is merged over every host's own.
    #[serde(default)]
    pub pillar: Map,
    /// A state tree to compile in place of the configured one.
    #[serde(default)]
    pub tree: Option<std::path::PathBuf>,
    /// A pillar tree likewise.
    #[serde(default)]
    pub pillar_tree: Option<std::path::PathBuf>,
    /// Whether the linter looks at what compiles.
    #[serde(default)]
    pub lint: bool,
}

/// What the daemon answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Response {
    /// The job is written down and under way.
    Attached(Attached),
    /// Something has happened in the job.
    Event(JobEvent),
    /// Keys.
    Keys(Vec<Key>),
    /// A join token that was made: the only time that it is shown.
    NewToken {
        /// The token, for the hosts.
        token: String,
        /// What is kept of it.
        info: Token,
    },
    /// Join tokens.
    Tokens(Vec<Token>),
    /// A host that is yet to be may come in with this.
    Issued {
        /// Its certificate, DER.
        #[serde(with = "serde_bytes")]
        certificate: Vec<u8>,
        /// The fingerprint of this master's authority.
        fingerprint: String,
    },
    /// Some hosts: with their grains, those of a whole fleet have no room in one frame.
    Hosts(Vec<HostInfo>),
    /// Hosts that are out of service now.
    Retired(Vec<Retired>),
    /// Schedules.
    Schedules(Vec<ScheduleInfo>),
    /// Jobs.
    Jobs(Vec<JobRecord>),
    /// A host of a job.
    Host(Box<HostRecord>),
    /// What a host's tree compiled to.
    Checked(CheckResult),
    /// The SLS files that no host of a check has and that do not compile.
    Unused(Vec<UnusedSls>),
    /// Why states are on a host.
    Explained(Explained),
    /// How the daemon is.
    Status(Status),
    /// That was all.
    Done,
    /// It can't be done.
    Failed(Failure),
}

/// A job that one is attached to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attached {
    /// The job.
    pub jid: JobId,
    /// Its hosts, in the order of their turns.
    pub hosts: Vec<HostId>,
    /// Ids that the target names and that no accepted host has.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Whether it was under way already.
    #[serde(default)]
    pub joined: bool,
}

/// Something that has happened in a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum JobEvent {
    /// A half of the job begins.
    Phase(Phase),
    /// A host's state is another.
    State {
        /// The host.
        host: HostId,
        /// Its state.
        state: HostState,
        /// Which half it is in.
        phase: Phase,
        /// Whether its plan is ready.
        prepared: bool,
    },
    /// A host waits for another job of its own.
    Waiting {
        /// The host.
        host: HostId,
        /// That job.
        behind: JobId,
    },
    /// One more state has ended on a host.
    Progress {
        /// The host.
        host: HostId,
        /// Which, and how.
        progress: Progress,
    },
    /// A wave begins.
    Wave {
        /// Which, from 1.
        number: usize,
        /// Out of how many.
        of: usize,
        /// How many hosts have had their turn when it is over.
        reach: usize,
    },
    /// Hosts are verified, by a job of its own.
    Verifying {
        /// How many.
        hosts: usize,
        /// The job.
        jid: JobId,
    },
    /// The job has stopped by itself: no further host begins.
    Stopped {
        /// Why.
        reason: String,
    },
    /// The job is paused, or goes on.
    Paused(bool),
    /// A host has ended (or has reported after it had been given up).
    Ended(Box<HostRecord>),
    /// The job has ended.
    Finished(Box<JobRecord>),
}

/// What a host is to the master.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its key waits for a decision.
    Pending,
    /// It may work and is here.
    Connected,
    /// It may work and is away.
    Lost,
    /// Its key was rejected.
    Rejected,
    /// It is out of service.
    Retired,
}

impl Standing {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Lost => "lost",
            Self::Rejected => "rejected",
            Self::Retired => "retired",
        }
    }
}

/// A schedule, and when it is due.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScheduleInfo {
    /// The schedule.
    pub schedule: Schedule,
    /// When it starts its next job, in milliseconds since 1970.
    pub next: Option<i64>,
}

/// A host that has been here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HostInfo {
    /// Its id.
    pub id: HostId,
    /// What it is to the master.
    pub standing: Standing,
    /// Since when it is away or out of service, in milliseconds since 1970.
    pub since: Option<i64>,
    /// The address of another machine that has shown this host's identity lately.
    pub double: Option<String>,
    /// Why its agent is refused, where it speaks another protocol than the master.
    #[serde(default)]
    pub refused: Option<String>,
    /// The last job that applied states to it.
    pub applied: Option<Applied>,
    /// Whether it is connected.
    pub connected: bool,
    /// Where it connected from last.
    pub address: String,
    /// Its agent's release.
    pub version: String,
    /// When it was last seen, in milliseconds since 1970.
    pub last_seen: i64,
    /// Its grains.
    pub grains: Map,
}

/// What a host's tree compiled to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckResult {
    /// The host.
    pub host: HostId,
    /// How many states it would have.
    pub states: usize,
    /// Notices that stop nothing.
    pub warnings: Vec<String>,
    /// Errors.
    pub errors: Vec<Diagnostic>,
    /// What the linter warns of.
    #[serde(default)]
    pub lints: Vec<Diagnostic>,
}

/// An SLS that no host has and that does not compile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnusedSls {
    /// Its environment.
    pub saltenv: String,
    /// Its name.
    pub sls: String,
    /// The host with whose grains and pillar it was compiled.
    pub host: HostId,
    /// What is wrong with it.
    pub errors: Vec<Diagnostic>,
}

/// Why states are on a host; or why that cannot be said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Explained {
    /// One for each state that was meant.
    pub states: Vec<Explanation>,
    /// Errors of the tree.
    pub errors: Vec<Diagnostic>,
    /// That there is no such state.
    pub unknown: Option<Diagnostic>,
}

/// How the daemon is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its release.
    pub version: String,
    /// The address it listens on.
    pub listen: String,
    /// What agents pin.
    pub fingerprint: String,
    /// How many agents are connected.
    pub connected: usize,
    /// That the job database is damaged, and what to do.
    #[serde(default)]
    pub damage: Option<String>,
}

/// Why a request can't be done.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind, which becomes an exit code.
    pub kind: FailureKind,
    /// In words.
    pub message: String,
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The request makes no sense.
    Usage,
    /// This user may not ask for it.
    Denied,
    /// The target, or a pattern, matches nothing.
    NothingMatched,
    /// The tree does not compile.
    NotCompiled,
    /// The daemon could not do its work.
    Internal,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, message: impl std::fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }

    /// The daemon's own failure.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::new(FailureKind::Internal, message)
    }
}
