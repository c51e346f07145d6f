//! `master jobs export` and `master jobs diff`.

use std::path::Path;

use common::id::JobId;

use super::error::CommandError;
use super::exit_code;
use super::gather::{self, Gathered};
use super::printer::{data, table, talk};
use crate::jobs::HostRecord;

/// Prints a whole job as JSON lines: the job, then each host with its report.
pub(super) async fn export(socket: &Path, jid: JobId) -> Result<u8, CommandError> {
    print(&gather::stored(socket, jid).await?)
}

/// The same for a job that is at hand.
pub(super) fn print(Gathered { job, hosts }: &Gathered) -> Result<u8, CommandError> {
    let line =
        |value: serde_json::Result<String>| value.map_err(|error| CommandError::new(exit_code::ERROR, error));
    data(&(line(serde_json::to_string(job))? + "\n"));
    for host in hosts {
        data(&(line(serde_json::to_string(host))? + "\n"));
    }
    Ok(exit_code::SUCCESS)
}

/// Shows on which hosts two jobs came to something else.
pub(super) async fn diff(socket: &Path, before: JobId, after: JobId) -> Result<u8, CommandError> {
    let (before, after) = (gather::stored(socket, before).await?, gather::stored(socket, after).await?);
    let find = |hosts: &[HostRecord], id| hosts.iter().find(|host| host.id == id).map(outcome);
    let mut ids: Vec<_> = before.hosts.iter().chain(&after.hosts).map(|host| host.id.clone()).collect();
    ids.sort();
    ids.dedup();
    let count = ids.len();
    let rows: Vec<Vec<String>> = ids
        .into_iter()
        .filter_map(|id| {
            let one = find(&before.hosts, id.clone()).unwrap_or_else(|| "not in the job".into());
            let other = find(&after.hosts, id.clone()).unwrap_or_else(|| "not in the job".into());
            (one != other).then(|| vec![id.to_string(), one, other])
        })
        .collect();
    let differing = rows.len();
    if !rows.is_empty() {
        data(&table(&["HOST", before.job.jid.as_str(), after.job.jid.as_str()], rows));
    }
    talk(&format!("{differing} of {count} hosts differ"));
    Ok(if differing > 0 { exit_code::FAILED } else { exit_code::SUCCESS })
}

/// A host's outcome in one line that two jobs can be compared by.
fn outcome(host: &HostRecord) -> String {
    let state = host.state.name();
    match &host.report {
        Some(report) if report.unchanged + report.changed + report.failed > 0 => format!(
            "{state}: {} unchanged, {} changed, {} failed",
            report.unchanged, report.changed, report.failed
        ),
        Some(report) => {
            let text = report.value.to_string();
            let line = text.lines().next().unwrap_or_default();
            format!("{state}: {}", line.chars().take(60).collect::<String>())
        }
        None => format!("{state}: {}", host.reason.as_deref().unwrap_or_default()),
    }
}
