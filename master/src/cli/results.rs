//! What a job's hosts came to, as it comes in and as it is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use common::id::HostId;
use common::message::{Outcome, Report};
use common::output::{Format, Shown, Style, render, render_all};
use common::value::Value;

use super::exit_code;
use crate::jobs::{Counts, HostRecord, HostState, JobRecord, Spec};

/// The results of a job.
pub(super) struct Results {
    format: Format,
    style: Style,
    hosts: BTreeMap<HostId, HostRecord>,
}

impl Results {
    pub(super) fn new(format: Format, style: Style) -> Self {
        Self { format, style, hosts: BTreeMap::new() }
    }

    /// Results that are not shown.
    pub(super) fn unshown() -> Self {
        Self::new(Format::Quiet, Style::default())
    }

    /// How many hosts have ended.
    pub(super) fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Takes a host's end; what can be shown of it at once. The same end twice is shown once.
    pub(super) fn add(&mut self, record: HostRecord) -> Option<String> {
        let known = self.hosts.get(&record.id);
        if known.is_some_and(|known| {
            known.state == record.state && known.report.is_some() == record.report.is_some()
        }) {
            return None;
        }
        // What many hosts are likely to share is gathered for people, and shown once at the end.
        let shared = self.format == Format::Human && (record.report.is_none() || is_not_compiled(&record));
        let text = (self.format.is_stream() && !shared).then(|| self.one(&record));
        self.hosts.insert(record.id.clone(), record);
        text.filter(|text| !text.is_empty())
    }

    /// What became of each host, by id.
    pub(super) fn records(&self) -> impl Iterator<Item = &HostRecord> {
        self.hosts.values()
    }

    /// What is shown when the job has ended.
    pub(super) fn rest(&self) -> String {
        if !self.format.is_stream() {
            let values: Vec<_> = self.hosts.values().map(|record| (record, value_of(record))).collect();
            let shown: Vec<_> = values
                .iter()
                .map(|(record, value)| Shown {
                    host: record.id.as_str(),
                    value,
                    states: is_state_run(record),
                    failed: has_failed(record),
                })
                .collect();
            return render_all(self.format, &shown, &self.style);
        }
        if self.format == Format::Human { self.not_compiled() + &self.silent() } else { String::new() }
    }

    /// The errors of trees that do not compile, those that several hosts have once.
    fn not_compiled(&self) -> String {
        let mut texts: Vec<(&Value, Vec<&str>)> = Vec::new();
        for record in self.hosts.values().filter(|record| is_not_compiled(record)) {
            let Some(report) = &record.report else { continue };
            match texts.iter_mut().find(|(value, _)| **value == report.value) {
                Some((_, hosts)) => hosts.push(record.id.as_str()),
                None => texts.push((&report.value, vec![record.id.as_str()])),
            }
        }
        let show = |(value, hosts): &(&Value, Vec<&str>)| {
            let shown = Shown { host: &hosts.join(", "), value, states: true, failed: true };
            render(self.format, &shown, &self.style)
        };
        texts.iter().map(show).collect()
    }

    /// The hosts without a report, those with the same fate on one line.
    fn silent(&self) -> String {
        let mut fates: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for record in self.hosts.values().filter(|record| record.report.is_none()) {
            let reason = record.reason.as_deref().unwrap_or("no reason is known");
            fates.entry((record.state.name(), reason)).or_default().push(record.id.as_str());
        }
        let line = |((state, reason), hosts): (&(&str, &str), &Vec<&str>)| {
            format!("{state}: {} ({reason})\n", hosts.join(", "))
        };
        fates.iter().map(line).collect()
    }

    fn one(&self, record: &HostRecord) -> String {
        let value = value_of(record);
        let shown = Shown {
            host: record.id.as_str(),
            value: &value,
            states: is_state_run(record),
            failed: has_failed(record),
        };
        render(self.format, &shown, &self.style)
    }

    /// The job's exit code.
    pub(super) fn exit_code(&self, job: &JobRecord) -> u8 {
        let mut counts = Counts::default();
        for record in self.hosts.values() {
            counts.add(record.state);
        }
        let reports = || self.hosts.values().filter_map(|record| record.report.as_deref());
        let not_compiled =
            job.error.is_some() || reports().any(|report| report.outcome == Outcome::NotCompiled);
        let silent = |record: &&HostRecord| record.state == HostState::Expired && record.report.is_none();
        let unanswered = self.hosts.values().filter(silent).count() as u64;
        exit_code::of_job(&counts, not_compiled, unanswered)
    }

    /// One line that says how the job went.
    pub(super) fn summary(&self, job: &JobRecord) -> String {
        let total = self.hosts.len();
        let mut parts = Vec::new();
        for state in HostState::ALL {
            let count = self.hosts.values().filter(|record| record.state == state).count();
            if count == 0 {
                continue;
            }
            let changed = |report: &&Report| report.changed > 0;
            let changed = match (&job.spec.work, state) {
                (Spec::Apply(apply), HostState::Succeeded) => {
                    let hosts = self.hosts.values().filter_map(|record| record.report.as_deref());
                    let hosts =
                        hosts.filter(changed).filter(|report| report.outcome == Outcome::Succeeded).count();
                    let verb = if apply.test { "would change" } else { "changed" };
                    format!(" ({hosts} {verb})")
                }
                _ => String::new(),
            };
            parts.push(format!("{count} {}{changed}", state.name()));
        }
        let hosts = if total == 1 { "host" } else { "hosts" };
        let took = job
            .ended
            .map(|ended| ended.saturating_sub(job.started))
            .and_then(|took| u64::try_from(took).ok());
        let took = took.map(|took| format!(" in {}", crate::duration::show(Duration::from_millis(took))));
        format!("{total} {hosts}: {}{} (job {})", parts.join(", "), took.unwrap_or_default(), job.jid)
    }
}

/// What stands for a host in the formats that programs read: its report's value, or what Salt says of silent minions.
fn value_of(record: &HostRecord) -> Value {
    if let Some(report) = &record.report {
        return report.value.clone();
    }
    let reason = record.reason.as_deref().unwrap_or_default();
    match record.state {
        HostState::Unreachable => "Minion did not return. [Not connected]".into(),
        HostState::Expired => "Minion did not return. [No response]".into(),
        state => format!("{}: {reason}", state.name()).into(),
    }
}

/// Whether the function itself failed, as Salt's return code of it tells.
fn has_failed(record: &HostRecord) -> bool {
    record.report.as_ref().is_some_and(|report| report.retcode != 0)
}

fn is_not_compiled(record: &HostRecord) -> bool {
    record.report.as_ref().is_some_and(|report| report.outcome == Outcome::NotCompiled)
}

fn is_state_run(record: &HostRecord) -> bool {
    record
        .report
        .as_ref()
        .is_some_and(|report| is_not_compiled(record) || common::output::is_state_return(&report.value))
}
