//! The beginning of a job: which hosts, which tree, which pillar; and what an earlier process left unfinished.

mod needs;
mod resume;
pub(super) mod setup;
mod work;

use std::sync::Arc;
use std::time::Duration;

use common::id::{HostId, JobId};
use common::message::{Outcome, Report};
use common::value::{Map, Value};
use tokio::sync::{broadcast, mpsc};

use super::Daemon;
use super::conductor::{Score, close, conduct};
use super::live::{Input, LiveJob};
use super::shared::now;
use super::verifier::Verifier;
use crate::api::{Attached, Failure, FailureKind, JobEvent};
use crate::database::Write;
use crate::jobs::rollout::Resumed;
use crate::jobs::{HostRecord, HostState, JobRecord, JobSpec, Phase, Spec};
use crate::pillar::{PillarCompiler, PillarHost, nodegroups};
use crate::targets::{self, SelectError, outcome};

pub(super) use resume::resume;
pub(super) use setup::check;
use work::{Halt, prepare};

/// How long agents have to come back after the daemon has started, before a new job counts them as away.
const SETTLING: Duration = Duration::from_secs(10);

/// The same for jobs that an earlier process left: they have been under way and are worth waiting for.
const RESUME_GRACE: Duration = Duration::from_secs(60);

/// How long a host that goes away in the middle is waited for, where the job's timeout is longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// The longest time that a host may get.
const TIMEOUT_LIMIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Starts a job, for `parent` if it is to verify the hosts of that one. When this returns, it is on the disk and under way.
pub(super) async fn start(
    daemon: &Arc<Daemon>,
    spec: JobSpec,
    user: String,
    parent: Option<JobId>,
) -> Result<(Attached, broadcast::Receiver<Arc<JobEvent>>), Failure> {
    setup::check(&spec)?;
    let (mut hosts, unknown) = select(daemon, spec.target.clone()).await?;
    setup::order(daemon, spec.policy.order, &mut hosts);
    let ids: Vec<HostId> = hosts.iter().map(|host| host.id.clone()).collect();
    let phase = first_phase(&spec);
    let record = JobRecord { parent, ..JobRecord::new(daemon.next_jid(), spec.clone(), user, now(), phase) };
    let (count, user) = (ids.len(), record.user.as_str());
    // What a function is called with may be secret, and stays out of the log.
    tracing::info!(jid = %record.jid, user, hosts = count, work = name(&spec.work), "a job begins");
    let (job, inputs) = LiveJob::new(record.jid.clone(), ids.clone());
    let written = daemon.ledger.submit(Write::NewJob { job: Box::new(record.clone()), hosts: ids.clone() });
    written.await.map_err(Failure::internal)?;
    daemon.jobs.insert(Arc::clone(&job));
    let events = job.watch();
    let attached = Attached { jid: record.jid.clone(), hosts: ids, unknown, joined: false };
    tokio::spawn(launch(Arc::clone(daemon), Launch { job, inputs, record, hosts, resumed: None }));
    Ok((attached, events))
}

/// The accepted hosts that a target means, and ids that it names in vain.
pub(super) async fn select(
    daemon: &Arc<Daemon>,
    target: Option<String>,
) -> Result<(Vec<PillarHost>, Vec<String>), Failure> {
    let daemon = Arc::clone(daemon);
    let selecting = tokio::task::spawn_blocking(move || {
        let target = target.map(|text| outcome::expand(&text, daemon.ledger.as_ref())).transpose()?;
        let ids = daemon.keyring().accepted();
        let known = daemon.fleet.known_of(&ids);
        let accepted = ids.into_iter().zip(known).map(|(id, (known, _))| PillarHost {
            id,
            grains: known.map(|known| known.grains).unwrap_or_default(),
        });
        let groups = nodegroups(&daemon.config());
        let compiler = std::cell::OnceCell::new();
        let pillar = |host: &PillarHost| {
            let compiler = compiler.get_or_init(|| PillarCompiler::new(&daemon.config()));
            compiler.compile(host, "base", &Map::new()).unwrap_or_default()
        };
        let selected = targets::select(target.as_deref(), accepted.collect(), &groups, pillar)?;
        let unknown = targets::unknown(target.as_deref(), &selected, &groups);
        Ok::<_, SelectError>((selected, unknown))
    });
    selecting.await.map_err(Failure::internal)?.map_err(|error| match error {
        SelectError::Target(error) => Failure::new(FailureKind::Usage, error),
        error => Failure::new(FailureKind::NothingMatched, error),
    })
}

