//! `/etc/lantern/agent.yaml`. Every key has a default, and every path and port can be given as a flag.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use common::id::{HostId, IdError};
use common::identity::Fingerprint;
use common::value::{Map, Value};
use indexmap::IndexMap;
use serde::Deserialize;
use states::nearest::nearest;

/// Where the configuration is looked for.
pub const CONFIG_PATH: &str = "/etc/lantern/agent.yaml";

/// The UDP port of a master.
pub const MASTER_PORT: u16 = 4505;

/// The largest configuration or grains file: 1 MiB.
const SIZE_LIMIT: u64 = 1 << 20;

/// The keys, for the error that names the nearest one.
const KEYS: &[&str] = &[
    "id",
    "master",
    "master_fingerprint",
    "state_dir",
    "socket",
    "grains",
    "log_level",
    "mine_functions",
    "mine_interval",
    "file_roots",
    "pillar_roots",
    "opts",
];

/// The configuration file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The host's id; the host's name if none is given.
    pub id: Option<HostId>,
    /// Where the master is: `host` or `host:port`.
    pub master: Option<Address>,
    /// The fingerprint of the master's authority. With none, the first master that answers is trusted from then on.
    pub master_fingerprint: Option<Fingerprint>,
    /// Where the agent keeps its key, its jobs and its cache.
    pub state_dir: Option<PathBuf>,
    /// The socket through which workers talk to the daemon.
    pub socket: Option<PathBuf>,
    /// Grains that are laid over those of the machine.
    pub grains: Map,
    /// How much is logged: `error`, `warn`, `info`, `debug` or `trace`.
    pub log_level: Option<String>,
    /// The folders of the state tree by environment, for `--local`.
    pub file_roots: Roots,
    /// The folders of the pillar tree by environment, for `--local`.
    pub pillar_roots: Roots,
    /// The functions whose values other hosts may see, as in Salt's `mine_functions`.
    pub mine_functions: Map,
    /// How often these are called, in minutes.
    pub mine_interval: Option<u32>,
    /// What templates see in `opts` besides.
    pub opts: Map,
}

/// Folders by environment; in an environment the first folder that has a file wins.
pub type Roots = IndexMap<String, Vec<PathBuf>>;

/// What the flags of a command line say, which counts before the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// See [`Config::id`].
    pub id: Option<HostId>,
    /// See [`Config::master`].
    pub master: Option<Address>,
    /// See [`Config::master_fingerprint`].
    pub master_fingerprint: Option<Fingerprint>,
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
    /// Where the master is.
    pub master: Address,
    /// The fingerprint that the operator gave.
    pub master_fingerprint: Option<Fingerprint>,
    /// Where the agent keeps its key, its jobs and its cache.
    pub state_dir: PathBuf,
    /// The socket through which workers talk to the daemon.
    pub socket: PathBuf,
    /// Grains that are laid over those of the machine.
    pub grains: Map,
    /// How much is logged.
    pub log_level: tracing::Level,
    /// The folders of the state tree.
    pub file_roots: Roots,
    /// The folders of the pillar tree.
    pub pillar_roots: Roots,
    /// What templates see in `opts` besides.
    pub opts: Map,
    /// The program that is started as a worker: this one, even after its file has been replaced by an upgrade.
    pub worker_program: PathBuf,
}

/// Where a master is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    /// A name or an IP address.
    pub host: String,
    /// The UDP port.
    pub port: u16,
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is too large to be meant.
    #[error("{path} has {size} bytes; at most {SIZE_LIMIT} are read", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size: u64,
    },
    /// A file is wrong at some place.
    #[error("{place}: {reason}")]
    Invalid {
        /// `file:line:column`.
        place: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The host has no name that could be its id.
    #[error("the host's name can't be its id: {0}. Give one with `id:` in {CONFIG_PATH} or with --id")]
    NoId(IdError),
    /// There is no such log level.
    #[error("{0:?} is not a log level: use error, warn, info, debug or trace")]
    LogLevel(String),
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not the address of a master: use HOST or HOST:PORT, such as master.example:{MASTER_PORT} or [2001:db8::1]:{MASTER_PORT}"
)]
pub struct AddressError(String);

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

    fn new(mut config: Config, flags: Flags) -> Result<Self, ConfigError> {
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
        let level = flags.log_level.or(config.log_level).unwrap_or_else(|| "info".into());
        Ok(Self {
            id,
            master: flags.master.or(config.master).unwrap_or_default(),
            master_fingerprint: flags.master_fingerprint.or(config.master_fingerprint),
            socket: flags.socket.or(config.socket).unwrap_or_else(|| state_dir.join("agent.sock")),
            state_dir,
            grains: config.grains,
            log_level: level.parse().map_err(|_| ConfigError::LogLevel(level))?,
            file_roots: or_base(config.file_roots, "/srv/salt"),
            pillar_roots: or_base(config.pillar_roots, "/srv/pillar"),
            opts: config.opts,
            worker_program: "/proc/self/exe".into(),
        })
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)?;
        // A file of nothing but comments is a null document.
        let parsed = serde_yaml::from_str::<Option<Self>>(&text);
        parsed.map(Option::unwrap_or_default).map_err(|error| invalid(path, &error, KEYS))
    }
}

