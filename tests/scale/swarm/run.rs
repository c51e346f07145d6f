//! `swarm run`.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use agent::config::{Flags, Settings, Surroundings};
use agent::session::Daemon;
use anyhow::Context as _;
use clap::Args;
use common::value::Map;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How many files an agent has open: its lock, its socket to the master, its socket on the host; of a standing worker two pipes and
/// its end; and one more.
const FILES: u64 = 7;

/// How long agents have to say goodbye.
const PARTING: Duration = Duration::from_secs(20);

/// Runs agents.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// What `swarm prepare` has made.
    #[arg(long)]
    agents_dir: PathBuf,
    /// The first of them that runs here, from 0.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// How many of them run here.
    #[arg(long)]
    count: usize,
    /// The `agent` program, which runs the jobs.
    #[arg(long)]
    agent: PathBuf,
}

impl Run {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        allow_files(self.count as u64 * FILES + 256)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(self.fleet())
    }

    async fn fleet(self) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let end = watch::Sender::new(false);
        let mut agents = JoinSet::new();
        for (number, folder) in self.folders()?.into_iter().enumerate() {
            let daemon = self
                .start(self.first + number, &folder)
                .with_context(|| format!("the agent in {}", folder.display()))?;
            let mut ended = end.subscribe();
            agents.spawn(daemon.run(async move {
                let _ = ended.wait_for(|end| *end).await;
            }));
            // The ones that run already get their turn.
            tokio::task::yield_now().await;
        }
        terminate.recv().await;
        end.send_replace(true);
        let _ = tokio::time::timeout(PARTING, agents.join_all()).await;
        Ok(())
    }

    /// The agents' folders, by name.
    fn folders(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(&self.agents_dir).context("the agents' folder")?;
        let mut folders: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect();
        folders.sort();
        anyhow::ensure!(
            folders.len() >= self.first + self.count,
            "only {} agents have been prepared",
            folders.len()
        );
        Ok(folders.split_off(self.first).into_iter().take(self.count).collect())
    }

    fn start(&self, number: usize, folder: &Path) -> anyhow::Result<Daemon> {
        let id = folder.file_name().and_then(|name| name.to_str()).context("a folder without a name")?;
        let mut settings = Settings::load(Flags {
            config: Some(self.agents_dir.join("agent.yaml")),
            id: Some(id.parse()?),
            state_dir: Some(folder.into()),
            ..Flags::default()
        })?;
        settings.source_address = Some(address(number).into());
        settings.worker_program.clone_from(&self.agent);
        settings.surroundings = Surroundings { grains, settled: || {} };
        Ok(Daemon::start(settings)?)
    }
}

/// A loopback address for each agent, as hosts have their own: a master lets one address take a part of its room only.
fn address(number: usize) -> Ipv4Addr {
    let part = |divisor: usize| u8::try_from(number / divisor % 250).unwrap_or(0);
    Ipv4Addr::new(127, 1 + part(250 * 250), part(250), 1 + part(1))
}

/// The grains of this machine, collected once, with the names that differ from host to host.
fn grains(id: &str, own: &Map) -> Map {
    static MACHINE: OnceLock<Map> = OnceLock::new();
    let mut grains = MACHINE.get_or_init(|| states::grains::collect(id, &Map::new())).clone();
    for name in ["id", "host", "nodename", "fqdn", "localhost", "machine_id"] {
        grains.insert(name.into(), id.into());
    }
    grains.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    grains
}

/// Lets this process have so many files open, where the system allows it.
fn allow_files(wanted: u64) -> anyhow::Result<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted)).with_context(|| {
            format!("{wanted} open files are needed and {hard} allowed: raise the limit (ulimit -n) or run as root")
        })?;
    }
    Ok(())
}
