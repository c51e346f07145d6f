//! `agent join`.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use common::exit;
use common::id::HostId;
use common::identity::JoinToken;

use super::{CommandError, log_to_stderr, output};
use crate::config::{Address, Flags, Master, Settings};
use crate::session::{JoinError, join};

/// The most bytes that are read of a token.
const TOKEN_LIMIT: u64 = 4096;

/// Enrol this host with a join token, without an operator at the master.
///
/// `master keys token` makes tokens. The master's fingerprint is part of the token, so the right master is trusted from the
/// first packet on. When this has ended well, `agent run` has its certificate and works at once. An agent that runs already is
/// to be stopped first.
///
/// Exit codes: 0 the host has joined; 1 the master refuses it; 2 the token or the configuration is wrong; 6 the master could
/// not be reached in time, or is not the one of the token.
#[derive(Args, Debug)]
pub(super) struct Join {
    /// The token, or `-` to read it from standard input, where other users of the machine do not see it
    #[arg(value_name = "TOKEN")]
    token: String,

    /// The configuration file [default: /etc/lantern/agent.yaml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The id under which the host enrols [default: its host name]
    #[arg(long)]
    id: Option<HostId>,

    /// Where the master is that has made the token [default: the configuration's, else salt:4505]
    #[arg(long, value_name = "HOST[:PORT]")]
    master: Option<Address>,

    /// Where the agent keeps its key, its jobs and its cache [default: /var/lib/lantern/agent]
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// For how many seconds a master that does not answer is tried
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
}

impl Join {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        let flags = Flags {
            config: self.config,
            id: self.id,
            master: Vec::new(),
            state_dir: self.state_dir,
            ..Flags::default()
        };
        let settings = Settings::load(flags).map_err(CommandError::usage)?;
        let master = settings
            .masters
            .iter()
            .find(|one| self.master.as_ref().is_none_or(|named| *named == one.address));
        let master = match (master, self.master) {
            (Some(master), _) => master.clone(),
            // One that the configuration does not name: it is told to the agent later.
            (None, Some(address)) => {
                Master { address, fingerprint: None, folder: settings.state_dir.clone() }
            }
            (None, None) => {
                return Err(CommandError::usage("no master is configured: name it with --master"));
            }
        };
        let token: JoinToken = read(self.token)?.parse().map_err(CommandError::usage)?;
        log_to_stderr(settings.log_level);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(CommandError::error)?;
        let joined = runtime.block_on(join(&settings, &master, &token, Duration::from_secs(self.timeout)));
        let id = joined.map_err(|error| match error {
            JoinError::Refused(_) => CommandError { code: exit::FAILED, message: error.to_string() },
            JoinError::OtherMaster { .. } | JoinError::Enrolled { .. } => CommandError::usage(error),
            error => CommandError::error(error),
        })?;
        output::talk(&format!(
            "this host has joined {} as {id}; `agent run` works for it now",
            master.address
        ));
        Ok(exit::SUCCESS)
    }
}

fn read(word: String) -> Result<String, CommandError> {
    if word != "-" {
        return Ok(word);
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(TOKEN_LIMIT).read_to_string(&mut text);
    read.map_err(|error| CommandError::error(format!("standard input: {error}")))?;
    Ok(text)
}
