//! `master verify`.

use std::path::PathBuf;

use clap::Args;
use common::output::Format;
use common::value::{Value, map};
use serde::Deserialize;

use super::comparing::{Comparison, deviants, expectation};
use super::error::CommandError;
use super::exit_code;
use super::gather::{self, Gathered};
use super::options::JobOptions;
use super::printer::{data, records, table, talk};
use super::run::shell;
use crate::api::{Client, Request};
use crate::compare::{Group, show};

/// How many checks one file may have.
const CHECKS_LIMIT: usize = 1000;

/// Run named checks on hosts and show one table
///
/// The file has a list `checks`. Each has a `name` and a command `run`; `expect` is what it is to print (a text, or `majority`;
/// without it the command must succeed), `normalize` a list of REGEX=REPL, `target` the hosts, if not those of --target.
///
///     checks:
///       - name: the proxy runs
///         run: service http-proxy status
///         expect: majority
///         normalize: ['pid \d+=pid N']
///       - {name: disk, run: 'test $(df --output=pcent / | tail -n 1 | tr -d " %") -lt 90'}
///
/// Hosts that are not good are a target afterwards: `job:JID:bad`, with the job that the table names.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Verify {
    /// The file with the checks
    file: PathBuf,

    #[command(flatten)]
    job: JobOptions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checks {
    checks: Vec<Check>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    name: String,
    run: String,
    expect: Option<String>,
    #[serde(default)]
    normalize: Vec<String>,
    target: Option<String>,
}

/// What a check came to.
struct Verdict {
    name: String,
    job: String,
    hosts: usize,
    bad: usize,
    silent: usize,
    /// What hosts that are not good answered.
    groups: Vec<Group>,
}

impl Verify {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let checks = self.read()?;
        let socket = self.job.daemon.socket()?;
        // All of them are read before the first begins.
        let comparisons: Vec<Comparison> = checks
            .iter()
            .map(|check| {
                Comparison::new(&check.normalize, check.expect.as_deref().map(expectation).transpose()?)
            })
            .collect::<Result<_, CommandError>>()?;
        let mut verdicts = Vec::new();
        for (check, comparison) in checks.iter().zip(&comparisons) {
            let mut spec = self.job.job(shell(&check.run));
            spec.target = check.target.clone().or(spec.target);
            let Gathered { job, hosts } = gather::run(&socket, spec).await?;
            let groups = comparison.of(hosts.iter());
            let is_bad = |group: &Group| match comparison.expects() {
                true => group.deviant,
                false => group.retcode.is_some_and(|retcode| retcode != 0),
            };
            let count = |groups: &[Group], which: &dyn Fn(&Group) -> bool| -> usize {
                groups.iter().filter(|group| which(group)).map(|group| group.hosts.len()).sum()
            };
            let marked = deviants(&groups);
            if !marked.is_empty() {
                Client::ask(&socket, &Request::Deviants { jid: job.jid.clone(), hosts: marked }).await?;
            }
            verdicts.push(Verdict {
                name: check.name.clone(),
                job: job.jid.to_string(),
                hosts: hosts.len(),
                bad: count(&groups, &is_bad),
                silent: count(&groups, &|group| group.retcode.is_none()),
                groups: groups.into_iter().filter(|group| is_bad(group) || group.retcode.is_none()).collect(),
            });
        }
        self.show(&verdicts);
        Ok(if verdicts.iter().any(|verdict| verdict.bad > 0) {
            exit_code::FAILED
        } else if verdicts.iter().any(|verdict| verdict.silent > 0) {
            exit_code::NO_ANSWER
        } else {
            exit_code::SUCCESS
        })
    }

    fn read(&self) -> Result<Vec<Check>, CommandError> {
        let file = self.file.display();
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| CommandError::usage(format!("cannot read {file}: {error}")))?;
        let wrong = |error: serde_yaml::Error| {
            let line = error.location().map_or(1, |location| location.line());
            let example =
                "a check is {name: TEXT, run: COMMAND}, with expect, normalize and target as you like";
            CommandError::usage(format!("{file}:{line}: {error}")).hint(example)
        };
        let Checks { checks } = serde_yaml::from_str(&text).map_err(wrong)?;
        match checks.len() {
            0 => Err(CommandError::usage(format!("{file}: the list `checks` is empty"))),
            1..=CHECKS_LIMIT => Ok(checks),
            more => Err(CommandError::usage(format!(
                "{file}: {more} checks are too many: at most {CHECKS_LIMIT}"
            ))),
        }
    }

    fn show(&self, verdicts: &[Verdict]) {
        let named: Vec<_> = verdicts.iter().map(|verdict| (verdict.name.clone(), value(verdict))).collect();
        let output = &self.job.output;
        records(output.out, &output.style(), &named, || listing(verdicts));
        if output.out == Format::Human {
            for verdict in verdicts.iter().filter(|verdict| !verdict.groups.is_empty()) {
                data(&format!("\n{}\n{}", verdict.name, show(&verdict.groups)));
            }
            let bad = verdicts.iter().filter(|verdict| verdict.bad + verdict.silent > 0).count();
            talk(&format!("{} checks: {} good, {bad} not", verdicts.len(), verdicts.len() - bad));
        }
    }
}

fn listing(verdicts: &[Verdict]) -> String {
    let row = |verdict: &Verdict| {
        let good = verdict.hosts - verdict.bad - verdict.silent;
        let counts = [good, verdict.bad, verdict.silent].map(|count| count.to_string());
        [vec![verdict.name.clone()], counts.to_vec(), vec![verdict.job.clone()]].concat()
    };
    table(&["CHECK", "GOOD", "BAD", "NO ANSWER", "JOB"], verdicts.iter().map(row).collect())
}

fn value(verdict: &Verdict) -> Value {
    Value::Map(map([
        ("job", verdict.job.as_str().into()),
        ("hosts", (verdict.hosts as u64).into()),
        ("bad", (verdict.bad as u64).into()),
        ("no_answer", (verdict.silent as u64).into()),
        ("groups", crate::compare::to_value(&verdict.groups)),
    ]))
}
