//! What templates, execution functions and state functions know of the host they run on.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use common::value::{DEFAULT_DELIMITER, Map, Value, map};

use crate::accumulators::Accumulators;
use crate::files::FileSource;
use crate::functions::lookup::descend;
use crate::language::Shared;
use crate::mine::Mine;
use crate::modules::pkg::dpkg::Packages;
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
    /// What other hosts let this one know; without a master, what this host has written down itself.
    pub mine: Option<Arc<dyn Mine>>,
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
    /// The exit status of the last command that an execution function of `cmd` ran: what a program that was asked for that
    /// one function exits with.
    pub retcode: AtomicI64,
    /// The installed packages as last read; forgotten when a state installs or removes one.
    pub(crate) packages: Mutex<Option<Arc<Packages>>>,
    /// Where the host's own files (`/etc/passwd`, …) are, when that is not `/`: a folder in tests.
    pub(crate) root: Option<PathBuf>,
    /// What templates share: set up at the first one that is rendered.
    pub(crate) engines: crate::language::Engines,
    /// Set where only grains, pillar and the tree may be asked ([`crate::scope`]).
    pub(crate) aloof: Option<Arc<crate::scope::aloof::Aloof>>,
    /// What is shared with the runs of other hosts, if anything is.
    pub(crate) shared: Option<Arc<Shared>>,
    /// The `file` states that each state requires (`require: - file: …`), by the id of the state that requires them. The
    /// engine fills it before the first state runs; `clean` keeps what these states manage.
    pub required_files: Mutex<HashMap<String, Vec<RequiredFile>>>,
    /// What `file.accumulated` has gathered; the dry runs of states and the states that run beside others share it.
    pub(crate) accumulators: Arc<Accumulators>,
}

/// A `file` state that another state requires.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredFile {
    /// Its `name`.
    pub name: String,
    /// Its function: `managed`, `recurse`.
    pub function: String,
    /// The environment of its SLS.
    pub saltenv: String,
    /// Its arguments.
    pub arguments: Map,
}

impl RunState {
    /// The state of a run that shares parsed documents with the runs of other hosts, as where a fleet is compiled.
    #[must_use]
    pub fn sharing(shared: &Arc<Shared>) -> Self {
        Self { shared: Some(Arc::clone(shared)), ..Self::default() }
    }

    /// The `file` states that the state with this id requires.
    #[must_use]
    pub fn required_files(&self, id: &str) -> Vec<RequiredFile> {
        let all = self.required_files.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(id).cloned().unwrap_or_default()
    }
}

impl RunState {
    /// Where one of the host's own files is; `path` is absolute.
    pub(crate) fn host_path(&self, path: &str) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }

    /// Takes over what a state left that ran beside the others, on a copy of this.
    pub(crate) fn absorb(&self, other: &Self) {
        for (own, new) in [
            (&self.package_lists_stale, &other.package_lists_stale),
            (&self.package_lists_refreshed, &other.package_lists_refreshed),
        ] {
            own.fetch_or(new.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        let lock = |notes: &Mutex<Vec<String>>| notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let new = lock(&other.notes);
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        // It may have installed something.
        *self.packages.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What does not change during a run.
    fn lasting(&self) -> Self {
        let required_files = self.required_files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self {
            root: self.root.clone(),
            aloof: self.aloof.clone(),
            shared: self.shared.clone(),
            required_files: Mutex::new(required_files),
            ..Self::default()
        }
    }
}

impl Context {
    /// The same host, nothing of which may be changed.
    #[must_use]
    pub fn dry(self: &Arc<Self>) -> Arc<Self> {
        if self.test { Arc::clone(self) } else { self.within_run(|context| context.test = true) }
    }

    /// The same host with something else about the run, such as its environment. What states leave for later ones begins
    /// anew.
    #[must_use]
    pub fn varied(&self, change: impl FnOnce(&mut Self)) -> Arc<Self> {
        let mut context = Self {
            id: self.id.clone(),
            saltenv: self.saltenv.clone(),
            grains: Arc::clone(&self.grains),
            pillar: Arc::clone(&self.pillar),
            opts: Arc::clone(&self.opts),
            files: Arc::clone(&self.files),
            processes: Arc::clone(&self.processes),
            mine: self.mine.clone(),
            cache_dir: self.cache_dir.clone(),
            test: self.test,
            run: self.run.lasting(),
        };
        change(&mut context);
        Arc::new(context)
    }

    /// The same host with something else about one state of the same run.
    #[must_use]
    pub(crate) fn within_run(&self, change: impl FnOnce(&mut Self)) -> Arc<Self> {
        self.varied(|context| {
            context.run.accumulators = Arc::clone(&self.run.accumulators);
            change(context);
        })
    }

    /// A configuration value by its colon path: from `opts`, else grains, else pillar, as `config.get` looks.
    #[must_use]
    pub fn config(&self, path: &str) -> Option<Value> {
        let maps = [&self.opts, &self.grains, &self.pillar];
        maps.into_iter().find_map(|map| descend(map, path, DEFAULT_DELIMITER)).cloned()
    }
}

/// The options that templates look for in `opts`, as a minion has them. An environment that nobody has asked for is none.
#[must_use]
pub fn base_opts(id: &str, local: bool, saltenv: Option<&str>, test: bool) -> Map {
    map([
        ("id", id.into()),
        ("__role", "minion".into()),
        ("file_client", if local { "local" } else { "remote" }.into()),
        ("local", local.into()),
        ("test", test.into()),
        ("saltenv", saltenv.into()),
        ("environment", saltenv.into()),
        ("pillarenv", Value::Null),
        ("state_top", "top.sls".into()),
        ("state_top_saltenv", Value::Null),
        ("default_top", "base".into()),
        ("top_file_merging_strategy", "merge".into()),
        ("env_order", Value::List(Vec::new())),
        ("renderer", "jinja|yaml".into()),
        ("failhard", false.into()),
        ("state_auto_order", true.into()),
        ("hash_type", "sha256".into()),
        ("root_dir", "/".into()),
        ("nodegroups", Value::Map(Map::new())),
        ("disabled_requisites", Value::List(Vec::new())),
    ])
}
