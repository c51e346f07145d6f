//! `master drift`.

mod scheduled;

use clap::Args;
use common::id::JobId;
use common::output::Format;
use common::value::{Map, Value, get, map};

use super::error::CommandError;
use super::exit_code;
use super::gather::{self, Gathered};
use super::options::{JobOptions, OutputOptions};
use super::printer::{records, table, talk};
use crate::jobs::{ApplySpec, HostRecord, HostState, Spec};
use crate::schedules::Cron;

/// Show which hosts are no longer as the state tree says
///
/// A dry run on every host, shown as one table of the states that would change something or fail. Nothing is changed. The exit
/// code is 1 when there is a row.
///
/// With --schedule the daemon does so by the clock, for as long as the schedule stands; each run is a job like any other, whose
/// table `master drift --job JID` shows.
#[derive(Debug, Args)]
pub(super) struct Drift {
    /// The SLS files, by name [default: what the top file says]
    #[arg(value_name = "SLS")]
    sls: Vec<String>,

    /// Have the daemon do so by the clock: five fields as for cron, such as '0 3 * * *', or @hourly, @daily, @weekly
    #[arg(long, value_name = "CRON", requires = "name")]
    schedule: Option<Cron>,

    /// The name of the schedule
    #[arg(long, value_name = "NAME", requires = "schedule")]
    name: Option<String>,

    /// List the schedules, with what their last runs have found
    #[arg(long, conflicts_with_all = ["sls", "schedule", "unschedule", "job_id"])]
    schedules: bool,

    /// Remove a schedule
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sls", "schedule", "job_id"])]
    unschedule: Option<String>,

    /// Show what an earlier run has found
    #[arg(long = "job", value_name = "JID", conflicts_with_all = ["sls", "schedule"])]
    job_id: Option<JobId>,

    #[command(flatten)]
    job: JobOptions,
}

/// One state of one host that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
struct Drifted {
    host: String,
    id: String,
    function: String,
    what: &'static str,
    comment: String,
}

impl Drift {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let socket = self.job.daemon.socket()?;
        if self.schedules {
            return scheduled::list(&socket, &self.job.output).await;
        }
        if let Some(name) = self.unschedule {
            return scheduled::remove(&socket, &self.job.output, name).await;
        }
        if let Some(jid) = self.job_id {
            let gathered = gather::stored(&socket, jid).await?;
            if !matches!(&gathered.job.spec.work, Spec::Apply(apply) if apply.test) {
                let message = format!("job {} is no dry run: it tells nothing about drift", gathered.job.jid);
                return Err(CommandError::usage(message).hint("`master jobs show` shows what it did"));
            }
            return show(&self.job.output, &gathered);
        }
        let sls = self.sls.iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty());
        let work =
            Spec::Apply(ApplySpec { sls: sls.map(Into::into).collect(), test: true, ..ApplySpec::default() });
        let job = self.job.job(work);
        if let (Some(cron), Some(name)) = (self.schedule, self.name) {
            return scheduled::add(&socket, &self.job.output, name, cron, job).await;
        }
        show(&self.job.output, &gather::run(&socket, job).await?)
    }
}

/// Shows what a dry run has found.
fn show(output: &OutputOptions, gathered: &Gathered) -> Result<u8, CommandError> {
    let Gathered { job, hosts } = gathered;
    if let Some(error) = &job.error {
        return Err(CommandError::new(exit_code::NOT_COMPILED, error));
    }
    let rows: Vec<Drifted> = hosts.iter().flat_map(drifted).collect();
    let named: Vec<_> = rows.iter().map(|row| (row.host.clone(), value(row))).collect();
    records(output.out, &output.style(), &named, || listing(&rows));
    let silent = hosts.iter().filter(|host| host.report.is_none()).count();
    if output.out == Format::Human {
        let line =
            format!("{} of {} hosts drifted, {silent} did not answer", hosts_with_drift(&rows), hosts.len());
        talk(&format!("{line} (job {})", job.jid));
    }
    Ok(match (rows.is_empty(), silent) {
        (false, _) => exit_code::FAILED,
        (true, 1..) => exit_code::NO_ANSWER,
        (true, 0) => exit_code::SUCCESS,
    })
}

/// How many hosts have drifted; the rows of one stand together.
fn hosts_with_drift(rows: &[Drifted]) -> usize {
    let mut hosts: Vec<_> = rows.iter().map(|row| &row.host).collect();
    hosts.dedup();
    hosts.len()
}

/// The states of a host that would change something, or fail.
fn drifted(host: &HostRecord) -> Vec<Drifted> {
    let row = |id: &str, function: &str, what, comment: &str| Drifted {
        host: host.id.to_string(),
        id: id.into(),
        function: function.into(),
        what,
        comment: comment.lines().next().unwrap_or_default().into(),
    };
    let Some(report) = &host.report else { return Vec::new() };
    let Value::Map(states) = &report.value else {
        let text = report.value.to_string();
        return vec![row("", "", "does not compile", &text)];
    };
    let entries = states.iter().filter_map(|(tag, entry)| Some((tag.as_str()?, entry.as_map()?)));
    let rows: Vec<Drifted> = entries
        .filter_map(|(tag, entry)| {
            let what = match get(entry, "result") {
                Some(Value::Bool(true)) => return None,
                Some(Value::Bool(false)) => "fails",
                _ => "differs",
            };
            let parts: Vec<&str> = tag.split("_|-").collect();
            let function = format!("{}.{}", parts.first().unwrap_or(&""), parts.last().unwrap_or(&""));
            let id =
                text(entry, "__id__").unwrap_or_else(|| parts.get(1).copied().unwrap_or_default().into());
            Some(row(&id, &function, what, &text(entry, "comment").unwrap_or_default()))
        })
        .collect();
    if rows.is_empty() && host.state == HostState::Failed {
        return vec![row("", "", "fails", host.reason.as_deref().unwrap_or_default())];
    }
    rows
}

fn text(entry: &Map, key: &str) -> Option<String> {
    get(entry, key).and_then(Value::as_str).map(Into::into)
}

fn listing(rows: &[Drifted]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let row = |row: &Drifted| {
        let Drifted { host, id, function, what, comment } = row;
        vec![host.clone(), id.clone(), function.clone(), (*what).into(), comment.clone()]
    };
    table(&["HOST", "STATE", "FUNCTION", "", "COMMENT"], rows.iter().map(row).collect())
}

fn value(row: &Drifted) -> Value {
    Value::Map(map([
        ("id", row.id.as_str().into()),
        ("function", row.function.as_str().into()),
        ("what", row.what.into()),
        ("comment", row.comment.as_str().into()),
    ]))
}
