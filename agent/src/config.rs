//! `/etc/lantern/agent.yaml`. Every key has a default, and every path and port can be given as a flag.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use common::id::{HostId, IdError};
use common::identity::Fingerprint;
use common::message::OwnWork;
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
    "source_address",
    "state_dir",
    "socket",
    "grains",
    "log_level",
    "startup_states",
    "sls_list",
    "top_file",
    "startup_once",
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
    /// Where the master is: `host` or `host:port`; or a list of masters, of which the first that can be reached is worked for.
    pub master: Several<Address>,
    /// The fingerprint of the master's authority; with several masters a list, in their order. With none, the master that
    /// answers first is trusted from then on.
    pub master_fingerprint: Several<Fingerprint>,
    /// The address of this host that the agent dials from, where it has several; the system's choice if none is given.
    pub source_address: Option<IpAddr>,
    /// Where the agent keeps its key, its jobs and its cache.
    pub state_dir: Option<PathBuf>,
    /// The socket through which workers talk to the daemon.
    pub socket: Option<PathBuf>,
    /// Grains that are laid over those of the machine.
    pub grains: Map,
    /// How much is logged: `error`, `warn`, `info`, `debug` or `trace`.
    pub log_level: Option<String>,
    /// What the host applies to itself when its agent starts, as Salt has it: `highstate`, `sls` or `top`.
    pub startup_states: String,
    /// Which SLS files, for `startup_states: sls`.
    pub sls_list: Vec<String>,
    /// Which top file, for `startup_states: top`.
    pub top_file: String,
    /// Whether that is done until it has succeeded once, and then no more.
    pub startup_once: bool,
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

/// A master, and what the operator has said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Where it is.
    pub address: Address,
    /// The fingerprint that the operator gave.
    pub fingerprint: Option<Fingerprint>,
    /// Where the agent keeps the certificate that this master has issued, and its fingerprint.
    pub folder: PathBuf,
}

/// What a host applies to itself when its agent starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Startup {
    /// The job.
    pub work: OwnWork,
    /// Whether it is done until it has succeeded once, and then no more.
    pub once: bool,
}

/// One of something, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several<T>(pub Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Several<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: FromStr<Err: fmt::Display>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = Several<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Several<T>, E> {
                text.parse().map(|one| Several(vec![one])).map_err(E::custom)
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Several<T>, E> {
                Ok(Several::default())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Several<T>, A::Error> {
                let mut several = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    several.push(text.parse().map_err(serde::de::Error::custom)?);
                }
                Ok(Several(several))
            }
        }
        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
    }
}

/// How many masters an agent may have.
pub const MASTERS_LIMIT: usize = 16;

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
    /// There are too many masters, or not as many fingerprints as masters.
    #[error("{0}")]
    Masters(String),
    /// `startup_states` and what belongs to it do not fit together.
    #[error("startup_states: {0}")]
    Startup(String),
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

/// What the flags say, or else the file.
fn first_given<T>(flags: Vec<T>, file: Vec<T>) -> Vec<T> {
    if flags.is_empty() { file } else { flags }
}

/// The masters. Each of several has a folder of its own, since each has its own authority; a single one has the agent's.
fn masters(
    mut addresses: Vec<Address>,
    fingerprints: Vec<Fingerprint>,
    state_dir: &Path,
) -> Result<Vec<Master>, ConfigError> {
    if addresses.is_empty() {
        addresses.push(Address::default());
    }
    let count = addresses.len();
    if count > MASTERS_LIMIT {
        return Err(ConfigError::Masters(format!(
            "master: there are {count}, and at most {MASTERS_LIMIT} may be"
        )));
    }
    if let Some(twice) = addresses.iter().enumerate().find(|(index, one)| addresses[..*index].contains(one)) {
        return Err(ConfigError::Masters(format!("master: {} is there twice", twice.1)));
    }
    if !fingerprints.is_empty() && fingerprints.len() != count {
        return Err(ConfigError::Masters(format!(
            "master_fingerprint: there are {} for {count} masters: give one for each, in their order",
            fingerprints.len()
        )));
    }
    let mut fingerprints = fingerprints.into_iter();
    let master = |address: Address| {
        let folder = match count {
            1 => state_dir.into(),
            _ => state_dir.join("masters").join(format!("{}_{}", address.host, address.port)),
        };
        Master { address, fingerprint: fingerprints.next(), folder }
    };
    Ok(addresses.into_iter().map(master).collect())
}

