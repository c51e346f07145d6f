//! `/etc/lantern/master.yaml`. Every key has a default, and every path and port can be given as a flag of `master serve`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::target::Target;
use common::value::Map;
use serde::Deserialize;
use states::nearest::nearest;

/// Where the configuration is looked for.
pub const CONFIG_PATH: &str = "/etc/lantern/master.yaml";

/// Where the control socket is.
pub const SOCKET_PATH: &str = "/run/lantern/master.sock";

/// The keys, for the error that names the nearest one.
const KEYS: &[&str] = &[
    "listen",
    "state_dir",
    "socket",
    "file_roots",
    "pillar_roots",
    "auto_accept",
    "certificate_lifetime",
    "timeout",
    "nodegroups",
    "keep_jobs",
    "keep_jobs_size",
    "operators",
    "readers",
    "audit_log",
    "file_access",
    "file_access_extra",
    "opts",
];

/// The master's configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The UDP address that agents dial.
    pub listen: SocketAddr,
    /// Where the authority, the database and the content store are.
    pub state_dir: PathBuf,
    /// The control socket.
    pub socket: PathBuf,
    /// The folders of the state tree by environment; in an environment the first folder that has a file wins.
    pub file_roots: Roots,
    /// The folders of the pillar tree, likewise.
    pub pillar_roots: Roots,
    /// Whether new keys are accepted unseen. For tests and throw-away fleets.
    pub auto_accept: bool,
    /// How long an agent's certificate is valid. It renews itself long before.
    #[serde(deserialize_with = "crate::duration::deserialize")]
    pub certificate_lifetime: Duration,
    /// How long one host may take for a job, unless the job says otherwise.
    #[serde(deserialize_with = "crate::duration::deserialize")]
    pub timeout: Duration,
    /// Named targets, for `N@NAME`.
    pub nodegroups: BTreeMap<String, String>,
    /// How long jobs and their reports are kept.
    #[serde(deserialize_with = "crate::duration::deserialize")]
    pub keep_jobs: Duration,
    /// How many bytes jobs and their reports may take; the oldest go first. No limit when none is given.
    #[serde(deserialize_with = "crate::size::deserialize")]
    pub keep_jobs_size: Option<u64>,
    /// Who may do everything over the control socket besides root and the daemon's own user: names of users, and of groups
    /// with an `@` before them. With neither operators nor readers, everybody in the socket's group may.
    pub operators: Vec<String>,
    /// Who may look at hosts, keys and jobs, likewise.
    pub readers: Vec<String>,
    /// Where each action of an operator is written down; `audit.jsonl` in the folder of state when none is given.
    pub audit_log: Option<PathBuf>,
    /// Which part of the tree an agent is offered.
    pub file_access: FileAccess,
    /// With [`FileAccess::Scoped`]: targets, and for each the paths in the tree, as globs over the whole path, that its hosts
    /// are offered besides what they are found to need.
    pub file_access_extra: BTreeMap<String, Vec<String>>,
    /// What templates see in `opts` besides the agent's own configuration.
    pub opts: Map,
}

/// Which part of the tree an agent is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileAccess {
    /// All of it.
    #[default]
    All,
    /// What its own top match, includes and sources need ([`crate::scope`]).
    Scoped,
}

