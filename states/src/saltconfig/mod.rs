//! Salt's own configuration of a minion: the file `minion`, what it includes, and what its keys mean here.
//!
//! [`document`] reads and merges the files, [`mod@keys`] says of each key what becomes of it, [`assemble`] makes the options of
//! it that templates see in `opts`, under Salt's names and with Salt's defaults, [`identity`] finds the host's id, [`grains`]
//! lays the static grains over the machine's, [`roots`] reads `file_roots` and `pillar_roots`.
//!
//! A key that would change what a tree does, and that we don't have, is an error. One that has no meaning here is named in a
//! notice.

mod assemble;
mod document;
mod grains;
mod identity;
mod keys;
mod pattern;
mod roots;

use std::path::{Path, PathBuf};

use common::value::{Map, Value, get};

use crate::diagnostic::Diagnostic;
use crate::files::Folders;
use document::Document;
pub use keys::{Decision, Key, keys};
pub use roots::Roots;

/// What a command line says, which counts before the files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The host's id.
    pub id: Option<String>,
    /// Whether the folders of the state tree are given, so that what the files say of them does not matter.
    pub file_roots: bool,
}

/// What a minion's configuration says.
#[derive(Clone, Debug)]
pub struct SaltConfig {
    /// The host's id.
    pub id: String,
    /// The folders of the state tree by environment.
    pub file_roots: Roots,
    /// The folders of the pillar tree by environment.
    pub pillar_roots: Roots,
    /// Every option, as templates see it in `opts`: what the files say, over Salt's defaults.
    pub opts: Map,
    /// What the operator should know: keys that mean nothing here, values of the wrong kind.
    pub notices: Vec<String>,
    /// The file `grains` beside the configuration.
    grains_file: Map,
}

impl SaltConfig {
    /// Reads the configuration in a folder: the file `minion`, `minion.d/*.conf` and what they include, the file `grains`.
    ///
    /// # Errors
    /// A file that is not YAML or no map, a key that can't be honoured, each with its place.
    pub fn read(folder: &Path, given: &Given) -> Result<Self, Vec<Diagnostic>> {
        let document = Document::read(&folder.join("minion")).map_err(|error| vec![error])?;
        let grains_file = document::read_grains(&folder.join("grains")).map_err(|error| vec![error])?;
        Self::new(document, folder, grains_file, given)
    }

    /// The configuration that these values make, as if they stood in the file `minion` of a folder.
    ///
    /// # Errors
    /// As [`SaltConfig::read`].
    pub fn of(values: Map, folder: &Path, given: &Given) -> Result<Self, Vec<Diagnostic>> {
        Self::new(Document::of(values, &folder.join("minion")), folder, Map::new(), given)
    }

    fn new(
        document: Document,
        folder: &Path,
        grains_file: Map,
        given: &Given,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut notices = document.notices.clone();
        keys::decide(&document, given, &mut notices)?;
        let id = identity::find(&document.values, folder, given.id.as_deref());
        let opts = assemble::options(&document, &id);
        roots::ignored(&opts).map_err(|error| vec![error])?;
        Ok(Self {
            file_roots: roots::roots(&opts, "file_roots"),
            pillar_roots: roots::roots(&opts, "pillar_roots"),
            id,
            opts,
            notices,
            grains_file,
        })
    }

    /// The host's grains: those of the machine without what `grains_blacklist` names, then the file `grains`, then the key
    /// `grains`.
    #[must_use]
    pub fn grains(&self) -> Map {
        grains::lay(crate::grains::collect(&self.id, &Map::new()), &self.grains_file, &self.opts, &self.id)
    }

    /// The environment of the run, where the configuration says one.
    #[must_use]
    pub fn saltenv(&self) -> Option<String> {
        get(&self.opts, "saltenv").filter(|saltenv| saltenv.is_true()).map(ToString::to_string)
    }

    /// Whether nothing may be changed (`test: True`).
    #[must_use]
    pub fn test(&self) -> bool {
        get(&self.opts, "test").is_some_and(Value::is_true)
    }

    /// The state tree.
    #[must_use]
    pub fn tree(&self) -> Folders {
        Folders::new(self.file_roots.clone()).without(roots::ignored(&self.opts).unwrap_or_default())
    }

    /// The pillar tree. The environment that is asked for, else that of the configuration, takes the folders of `__env__`
    /// where it has none of its own.
    #[must_use]
    pub fn pillar_tree(&self, pillarenv: Option<&str>) -> Folders {
        let configured =
            |key: &str| get(&self.opts, key).filter(|env| env.is_true()).map(ToString::to_string);
        let env = pillarenv.map(str::to_owned).or_else(|| configured("pillarenv")).or_else(|| self.saltenv());
        let roots = roots::with_any(&self.pillar_roots, env.as_deref().unwrap_or("base"));
        Folders::new(roots).without(roots::ignored(&self.opts).unwrap_or_default())
    }

    /// Lays folders of a command line over those of the files, as the only environment, `base`.
    pub fn set_roots(&mut self, key: &str, folders: &[PathBuf]) {
        let texts: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
        self.opts.insert(key.into(), Map::from_iter([("base".into(), texts.into())]).into());
        let made = roots::roots(&self.opts, key);
        match key {
            "file_roots" => self.file_roots = made,
            _ => self.pillar_roots = made,
        }
    }
}

#[cfg(test)]
mod tests;
