//! `master demo`.

use clap::Args;

use super::error::CommandError;

/// Show the whole product on this machine
#[derive(Debug, Args)]
pub(super) struct Demo {}

impl Demo {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        Err(CommandError::new(super::exit_code::ERROR, "not built yet"))
    }
}
