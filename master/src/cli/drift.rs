//! `master drift`.

use clap::Args;
use common::output::Format;
use common::value::{Map, Value, get, map};

use super::error::CommandError;
use super::exit_code;
use super::gather::{self, Gathered};
use super::options::JobOptions;
use super::printer::{records, table, talk};
use crate::jobs::{ApplySpec, HostRecord, HostState, Spec};

/// Show which hosts are no longer as the state tree says
///
/// A dry run on every host, shown as one table of the states that would change something or fail. Nothing is changed. The exit
/// code is 1 when there is a row.
#[derive(Debug, Args)]
pub(super) struct Drift {
    /// The SLS files, by name [default: what the top file says]
    #[arg(value_name = "SLS")]
    sls: Vec<String>,

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
        let sls = self.sls.iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty());
        let work =
            Spec::Apply(ApplySpec { sls: sls.map(Into::into).collect(), test: true, ..ApplySpec::default() });
        let Gathered { job, hosts } = gather::run(&self.job.daemon.socket()?, self.job.job(work)).await?;
        if let Some(error) = &job.error {
            return Err(CommandError::new(exit_code::NOT_COMPILED, error));
        }
        let rows: Vec<Drifted> = hosts.iter().flat_map(drifted).collect();
        let named: Vec<_> = rows.iter().map(|row| (row.host.clone(), value(row))).collect();
        let output = &self.job.output;
        records(output.out, &output.style(), &named, || listing(&rows));
        let silent = hosts.iter().filter(|host| host.report.is_none()).count();
        if output.out == Format::Human {
            let mut away: Vec<_> = rows.iter().map(|row| &row.host).collect();
            away.dedup();
            let line = format!("{} of {} hosts drifted, {silent} did not answer", away.len(), hosts.len());
            talk(&format!("{line} (job {})", job.jid));
        }
        Ok(match (rows.is_empty(), silent) {
            (false, _) => exit_code::FAILED,
            (true, 1..) => exit_code::NO_ANSWER,
            (true, 0) => exit_code::SUCCESS,
        })
    }
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
