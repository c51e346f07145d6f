//! `agent work`: the worker, which only the daemon starts.

use std::path::PathBuf;

use clap::Args;
use common::exit;

use super::{CommandError, log_to_stderr};
use crate::spool::{self, Assignment};
use crate::worker;

/// Perform one job (started by the agent itself)
#[derive(Args, Debug)]
#[command(hide = true)]
pub(super) struct Work {
    /// The folder of the job's phase in the spool, or the spool
    folder: PathBuf,
    /// Perform the commands whose phases come on standard input
    #[arg(long)]
    standing: bool,
}

impl Work {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        if self.standing {
            worker::stand(&self.folder, log).map_err(CommandError::error)?;
            return Ok(exit::SUCCESS);
        }
        let assignment = spool::read_assignment(&self.folder).map_err(CommandError::error)?;
        log(&assignment);
        worker::lead_session();
        worker::work(&self.folder, &assignment).map_err(CommandError::error)?;
        Ok(exit::SUCCESS)
    }
}

/// Logs as the job's daemon does.
fn log(assignment: &Assignment) {
    log_to_stderr(assignment.log_level.parse().unwrap_or(tracing::Level::INFO));
}
