//! Verifying what a job has done: a command that must succeed on its hosts, run as a job of its own.

use std::collections::HashMap;
use std::sync::Arc;

use common::id::{HostId, JobId};
use common::value::map;
use tokio::sync::broadcast::error::RecvError;

use super::live::{Input, LiveJob};
use super::{Daemon, launch};
use crate::api::JobEvent;
use crate::jobs::{CallSpec, HostRecord, HostState, JobSpec, Policy, Spec};

/// How much of a failed command's output stands in the reason.
const OUTPUT_LIMIT: usize = 300;

/// How a job's hosts are verified.
#[derive(Clone)]
pub(super) struct Verifier {
    /// The command; a job without one asks for no verification.
    pub(super) command: Option<String>,
    /// Who asked for the job.
    pub(super) user: String,
    /// How long one host may take, in seconds.
    pub(super) timeout: Option<u64>,
}

impl Verifier {
    /// Has the command run on these hosts of the job. Each gets its [`Input::Verified`], whatever happens.
    pub(super) fn verify(&self, daemon: &Arc<Daemon>, job: &Arc<LiveJob>, hosts: Vec<usize>) {
        let (daemon, job, verifier) = (Arc::clone(daemon), Arc::clone(job), self.clone());
        tokio::spawn(async move {
            let ids: Vec<_> = hosts.iter().filter_map(|host| job.hosts.get(*host).cloned()).collect();
            let found = verifier.run(&daemon, &job, &ids).await;
            for (host, id) in hosts.iter().zip(&ids) {
                let fault = match &found {
                    Ok(records) => match records.get(id) {
                        Some(record) => fault(record),
                        None => Some("it could not be verified: it is no accepted host any more".into()),
                    },
                    Err(error) => Some(format!("it could not be verified: {error}")),
                };
                job.tell(Input::Verified { host: *host, fault });
            }
        });
    }

    async fn run(
        &self,
        daemon: &Arc<Daemon>,
        job: &LiveJob,
        ids: &[HostId],
    ) -> Result<HashMap<HostId, HostRecord>, String> {
        let names: Vec<_> = ids.iter().map(HostId::as_str).collect();
        let spec = JobSpec {
            work: Spec::Call(CallSpec {
                function: "cmd.run".into(),
                positional: vec![self.command.clone().unwrap_or_default().into()],
                keyword: map([("python_shell", true.into())]),
            }),
            target: Some(format!("L@{}", names.join(","))),
            batch: None,
            policy: Policy::default(),
            timeout: self.timeout,
            request: None,
        };
        let started = launch::start(daemon, spec, self.user.clone(), Some(job.jid.clone())).await;
        let (attached, mut events) = started.map_err(|failure| failure.to_string())?;
        job.emit(JobEvent::Verifying { hosts: ids.len(), jid: attached.jid.clone() });
        loop {
            match events.recv().await {
                Ok(event) if matches!(*event, JobEvent::Finished(_)) => break,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break,
            }
        }
        read(daemon, attached.jid).await
    }
}

async fn read(daemon: &Arc<Daemon>, jid: JobId) -> Result<HashMap<HostId, HostRecord>, String> {
    let ledger = Arc::clone(&daemon.ledger);
    let reading = tokio::task::spawn_blocking(move || ledger.job_hosts(&jid, true));
    let records = reading.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(records.into_iter().map(|record| (record.id.clone(), record)).collect())
}

/// Why a host is not good, after the command has run on it.
fn fault(record: &HostRecord) -> Option<String> {
    if record.state == HostState::Succeeded {
        return None;
    }
    let Some(report) = &record.report else {
        let reason = record.reason.as_deref().unwrap_or_default();
        return Some(format!("verification: {} ({reason})", record.state.name()));
    };
    let output: String =
        report.value.as_str().unwrap_or_default().trim_end().chars().take(OUTPUT_LIMIT).collect();
    Some(format!("verification: the command ended with {}: {output}", report.retcode))
}