/// Folders by environment.
pub type Roots = BTreeMap<String, Vec<PathBuf>>;

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((std::net::Ipv4Addr::UNSPECIFIED, 4505)),
            state_dir: "/var/lib/lantern/master".into(),
            socket: SOCKET_PATH.into(),
            file_roots: base("/srv/salt"),
            pillar_roots: base("/srv/pillar"),
            auto_accept: false,
            certificate_lifetime: Duration::from_secs(90 * 86_400),
            timeout: Duration::from_secs(3600),
            nodegroups: BTreeMap::new(),
            keep_jobs: Duration::from_secs(30 * 86_400),
            keep_jobs_size: None,
            operators: Vec::new(),
            readers: Vec::new(),
            audit_log: None,
            file_access: FileAccess::All,
            file_access_extra: BTreeMap::new(),
            opts: Map::new(),
        }
    }
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("cannot read the configuration {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A key that does not exist.
    #[error("{path}:{line}: unknown key `{key}`{help}", path = path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// `; did you mean …?`, or the list of keys.
        help: String,
    },
    /// Not YAML, or a value of the wrong kind.
    #[error("{path}:{line}: {reason}", path = path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl Config {
    /// Reads the configuration. Without `path`, [`CONFIG_PATH`] is read if it is there, and the defaults stand if not.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let file = path.unwrap_or(Path::new(CONFIG_PATH));
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.is_none() => {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Read { path: file.into(), source }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let invalid = |error: serde_yaml::Error| ConfigError::Invalid {
            path: path.into(),
            line: error.location().map_or(1, |location| location.line()),
            reason: error.to_string(),
        };
        let parsed: serde_yaml::Value = serde_yaml::from_str(text).map_err(invalid)?;
        if parsed.is_null() {
            return Ok(Self::default());
        }
        let keys = parsed.as_mapping().into_iter().flatten().filter_map(|(key, _)| key.as_str());
        if let Some(key) = keys.into_iter().find(|key| !KEYS.contains(key)) {
            return Err(unknown_key(path, text, key));
        }
        let config: Self = serde_yaml::from_str(text).map_err(invalid)?;
        config.check_nodegroups(path, text)?;
        config.check_file_access(path, text)?;
        Ok(config)
    }

    /// Exceptions that could not hold are found here, and not when a host misses a file.
    fn check_file_access(&self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let invalid = |word: &str, reason: String| {
            let line = text.lines().position(|line| line.contains(word)).map_or(1, |index| index + 1);
            Err(ConfigError::Invalid { path: path.into(), line, reason })
        };
        if self.file_access == FileAccess::All && !self.file_access_extra.is_empty() {
            let reason =
                "file_access_extra is for `file_access: scoped`: every host is offered the whole tree";
            return invalid("file_access_extra", reason.into());
        }
        let groups = crate::pillar::nodegroups(self);
        for target in self.file_access_extra.keys() {
            if let Err(error) = Target::parse(target, &groups) {
                return invalid(target, format!("{target} in file_access_extra is no target: {error}"));
            }
        }
        Ok(())
    }

    /// Nodegroups that are no targets are found here, and not at the first job that names them.
    fn check_nodegroups(&self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let groups = crate::pillar::nodegroups(self);
        for (name, target) in &self.nodegroups {
            if let Err(error) = Target::parse(target, &groups) {
                let names = |line: &str| {
                    line.trim_start().trim_start_matches(['"', '\'', '{']).starts_with(name.as_str())
                };
                let line = text.lines().position(names).map_or(1, |index| index + 1);
                let reason = format!("the nodegroup {name} is no target: {error}");
                return Err(ConfigError::Invalid { path: path.into(), line, reason });
            }
        }
        Ok(())
    }

    /// Whether the configuration names who may use the control socket.
    #[must_use]
    pub fn lists_users(&self) -> bool {
        !self.operators.is_empty() || !self.readers.is_empty()
    }

    /// Where each action of an operator is written down.
    #[must_use]
    pub fn audit_path(&self) -> PathBuf {
        self.audit_log.clone().unwrap_or_else(|| self.state_dir.join("audit.jsonl"))
    }

    /// The keys in which another configuration differs, and of those the ones that only hold after a restart.
    #[must_use]
    pub fn differences(&self, other: &Self) -> (Vec<&'static str>, Vec<&'static str>) {
        macro_rules! differing {
            ($($key:ident),*) => {{
                let mut keys = Vec::new();
                $(if self.$key != other.$key { keys.push(stringify!($key)); })*
                keys
            }};
        }
        let held = differing!(
            file_roots,
            pillar_roots,
            auto_accept,
            certificate_lifetime,
            timeout,
            nodegroups,
            keep_jobs,
            keep_jobs_size,
            operators,
            readers,
            audit_log,
            file_access,
            file_access_extra,
            opts
        );
        (held, differing!(listen, state_dir, socket))
    }

    /// This configuration, but with the keys of `running` that only hold after a restart.
    #[must_use]
    pub fn with_fixed_of(self, running: &Self) -> Self {
        Self {
            listen: running.listen,
            state_dir: running.state_dir.clone(),
            socket: running.socket.clone(),
            ..self
        }
    }

    /// The folder of the authority.
    #[must_use]
    pub fn authority_dir(&self) -> PathBuf {
        self.state_dir.join("ca")
    }
}

