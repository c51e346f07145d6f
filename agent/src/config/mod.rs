//! `/etc/lantern/agent.yaml`. Every key has a default, and every path and port can be given as a flag.

mod address;
mod file;
mod masters;
mod settings;
mod several;
mod startup;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use common::id::HostId;
use common::identity::Fingerprint;
use common::value::Map;
use indexmap::IndexMap;
use serde::Deserialize;

pub use address::{Address, AddressError, MASTER_PORT};
pub use file::{ConfigError, read_grains};
pub use masters::{MASTERS_LIMIT, Master};
pub use settings::{Flags, Settings, Surroundings};
pub use several::Several;
pub use startup::Startup;

/// Where the configuration is looked for.
pub const CONFIG_PATH: &str = "/etc/lantern/agent.yaml";

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

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        file::read_keys(path, KEYS)
    }
}

#[cfg(test)]
mod tests {
    use common::message::OwnWork;

    use super::startup::startup;
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
}
