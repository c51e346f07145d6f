//! What holds: the flags of a command line, laid over the file, laid over the defaults.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use common::id::HostId;
use common::identity::Fingerprint;
use common::value::Map;

use super::masters::masters;
use super::startup::startup;
use super::{Address, CONFIG_PATH, Config, ConfigError, Master, Roots, Startup, read_grains};

/// What the flags of a command line say, which counts before the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// See [`Config::id`].
    pub id: Option<HostId>,
    /// See [`Config::master`].
    pub master: Vec<Address>,
    /// See [`Config::master_fingerprint`].
    pub master_fingerprint: Vec<Fingerprint>,
    /// See [`Config::state_dir`].
    pub state_dir: Option<PathBuf>,
    /// See [`Config::socket`].
    pub socket: Option<PathBuf>,
    /// A YAML file of grains, laid over those of the configuration.
    pub grains: Option<PathBuf>,
    /// See [`Config::log_level`].
    pub log_level: Option<String>,
}

/// What holds: flags before file before defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The host's id.
    pub id: HostId,
    /// The masters, the one that is tried first in front. There is one at least.
    pub masters: Vec<Master>,
    /// The address of this host that the agent dials from.
    pub source_address: Option<IpAddr>,
    /// Where the agent keeps its key, its jobs and its cache.
    pub state_dir: PathBuf,
    /// The socket through which workers talk to the daemon.
    pub socket: PathBuf,
    /// Grains that are laid over those of the machine.
    pub grains: Map,
    /// How much is logged.
    pub log_level: tracing::Level,
    /// What the host applies to itself when its agent starts.
    pub startup: Option<Startup>,
    /// The folders of the state tree.
    pub file_roots: Roots,
    /// The folders of the pillar tree.
    pub pillar_roots: Roots,
    /// What templates see in `opts` besides.
    pub opts: Map,
    /// The program that is started as a worker: this one, even after its file has been replaced by an upgrade.
    pub worker_program: PathBuf,
    /// What the agent finds around it.
    pub surroundings: Surroundings,
}

/// What an agent finds around it: a host of its own, or a process that it shares with thousands of others.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// Collects the grains of a host with this id, with the configuration's laid over them.
    pub grains: fn(&str, &Map) -> Map,
    /// Called whenever the agent has settled down after something that needs memory.
    pub settled: fn(),
}

impl Default for Surroundings {
    /// The host itself.
    fn default() -> Self {
        Self { grains: states::grains::collect, settled: crate::memory::give_back_code }
    }
}

impl Settings {
    /// Reads the configuration and lays the flags over it. The file at [`CONFIG_PATH`] may be missing; one that was named may
    /// not.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(flags: Flags) -> Result<Self, ConfigError> {
        let mut config = match &flags.config {
            Some(path) => Config::read(path)?,
            None if Path::new(CONFIG_PATH).exists() => Config::read(Path::new(CONFIG_PATH))?,
            None => Config::default(),
        };
        if let Some(path) = &flags.grains {
            config.grains.extend(read_grains(path)?);
        }
        Self::new(config, flags)
    }

    pub(super) fn new(mut config: Config, flags: Flags) -> Result<Self, ConfigError> {
        let startup = startup(&config)?;
        if !config.mine_functions.is_empty() {
            config.opts.insert("mine_functions".into(), config.mine_functions.into());
        }
        if let Some(minutes) = config.mine_interval {
            config.opts.insert("mine_interval".into(), i64::from(minutes).into());
        }
        let id = match flags.id.or(config.id) {
            Some(id) => id,
            None => host_name().parse().map_err(ConfigError::NoId)?,
        };
        let state_dir =
            flags.state_dir.or(config.state_dir).unwrap_or_else(|| PathBuf::from("/var/lib/lantern/agent"));
        let (addresses, fingerprints) = (
            first_given(flags.master, config.master.clone().0),
            first_given(flags.master_fingerprint, config.master_fingerprint.clone().0),
        );
        let level = flags.log_level.or(config.log_level).unwrap_or_else(|| "info".into());
        Ok(Self {
            id,
            masters: masters(addresses, fingerprints, &state_dir)?,
            source_address: config.source_address,
            socket: flags.socket.or(config.socket).unwrap_or_else(|| state_dir.join("agent.sock")),
            state_dir,
            startup,
            grains: config.grains,
            log_level: level.parse().map_err(|_| ConfigError::LogLevel(level))?,
            file_roots: or_base(config.file_roots, "/srv/salt"),
            pillar_roots: or_base(config.pillar_roots, "/srv/pillar"),
            opts: config.opts,
            worker_program: "/proc/self/exe".into(),
            surroundings: Surroundings::default(),
        })
    }
}

/// What the flags say, or else the file.
fn first_given<T>(flags: Vec<T>, file: Vec<T>) -> Vec<T> {
    if flags.is_empty() { file } else { flags }
}

fn or_base(roots: Roots, folder: &str) -> Roots {
    if roots.is_empty() { Roots::from([("base".into(), vec![folder.into()])]) } else { roots }
}

fn host_name() -> String {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_count_before_the_file() {
        let file = Config { id: Some("a".parse().unwrap()), ..Config::default() };
        let flags = Flags {
            id: Some("b".parse().unwrap()),
            state_dir: Some("/x".into()),
            log_level: Some("trace".into()),
            ..Flags::default()
        };
        let settings = Settings::new(file.clone(), flags).unwrap();
        assert_eq!(settings.id.as_str(), "b");
        assert_eq!(settings.socket, PathBuf::from("/x/agent.sock"));
        assert_eq!(settings.file_roots["base"], [PathBuf::from("/srv/salt")]);
        let flags = Flags { log_level: Some("loud".into()), ..Flags::default() };
        assert!(matches!(Settings::new(file, flags), Err(ConfigError::LogLevel(_))));
    }
}
