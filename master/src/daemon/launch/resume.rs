//! What an earlier process left unfinished goes on.

use std::sync::Arc;

use super::{Launch, launch};
use crate::daemon::Daemon;
use crate::daemon::live::LiveJob;
use crate::database::LedgerError;
use crate::jobs::JobRecord;
use crate::jobs::rollout::Resumed;
use crate::pillar::PillarHost;

/// Brings every unfinished job under way again. Agents never run a job's task twice, so tasks that were out are sent again.
pub(in crate::daemon) fn resume(daemon: &Arc<Daemon>) -> Result<(), LedgerError> {
    for record in daemon.ledger.unfinished()? {
        daemon.grants.resuming();
        tracing::info!(jid = %record.jid, "a job goes on that an earlier process left");
        resume_one(daemon, record)?;
    }
    Ok(())
}

fn resume_one(daemon: &Arc<Daemon>, record: JobRecord) -> Result<(), LedgerError> {
    let rows = daemon.ledger.job_hosts(&record.jid, false)?;
    let resumed = rows
        .iter()
        .map(|row| Resumed { state: row.state, phase: row.phase, prepared: row.prepared, connected: false })
        .collect();
    let hosts: Vec<PillarHost> = rows
        .into_iter()
        .map(|row| {
            let known = daemon.fleet.known(&row.id);
            PillarHost { id: row.id, grains: known.map(|known| known.grains).unwrap_or_default() }
        })
        .collect();
    let ids = hosts.iter().map(|host| host.id.clone()).collect();
    let (job, inputs) = LiveJob::new(record.jid.clone(), ids);
    daemon.jobs.insert(Arc::clone(&job));
    tokio::spawn(launch(Arc::clone(daemon), Launch { job, inputs, record, hosts, resumed: Some(resumed) }));
    Ok(())
}
