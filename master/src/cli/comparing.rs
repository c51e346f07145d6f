//! Flags that compare what hosts answer.

use clap::Args;
use common::id::{HostId, JobId};
use common::output::Format;

use super::error::CommandError;
use super::exit_code;
use super::printer::data;
use crate::compare::{Expectation, Group, Normalizer, compare, show, to_value};
use crate::jobs::HostRecord;

/// How answers are compared.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Comparison")]
pub(super) struct CompareOptions {
    /// Fold hosts that print the same, the most common output first
    #[arg(long)]
    group: bool,

    /// What every host is to print: a text, @FILE, or `majority` for what most of them print
    ///
    /// Hosts that print something else deviate: the exit code is 1, and `job:JID:deviant` is a target that means them. How their
    /// command ended does not matter then, only what it printed.
    #[arg(long, value_name = "TEXT|@FILE|majority")]
    expect: Option<String>,

    /// Replace in outputs before they are compared, as Python's re.sub: 'pid \d+=pid N'. May be given several times
    #[arg(long, value_name = "REGEX=REPL")]
    normalize: Vec<String>,
}

/// A comparison that a job's hosts are put to.
#[derive(Debug)]
pub(super) struct Comparison {
    normalizer: Normalizer,
    expectation: Option<Expectation>,
}

impl CompareOptions {
    /// The comparison, if one is asked for.
    ///
    /// # Errors
    /// When a rule is wrong or a file can't be read.
    pub(super) fn comparison(&self) -> Result<Option<Comparison>, CommandError> {
        if !self.group && self.expect.is_none() && self.normalize.is_empty() {
            return Ok(None);
        }
        let expectation = self.expect.as_deref().map(expectation).transpose()?;
        Comparison::new(&self.normalize, expectation).map(Some)
    }
}

/// Reads `--expect`.
///
/// # Errors
/// When the file that it names can't be read.
pub(super) fn expectation(text: &str) -> Result<Expectation, CommandError> {
    match text.strip_prefix('@') {
        Some(file) => match std::fs::read_to_string(file) {
            Ok(text) => Ok(Expectation::Text(text)),
            Err(error) => Err(CommandError::usage(format!("--expect: cannot read {file}: {error}"))),
        },
        None if text == "majority" => Ok(Expectation::Majority),
        None => Ok(Expectation::Text(text.into())),
    }
}

impl Comparison {
    /// A comparison after these rules.
    ///
    /// # Errors
    /// When a rule is wrong.
    pub(super) fn new(rules: &[String], expectation: Option<Expectation>) -> Result<Self, CommandError> {
        let wrong = |reason| CommandError::usage(format!("--normalize: {reason}"));
        Ok(Self { normalizer: Normalizer::parse(rules).map_err(wrong)?, expectation })
    }

    /// Compares the hosts of a job.
    #[must_use]
    pub(super) fn of<'a>(&self, records: impl Iterator<Item = &'a HostRecord>) -> Vec<Group> {
        compare(records, &self.normalizer, self.expectation.as_ref())
    }

    /// Whether deviants are looked for.
    #[must_use]
    pub(super) fn expects(&self) -> bool {
        self.expectation.is_some()
    }

    /// Shows the groups.
    pub(super) fn print(groups: &[Group], format: Format, jid: &JobId) {
        match format {
            Format::Human => data(&show(groups)),
            Format::Quiet => {}
            format => {
                let value = to_value(groups);
                let shown =
                    common::output::Shown { host: jid.as_str(), value: &value, states: false, failed: false };
                data(&common::output::render(format, &shown, &common::output::Style::default()));
            }
        }
    }

    /// The exit code: hosts that deviate, hosts without an answer, or neither.
    #[must_use]
    pub(super) fn exit_code(groups: &[Group]) -> u8 {
        if groups.iter().any(|group| group.deviant) {
            exit_code::FAILED
        } else if groups.iter().any(|group| group.retcode.is_none()) {
            exit_code::NO_ANSWER
        } else {
            exit_code::SUCCESS
        }
    }
}

/// The hosts that deviate.
#[must_use]
pub(super) fn deviants(groups: &[Group]) -> Vec<HostId> {
    groups.iter().filter(|group| group.deviant).flat_map(|group| group.hosts.clone()).collect()
}
