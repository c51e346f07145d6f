//! The files: bounded, and wrong at a place that is named.

use std::path::{Path, PathBuf};

use common::id::IdError;
use common::value::{Map, Value};
use serde::de::DeserializeOwned;
use states::nearest::nearest;

use super::CONFIG_PATH;

/// The largest configuration or grains file: 1 MiB.
const SIZE_LIMIT: u64 = 1 << 20;

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

/// Reads a YAML file of which the keys are known.
pub(super) fn read_keys<T: DeserializeOwned + Default>(path: &Path, keys: &[&str]) -> Result<T, ConfigError> {
    let text = read(path)?;
    // A file of nothing but comments is a null document.
    let parsed = serde_yaml::from_str::<Option<T>>(&text);
    parsed.map(Option::unwrap_or_default).map_err(|error| invalid(path, &error, keys))
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
