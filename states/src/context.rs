//! What templates, execution functions and state functions know of the host they run on.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use common::value::Map;

use crate::files::FileSource;
use crate::process::Processes;

/// One host and one run. Cheap to clone through its `Arc`; nothing in it changes during a run except [`RunState`].
pub struct Context {
    /// The host's id, as in `grains['id']`.
    pub id: String,
    /// The environment the run is in (`base`, unless the operator says otherwise).
    pub saltenv: String,
    /// The host's grains.
    pub grains: Arc<Map>,
    /// The host's compiled pillar; empty while the pillar itself is compiled.
    pub pillar: Arc<Map>,
    /// The configuration, as templates see it in `opts`.
    pub opts: Arc<Map>,
    /// The tree: state files for a state run, pillar files while pillar is compiled.
    pub files: Arc<dyn FileSource>,
    /// How processes are run.
    pub processes: Arc<dyn Processes>,
    /// Where copies of files (`backup: minion`) and rendered scripts are kept.
    pub cache_dir: PathBuf,
    /// Whether nothing may be changed (`test=True`).
    pub test: bool,
    /// What one state of a run leaves for a later one.
    pub run: RunState,
}

/// What one state of a run leaves for a later one.
#[derive(Default)]
pub struct RunState {
    /// Set when a package repository changed or at the start, cleared by the first refresh of the package lists.
    pub package_lists_stale: AtomicBool,
    /// Whether this run has refreshed the package lists.
    pub package_lists_refreshed: AtomicBool,
    /// `service`s whose units changed on disk, so that the next call reloads the service manager.
    pub notes: Mutex<Vec<String>>,
    /// What templates share: set up at the first one that is rendered.
    pub(crate) engines: crate::language::Engines,
}

impl Context {
    /// A configuration value by its colon path: from `opts`, else grains, else pillar, as `config.get` looks.
    #[must_use]
    pub fn config(&self, path: &str) -> Option<common::value::Value> {
        let delimiter = common::value::DEFAULT_DELIMITER;
        [&self.opts, &self.grains, &self.pillar].into_iter().find_map(|map| {
            common::value::Value::Map(map.as_ref().clone()).traverse(path, delimiter).cloned()
        })
    }
}
