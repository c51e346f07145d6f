//! `agent work`: the worker, which only the daemon starts.

use std::path::PathBuf;

use clap::Args;
use common::exit;

use super::{CommandError, log_to_stderr};
use crate::{spool, worker};

/// Perform one job (started by the agent itself)
#[derive(Args, Debug)]
#[command(hide = true)]
pub(super) struct Work {
    /// The folder of the job's phase in the spool
    folder: PathBuf,
}

impl Work {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        let assignment = spool::read_assignment(&self.folder).map_err(CommandError::error)?;
        log_to_stderr(assignment.log_level.parse().unwrap_or(tracing::Level::INFO));
        drop(assignment);
        worker::work(&self.folder).map_err(CommandError::error)?;
        Ok(exit::SUCCESS)
    }
}
