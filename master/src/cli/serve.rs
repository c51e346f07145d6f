//! `master serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::error::CommandError;
use super::options::DaemonOptions;
use crate::config::{Config, ConfigError, Roots};

/// Run the daemon
///
/// On first start it makes its certificate authority in the state folder. Its fingerprint, which it logs, is what agents
/// pin as `master_fingerprint`. It ends on SIGTERM; jobs under way go on when it is started again. On SIGHUP it reads its
/// configuration again, and no connection breaks: all keys hold at once but `listen`, `state_dir` and `socket`. A file with a
/// mistake changes nothing, and the log says what is wrong with it.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The UDP address that agents dial, such as 0.0.0.0:4505 or `[::]:4505`
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// Where the authority, the job database and the content store are
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// The folders of the state tree's environment `base`; the first that has a file wins
    #[arg(long, value_name = "DIR", value_delimiter = ',')]
    file_root: Vec<PathBuf>,

    /// The folders of the pillar tree's environment `base`, likewise
    #[arg(long, value_name = "DIR", value_delimiter = ',')]
    pillar_root: Vec<PathBuf>,

    /// Accept every new key unseen; for tests and throw-away fleets
    #[arg(long)]
    auto_accept: bool,

    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Serve {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let config = self.configured()?;
        let again = Box::new(move || self.configured());
        crate::daemon::serve(config, again).await?;
        Ok(super::exit_code::SUCCESS)
    }

    /// The configuration with the flags laid over it.
    fn configured(&self) -> Result<Config, ConfigError> {
        let mut config = self.daemon.configured()?;
        let base = |folders: Vec<PathBuf>| Roots::from([("base".into(), folders)]);
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(state_dir) = &self.state_dir {
            config.state_dir.clone_from(state_dir);
        }
        config.socket = match &self.daemon.socket {
            Some(socket) => socket.clone(),
            None => std::env::var_os("LANTERN_SOCKET").map_or(config.socket, PathBuf::from),
        };
        if !self.file_root.is_empty() {
            config.file_roots = base(self.file_root.clone());
        }
        if !self.pillar_root.is_empty() {
            config.pillar_roots = base(self.pillar_root.clone());
        }
        config.auto_accept |= self.auto_accept;
        Ok(config)
    }
}