/// The job that Salt's options mean.
fn startup(config: &Config) -> Result<Option<Startup>, ConfigError> {
    let wrong = |text: String| Err(ConfigError::Startup(text));
    let apply = |sls: Vec<String>| OwnWork::Apply { sls, test: false, saltenv: None, pillar: Map::new() };
    let work = match config.startup_states.as_str() {
        "" if config.startup_once => {
            return wrong("startup_once says how often, and startup_states is not given".into());
        }
        "" => return Ok(None),
        "highstate" => apply(Vec::new()),
        "sls" if config.sls_list.is_empty() => {
            return wrong("sls needs sls_list, a list of SLS files".into());
        }
        "sls" => apply(config.sls_list.clone()),
        "top" if config.top_file.is_empty() => {
            return wrong("top needs top_file, the name of a top file".into());
        }
        "top" => OwnWork::Call {
            function: "state.top".into(),
            positional: vec![config.top_file.as_str().into()],
            keyword: Map::new(),
        },
        other => {
            return wrong(match nearest(other, ["highstate", "sls", "top"]) {
                Some(right) => format!("there is no {other:?}. Did you mean {right:?}?"),
                None => format!("there is no {other:?}: use highstate, sls or top"),
            });
        }
    };
    Ok(Some(Startup { work, once: config.startup_once }))
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
        assert_eq!(config.master.0, [Address { host: "cm.example".into(), port: 4600 }]);
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
    fn several_masters() {
        let settings = |text: &str| {
            let flags = Flags { state_dir: Some("/x".into()), ..Flags::default() };
            Settings::new(config(text).unwrap(), flags).map_err(|error| error.to_string())
        };
        let one = settings("master: cm\n").unwrap();
        assert_eq!((one.masters.len(), &one.masters[0].folder), (1, &PathBuf::from("/x")));
        assert_eq!(settings("").unwrap().masters[0].address, Address::default());
        let (a, b) = (Fingerprint::of(b"a"), Fingerprint::of(b"b"));
        let two =
            settings(&format!("master: [cm-1, 'cm-2:99']\nmaster_fingerprint: ['{a}', '{b}']\n")).unwrap();
        assert_eq!(two.masters[1].fingerprint, Some(b));
        assert_eq!(two.masters[0].folder, PathBuf::from("/x/masters/cm-1_4505"));
        for (text, words) in [
            (format!("master: [a, b]\nmaster_fingerprint: '{a}'\n"), "1 for 2 masters"),
            ("master: [a, b, 'a:4505']\n".into(), "a:4505 is there twice"),
            (format!("master: [{}]\n", (0..17).map(|n| format!("m{n},")).collect::<String>()), "at most 16"),
        ] {
            let error = settings(&text).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert!(config("master: [a, 'b:x']\n").unwrap_err().contains("use HOST or HOST:PORT"));
        assert!(config("master: {a: b}\n").unwrap_err().contains("a text, or a list"));
    }

    #[test]
    fn startup_states_are_salts() {
        let read = |text: &str| startup(&config(text).unwrap()).map_err(|error| error.to_string());
        assert_eq!(read(""), Ok(None));
        let Ok(Some(Startup { work: OwnWork::Apply { sls, .. }, once: true })) =
            read("startup_states: highstate\nstartup_once: true\n")
        else {
            panic!()
        };
        assert!(sls.is_empty());
        let Ok(Some(Startup { work: OwnWork::Apply { sls, .. }, once: false })) =
            read("startup_states: sls\nsls_list: [a, b.c]\n")
        else {
            panic!()
        };
        assert_eq!(sls, ["a", "b.c"]);
        let Ok(Some(Startup { work: OwnWork::Call { function, positional, .. }, .. })) =
            read("startup_states: top\ntop_file: proxy.sls\n")
        else {
            panic!()
        };
        assert_eq!((function.as_str(), positional), ("state.top", vec!["proxy.sls".into()]));
        for (text, words) in [
            ("startup_states: sls\n", "sls_list"),
            ("startup_states: top\n", "top_file"),
            ("startup_states: higstate\n", "Did you mean \"highstate\"?"),
            ("startup_once: true\n", "startup_states is not given"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
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
