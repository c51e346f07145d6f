//! `master run`.

use clap::Args;
use common::value::map;

use super::error::CommandError;
use super::follow;
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
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Run {
    /// The command
    #[arg(value_name = "COMMAND", required = true)]
    command: Vec<String>,

    #[command(flatten)]
    job: JobOptions,
}

impl Run {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let work = Spec::Call(CallSpec {
            function: "cmd.run".into(),
            positional: vec![self.command.join(" ").into()],
            keyword: map([("python_shell", true.into())]),
        });
        follow::start(&self.job, self.job.job(work), false).await
    }
}