fn unknown_key(path: &Path, text: &str, key: &str) -> ConfigError {
    let names = |line: &str| {
        line.trim_start_matches(['"', '\''])
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    let line = text.lines().position(names).map_or(1, |index| index + 1);
    let help = match nearest(key, KEYS.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => format!("; the keys are {}", KEYS.join(", ")),
    };
    ConfigError::UnknownKey { path: path.into(), line, key: key.into(), help }
}

/// Roots with one folder in the environment `base`.
fn base(folder: &str) -> Roots {
    Roots::from([("base".into(), vec![folder.into()])])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("master.yaml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_a_whole_file() {
        let config = parse(
            "listen: 127.0.0.1:5000\nfile_roots:\n  base: [/a, /b]\ncertificate_lifetime: 2h\ntimeout: 20\n\
             nodegroups: {proxies: 'fp-*'}\nopts: {master: x}\n",
        )
        .unwrap();
        assert_eq!(config.listen.port(), 5000);
        assert_eq!(config.file_roots["base"].len(), 2);
        assert_eq!(config.certificate_lifetime, Duration::from_secs(7200));
        assert_eq!(config.timeout, Duration::from_secs(20));
        assert_eq!(config.pillar_roots, base("/srv/pillar"));
    }

    #[test]
    fn errors_name_file_line_and_cure() {
        assert_eq!(
            parse("auto_accept: true\nfile_root: {}\n").unwrap_err(),
            "master.yaml:2: unknown key `file_root`; did you mean `file_roots`?"
        );
        assert!(parse("zzz: 1\n").unwrap_err().contains("the keys are listen,"));
        assert!(parse("timeout: soon\n").unwrap_err().starts_with("master.yaml:1: "));
        assert!(parse("a: [\n").unwrap_err().starts_with("master.yaml:"));
        assert!(parse("").is_ok());
        let error = parse("nodegroups:\n  ok: 'fp-*'\n  bad: 'G@os'\n").unwrap_err();
        assert!(error.starts_with("master.yaml:3: the nodegroup bad is no target"), "{error}");
        let error = parse("timeout: 5\nfile_access: none\n").unwrap_err();
        assert!(error.starts_with("master.yaml:2: ") && error.contains("scoped"), "{error}");
        let error = parse("file_access_extra:\n  'fp-*': ['a/*']\n").unwrap_err();
        assert!(error.starts_with("master.yaml:1: ") && error.contains("file_access: scoped"), "{error}");
        let error = parse("file_access: scoped\nfile_access_extra:\n  'G@os': ['a/*']\n").unwrap_err();
        assert!(error.starts_with("master.yaml:3: ") && error.contains("no target"), "{error}");
        assert!(parse("file_access: scoped\nfile_access_extra: {'fp-*': ['a/*']}\n").is_ok());
        let error = parse("keep_jobs_size: lots\n").unwrap_err();
        assert!(error.contains("10GiB"), "{error}");
    }

    #[test]
    fn what_differs_is_named() {
        let (one, other) =
            (parse("timeout: 5\n").unwrap(), parse("listen: 127.0.0.1:1\nkeep_jobs_size: 2GiB\n").unwrap());
        assert_eq!(one.differences(&other), (vec!["timeout", "keep_jobs_size"], vec!["listen"]));
        let next = other.with_fixed_of(&one);
        assert_eq!(one.differences(&next).1, Vec::<&str>::new());
        assert_eq!(next.keep_jobs_size, Some(2 << 30));
    }

    #[test]
    fn every_key_is_compared() {
        let (fixed, rest) = (["listen", "state_dir", "socket"], Config::default());
        let mut other = rest.clone();
        other.file_roots.clear();
        other.pillar_roots.clear();
        other.auto_accept = true;
        other.certificate_lifetime += Duration::from_secs(1);
        other.timeout += Duration::from_secs(1);
        other.nodegroups.insert("a".into(), "b".into());
        other.keep_jobs += Duration::from_secs(1);
        other.keep_jobs_size = Some(1);
        other.operators.push("a".into());
        other.readers.push("a".into());
        other.audit_log = Some("/a".into());
        other.file_access = FileAccess::Scoped;
        other.file_access_extra.insert("a".into(), Vec::new());
        other.opts.insert("a".into(), "b".into());
        let mut named = rest.differences(&other).0;
        named.extend(fixed);
        let mut keys: Vec<_> = KEYS.to_vec();
        named.sort_unstable();
        keys.sort_unstable();
        assert_eq!(named, keys);
    }
}