/// A job that is written down.
struct Launch {
    job: Arc<LiveJob>,
    inputs: mpsc::UnboundedReceiver<Input>,
    record: JobRecord,
    hosts: Vec<PillarHost>,
    /// Where the hosts were when an earlier process stopped.
    resumed: Option<Vec<Resumed>>,
}

/// Brings a job under way, and conducts it.
async fn launch(daemon: Arc<Daemon>, launch: Launch) {
    let Launch { job, inputs, record, hosts, resumed } = launch;
    let is_resumed = resumed.is_some();
    let prepared = prepare(&daemon, &record, hosts, resumed.as_deref()).await;
    let tasks = match prepared {
        Ok(tasks) => tasks,
        Err(halt) => return stop(&daemon, &job, &record, resumed.as_deref(), halt).await,
    };
    let setup = setup::setup(&record, is_resumed, daemon.config().timeout, daemon.started.elapsed(), now());
    let verifier = Verifier {
        command: record.spec.policy.verify.clone(),
        user: record.user.clone(),
        timeout: record.spec.timeout,
    };
    let known = daemon.fleet.known_of(&job.hosts);
    let fresh = |(_, connected): &(_, bool)| Resumed {
        state: HostState::Queued,
        phase: record.phase,
        prepared: false,
        connected: *connected,
    };
    let hosts = match resumed {
        None => known.iter().map(fresh).collect(),
        Some(resumed) => {
            let now = resumed.into_iter().zip(&known);
            now.map(|(host, (_, connected))| Resumed { connected: *connected, ..host }).collect()
        }
    };
    conduct(daemon, Score { job, inputs, tasks, verifier, setup, phase: record.phase, hosts }).await;
}

/// Ends a job that may not begin: every host gets a state that says why.
async fn stop(
    daemon: &Arc<Daemon>,
    job: &LiveJob,
    record: &JobRecord,
    resumed: Option<&[Resumed]>,
    halt: Halt,
) {
    for (index, host) in job.hosts.iter().enumerate() {
        if resumed.and_then(|resumed| resumed.get(index)).is_some_and(|host| host.state.is_end()) {
            continue;
        }
        let diagnosis = halt.hosts.iter().find(|(failed, _)| *failed == index).map(|(_, value)| value);
        let state = if diagnosis.is_some() { HostState::Failed } else { HostState::Cancelled };
        let reason = diagnosis.is_none().then(|| format!("nothing was sent: {}", halt.summary()));
        let report = diagnosis.map(|value| Box::new(not_compiled(record, value.clone())));
        drop(daemon.ledger.submit(Write::HostState {
            jid: record.jid.clone(),
            host: host.clone(),
            state,
            phase: record.phase,
            prepared: false,
            reason: reason.clone(),
            report: report.clone(),
            at: now(),
        }));
        let (id, phase) = (host.clone(), record.phase);
        job.emit(JobEvent::Ended(Box::new(HostRecord { id, state, phase, prepared: false, reason, report })));
    }
    close(daemon, job, Some(halt.error)).await;
}

fn not_compiled(record: &JobRecord, value: Value) -> Report {
    Report {
        jid: record.jid.clone(),
        prepare: false,
        outcome: Outcome::NotCompiled,
        value,
        retcode: 1,
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: now(),
        ended: now(),
    }
}

fn first_phase(spec: &JobSpec) -> Phase {
    match spec.work {
        Spec::Apply(_) if !spec.policy.no_prepare => Phase::Prepare,
        _ => Phase::Apply,
    }
}

/// The work's name, without its arguments.
fn name(work: &Spec) -> &str {
    match work {
        Spec::Apply(_) => "apply",
        Spec::Call(call) => &call.function,
    }
}
