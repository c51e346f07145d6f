//! `agent run`: the daemon.

use std::path::PathBuf;

use clap::Args;
use common::exit;
use common::id::HostId;
use common::identity::Fingerprint;
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandError, log_to_stderr};
use crate::config::{Address, Flags, Settings};
use crate::session::Daemon;

/// Connect to the master and do what it wants, for as long as the host is up.
///
/// On first use the agent makes a key and waits until an operator accepts it on the master (`master keys accept`); the
/// fingerprint to compare is in the log of both. The configuration is read from /etc/lantern/agent.yaml; every key of it
/// that has a flag here can be given so instead. Several agents can run on one machine, each with a state folder of its
/// own, and none needs to be root to do so.
///
/// SIGTERM and SIGINT end the agent. Jobs that are running go on; the next agent takes them up and delivers their reports.
#[derive(Args, Debug)]
pub(super) struct Run {
    /// The configuration file [default: /etc/lantern/agent.yaml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The id under which the host enrols [default: its host name]
    #[arg(long)]
    id: Option<HostId>,

    /// Where the master is; given more than once, or with commas: the masters, of which the first that can be reached is worked
    /// for [default: salt:4505]
    #[arg(long, value_name = "HOST[:PORT]", value_delimiter = ',')]
    master: Vec<Address>,

    /// The fingerprint of the master's authority, as `master keys show` prints it; one for each master [default: trust the
    /// first that answers]
    #[arg(long, value_name = "FINGERPRINT", value_delimiter = ',')]
    master_fingerprint: Vec<Fingerprint>,

    /// Where the agent keeps its key, its jobs and its cache [default: /var/lib/lantern/agent]
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// The socket through which workers, `agent apply` and `agent call` talk to the agent [default: agent.sock in the state folder]
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,

    /// A YAML file of grains, laid over those of the machine and of the configuration
    #[arg(long, value_name = "FILE")]
    grains: Option<PathBuf>,

    /// How much to log: error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl Run {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        let settings = Settings::load(Flags {
            config: self.config,
            id: self.id,
            master: self.master,
            master_fingerprint: self.master_fingerprint,
            state_dir: self.state_dir,
            socket: self.socket,
            grains: self.grains,
            log_level: self.log_level,
        })
        .map_err(CommandError::usage)?;
        log_to_stderr(settings.log_level);
        // One thread is enough for one host, and keeps the agent small.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(CommandError::error)?.block_on(async {
            let mut terminate = signal(SignalKind::terminate()).map_err(CommandError::error)?;
            let mut interrupt = signal(SignalKind::interrupt()).map_err(CommandError::error)?;
            let daemon = Daemon::start(settings).map_err(CommandError::error)?;
            daemon
                .run(async {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = interrupt.recv() => {}
                    }
                })
                .await;
            Ok(exit::SUCCESS)
        })
    }
}