impl Default for Address {
    /// Salt's default: a host called `salt`.
    fn default() -> Self {
        Self { host: "salt".into(), port: MASTER_PORT }
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError(text.chars().take(HOST_LIMIT).collect());
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or_else(error)?;
                match rest.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if rest.is_empty() => (host, None),
                    None => return Err(error()),
                }
            }
            // More than one colon without brackets: an IPv6 address, and no port.
            None if text.matches(':').count() > 1 => (text, None),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(error)?,
            None => MASTER_PORT,
        };
        if host.is_empty() || host.len() > HOST_LIMIT || host.contains(char::is_whitespace) {
            return Err(error());
        }
        Ok(Self { host: host.into(), port })
    }
}

/// The longest name of a host.
const HOST_LIMIT: usize = 253;

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Reads a YAML map, such as a file of grains.
///
/// # Errors
/// See [`ConfigError`].
pub fn read_grains(path: &Path) -> Result<Map, ConfigError> {
    let text = read(path)?;
    match serde_yaml::from_str::<Value>(&text).map_err(|error| invalid(path, &error, &[]))? {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => Err(ConfigError::Invalid {
            place: path.display().to_string(),
            reason: format!("it holds a {}; grains are a map such as `role: web`", other.type_name()),
        }),
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.into(), source };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > SIZE_LIMIT {
        return Err(ConfigError::TooLarge { path: path.into(), size });
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// The error with its place, and for an unknown key the nearest one.
fn invalid(path: &Path, error: &serde_yaml::Error, keys: &[&str]) -> ConfigError {
    let place = match error.location() {
        Some(at) => format!("{}:{}:{}", path.display(), at.line(), at.column()),
        None => path.display().to_string(),
    };
    let text = error.to_string();
    let reason = match text.split_once("unknown field `").and_then(|(_, rest)| rest.split_once('`')) {
        Some((wrong, _)) => match nearest(wrong, keys.iter().copied()) {
            Some(right) => format!("unknown key '{wrong}'. Did you mean '{right}'?"),
            None => format!("unknown key '{wrong}'. The keys are {}", keys.join(", ")),
        },
        // The parser ends its sentence with the place, which stands in front here.
        None => text.split(" at line ").next().unwrap_or(&text).to_owned(),
    };
    ConfigError::Invalid { place, reason }
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

    fn config(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.yaml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).map_err(|error| error.to_string().replace(folder.path().to_str().unwrap(), ""))
    }

    #[test]
    fn reads_every_key() {
        let config = config(
            "id: fp-1\nmaster: cm.example:4600\nstate_dir: /tmp/a\nlog_level: debug\ngrains: {role: web}\n\
             file_roots: {base: [/srv/salt]}\npillar_roots: {base: [/srv/pillar]}\nopts: {a: 1}\nsocket: /tmp/s\n",
        );
        let config = config.unwrap();
        assert_eq!(config.id, Some("fp-1".parse().unwrap()));
        assert_eq!(config.master, Some(Address { host: "cm.example".into(), port: 4600 }));
        assert_eq!(common::value::get(&config.grains, "role"), Some(&"web".into()));
        assert_eq!(config.file_roots["base"], [PathBuf::from("/srv/salt")]);
        assert_eq!(self::config("# nothing\n").unwrap(), Config::default());
    }

    #[test]
    fn errors_name_the_place_and_the_cure() {
        assert_eq!(
            config("id: a\nmastr: b\n").unwrap_err(),
            "/agent.yaml:2:1: unknown key 'mastr'. Did you mean 'master'?"
        );
        let error = config("id: a/b\n").unwrap_err();
        assert!(error.starts_with("/agent.yaml:1:") && error.contains("is not a host id"), "{error}");
        let error = config("master: 'a:b'\n").unwrap_err();
        assert!(error.contains("use HOST or HOST:PORT"), "{error}");
        let error = config("id: [\n").unwrap_err();
        assert!(error.starts_with("/agent.yaml:"), "{error}");
    }

    #[test]
    fn addresses() {
        for (text, host, port) in [
            ("cm", "cm", 4505),
            ("cm:1", "cm", 1),
            ("::1", "::1", 4505),
            ("[::1]:9", "::1", 9),
            ("[::1]", "::1", 4505),
            ("10.0.0.1:4505", "10.0.0.1", 4505),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{text}");
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        for bad in ["", ":1", "a:0", "a:x", "[::1", "[::1]9", "a b", "a:70000"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

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
