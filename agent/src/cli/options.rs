//! What `agent apply` and `agent call` have in common.

use std::path::PathBuf;

use clap::Args;
use common::id::HostId;
use common::value::{Map, Value};
use states::language::value_of;

use super::{CommandError, log_to_stderr};
use crate::config::{Flags, Settings};

/// Where the tree comes from, and for which host.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// Work without a master, from folders on this machine
    #[arg(long)]
    pub(super) local: bool,

    /// With --local: the folders of the state tree; the first that has a file wins [default: file_roots of the
    /// configuration, else /srv/salt]
    #[arg(long, value_name = "DIR", value_delimiter = ',', requires = "local")]
    pub(super) file_root: Vec<PathBuf>,

    /// With --local: the folders of the pillar tree [default: pillar_roots of the configuration, else /srv/pillar]
    #[arg(long, value_name = "DIR", value_delimiter = ',', requires = "local")]
    pub(super) pillar_root: Vec<PathBuf>,

    /// With --local: the id of the host, as top files and templates see it [default: the configuration's, else the host
    /// name]
    #[arg(long, requires = "local")]
    pub(super) id: Option<HostId>,

    /// With --local: a YAML file of grains, laid over those of the machine
    #[arg(long, value_name = "FILE", requires = "local")]
    grains: Option<PathBuf>,

    /// Pillar to lay over what the pillar tree says: a YAML map such as '{user: ops}'
    #[arg(long, value_name = "YAML")]
    pillar: Option<String>,

    /// The environment of the tree
    #[arg(long, value_name = "NAME")]
    pub(super) saltenv: Option<String>,

    /// With --local: stand in for salt-call, with the configuration of a Salt minion in this folder
    ///
    /// The file `minion` and what it includes say the id, the grains, the folders and every option, as they do for Salt. A key
    /// that has no meaning here is named in a notice; one without which a tree would do something else is an error. Output
    /// and exit status are Salt's: 0, or 1 where something failed, or 255 where there is no such function.
    #[arg(long, short = 'c', alias = "config-dir", value_name = "DIR", requires = "local")]
    pub(super) salt_config: Option<PathBuf>,

    /// With --local: have no grains but the id and those that are given
    #[arg(long, requires = "local")]
    pub(super) skip_grains: bool,

    /// The configuration file [default: /etc/lantern/agent.yaml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where the agent keeps what it keeps [default: /var/lib/lantern/agent]
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// The socket of the running agent [default: agent.sock in the state folder]
    #[arg(long, value_name = "FILE", conflicts_with = "local")]
    socket: Option<PathBuf>,

    /// How much to log: error, warn, info, debug or trace, or one of Salt's names for these [default: warn]
    #[arg(long, short, value_name = "LEVEL")]
    log_level: Option<String>,
}

/// Salt has names of its own for some levels, and more levels than there are here.
fn level(name: &str) -> &str {
    match name {
        "all" | "garbage" => "trace",
        "profile" => "info",
        "warning" => "warn",
        "critical" | "quiet" => "error",
        name => name,
    }
}

impl Options {
    /// Reads the configuration, and begins to log.
    pub(super) fn settings(&self) -> Result<Settings, CommandError> {
        let settings = Settings::load(Flags {
            config: self.config.clone(),
            id: self.id.clone(),
            grains: self.grains.clone(),
            state_dir: self.state_dir.clone(),
            socket: self.socket.clone(),
            log_level: Some(level(self.log_level.as_deref().unwrap_or("warn")).into()),
            ..Flags::default()
        })
        .map_err(CommandError::usage)?;
        log_to_stderr(settings.log_level);
        Ok(settings)
    }

    /// Whether notices are wanted.
    pub(super) fn is_talkative(&self) -> bool {
        !matches!(self.log_level.as_deref(), Some("error" | "critical" | "quiet"))
    }

    /// The pillar of the command line.
    pub(super) fn pillar(&self) -> Result<Map, CommandError> {
        match self.pillar.as_deref().map(value_of) {
            None | Some(Ok(Value::Null)) => Ok(Map::new()),
            Some(Ok(Value::Map(map))) => Ok(map),
            Some(Ok(other)) => {
                let message =
                    format!("--pillar takes a YAML map such as '{{user: ops}}', not a {}", other.type_name());
                Err(CommandError::usage(message))
            }
            Some(Err(error)) => Err(CommandError::usage(format!("--pillar: {error}"))),
        }
    }

    /// Refuses what a call through the master has no place for.
    pub(super) fn require_no_pillar(&self) -> Result<(), CommandError> {
        let given = [("--pillar", self.pillar.is_some()), ("--saltenv", self.saltenv.is_some())];
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((flag, _)) => Err(CommandError::usage(format!(
                "without --local, {flag} goes to the function: `agent call state.apply saltenv=dev \
                 pillar='{{user: ops}}'`"
            ))),
        }
    }
}
