//! What `check` and `explain` compile: trees, and hosts that the command line describes.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use common::id::HostId;
use common::value::Map;

use super::error::CommandError;
use super::options::{parse_map, pillar};
use crate::api::CheckSpec;

/// Which trees are compiled, and with what.
#[derive(Debug, Args)]
pub(super) struct TreeOptions {
    /// A state tree to compile in place of the configured one, as its environment `base`
    #[arg(long, value_name = "DIR", visible_alias = "root", alias = "file-root")]
    tree: Option<PathBuf>,

    /// A pillar tree, likewise
    #[arg(long, value_name = "DIR")]
    pillar_root: Option<PathBuf>,

    /// Pillar to merge over every host's own, as a YAML map
    #[arg(long, value_name = "YAML")]
    pillar: Option<String>,

    /// The environment of the tree [default: base]
    #[arg(long, value_name = "NAME")]
    saltenv: Option<String>,
}

impl TreeOptions {
    /// What is to be compiled, for every host.
    ///
    /// # Errors
    /// When a folder is none or the pillar is no YAML map.
    pub(super) fn spec(&self) -> Result<CheckSpec, CommandError> {
        Ok(CheckSpec {
            target: None,
            sls: Vec::new(),
            saltenv: self.saltenv.clone(),
            pillar: pillar(self.pillar.as_deref())?,
            tree: self.tree.as_deref().map(folder).transpose()?,
            pillar_tree: self.pillar_root.as_deref().map(folder).transpose()?,
            lint: false,
        })
    }
}

/// How what was found is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

/// Reads `--grains`: a file, or a YAML map itself.
///
/// # Errors
/// When it is neither.
pub(super) fn grains(text: &str) -> Result<Map, CommandError> {
    let wrong = |reason: String| CommandError::usage(format!("--grains {text}: {reason}"));
    match std::fs::read_to_string(text) {
        Ok(content) => parse_map(&content).map_err(wrong),
        Err(_) if text.contains(": ") || text.trim_start().starts_with('{') => parse_map(text).map_err(wrong),
        Err(error) => Err(wrong(error.to_string()).hint("name a YAML file, or write a map: '{os: Debian}'")),
    }
}

/// The grains of each id: of `--grains` there is none, one for all, or one for each in their order.
///
/// # Errors
/// When the numbers do not fit, or grains cannot be read.
pub(super) fn paired(ids: &[HostId], texts: &[String]) -> Result<Vec<(HostId, Map)>, CommandError> {
    let maps: Vec<Map> = texts.iter().map(|text| grains(text)).collect::<Result<_, _>>()?;
    match maps.as_slice() {
        [] => Ok(ids.iter().map(|id| (id.clone(), Map::new())).collect()),
        [one] => Ok(ids.iter().map(|id| (id.clone(), one.clone())).collect()),
        several if several.len() == ids.len() => Ok(ids.iter().cloned().zip(maps).collect()),
        several => Err(CommandError::usage(format!(
            "--grains stands {} times, and --id {} times",
            several.len(),
            ids.len()
        ))
        .hint("give --grains once for all hosts, or once for each --id, in the same order")),
    }
}

/// A folder as the daemon, which works elsewhere, knows it.
fn folder(path: &Path) -> Result<PathBuf, CommandError> {
    match path.canonicalize() {
        Ok(folder) if folder.is_dir() => Ok(folder),
        Ok(_) => Err(CommandError::usage(format!("{} is no folder", path.display()))),
        Err(error) => Err(CommandError::usage(format!("{}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<HostId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn grains_for_one_and_for_each() {
        let text = |text: &str| text.to_owned();
        let all = paired(&ids(&["a", "b"]), &[text("{os: Debian}")]).unwrap();
        assert_eq!(all[1].1.len(), 1);
        let each = paired(&ids(&["a", "b"]), &[text("os: x"), text("{}")]).unwrap();
        assert_eq!((each[0].1.len(), each[1].1.len()), (1, 0));
        assert_eq!(paired(&ids(&["a"]), &[]).unwrap()[0].1.len(), 0);
        assert!(paired(&ids(&["a"]), &[text("{}"), text("{}")]).is_err());
        assert!(paired(&ids(&["a"]), &[text("no-such-file")]).is_err());
        assert!(paired(&ids(&["a"]), &[text("{a")]).is_err());
    }
}
