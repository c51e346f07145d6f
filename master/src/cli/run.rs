//! `master run`.

use clap::Args;
use common::value::map;

use super::comparing::CompareOptions;
use super::error::CommandError;
use super::follow::{self, Follow};
use super::options::JobOptions;
use crate::jobs::{CallSpec, Spec};

/// Run a shell command on hosts
///
/// The words are joined by blanks and given to the shell of each host, as `cmd.run` does. Quote a command that has options
/// of its own, or put `--` before it.
///
/// Examples:
///
///     master run --target 'fp-*' service http-proxy status
///     master run 'df -h / | tail -n 1'
///     master run 'service http-proxy status' --expect majority --normalize 'pid \d+=pid N'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Run {
    /// The command
    #[arg(value_name = "COMMAND", required = true)]
    command: Vec<String>,

    #[command(flatten)]
    compare: CompareOptions,

    #[command(flatten)]
    job: JobOptions,
}

impl Run {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let work = shell(&self.command.join(" "));
        let comparison = self.compare.comparison()?;
        follow::start(&self.job, self.job.job(work), Follow { comparison, ..Follow::default() }).await
    }
}

/// A line of shell as work.
#[must_use]
pub(super) fn shell(command: &str) -> Spec {
    Spec::Call(CallSpec {
        function: "cmd.run".into(),
        positional: vec![command.into()],
        keyword: map([("python_shell", true.into())]),
    })
}
