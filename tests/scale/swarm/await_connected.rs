//! `swarm await`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use master::api::{Client, Request, Response};

/// How often the master is asked.
const INTERVAL: Duration = Duration::from_millis(100);

/// Waits for agents.
#[derive(Debug, Args)]
pub(crate) struct Await {
    /// The master's control socket.
    #[arg(long)]
    socket: PathBuf,
    /// How many agents.
    #[arg(long)]
    count: usize,
    /// For how many seconds at most.
    #[arg(long)]
    seconds: u64,
}

impl Await {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let deadline = Instant::now() + Duration::from_secs(self.seconds);
        let mut connected = 0;
        while Instant::now() < deadline {
            // A master that is about to start does not answer yet.
            if let Ok(Response::Status(status)) =
                runtime.block_on(Client::ask(&self.socket, &Request::Status))
            {
                connected = status.connected;
                if connected >= self.count {
                    return Ok(());
                }
            }
            std::thread::sleep(INTERVAL);
        }
        anyhow::bail!("{connected} of {} agents are connected after {} s", self.count, self.seconds)
    }
}
