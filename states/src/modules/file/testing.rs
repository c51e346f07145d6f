//! What the tests of file states share: a host with a tree, and states run by their names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::value::{Map, Value};

use super::super::registry::{Site, find};
use super::super::{Call, StateReturn};
use crate::accumulators::Accumulators;
use crate::context::{Context, RequiredFile, RunState};
use crate::testing::{Book, Tree, context, output};

/// A host whose processes all succeed silently, with a directory of its own.
pub(crate) struct Host {
    tree: Option<Tree>,
    pillar: Map,
    directory: tempfile::TempDir,
    processes: Arc<Book>,
    contexts: std::cell::OnceCell<[Arc<Context>; 1]>,
    required: Vec<RequiredFile>,
    opts: Map,
    accumulators: Arc<Accumulators>,
}

/// A value from YAML.
pub(crate) fn value(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).unwrap()
}

impl Host {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::with_processes(files, Arc::new(Book::new(|_| output(0, ""))))
    }

    pub(crate) fn with_processes(files: &[(&str, &str)], processes: Arc<Book>) -> Self {
        Self {
            tree: Some(Tree::new(files)),
            pillar: Map::new(),
            directory: tempfile::tempdir().unwrap(),
            processes,
            contexts: std::cell::OnceCell::new(),
            required: Vec::new(),
            opts: Map::new(),
            accumulators: Arc::default(),
        }
    }

    pub(crate) fn put(&mut self, saltenv: &str, path: &str, text: &str) {
        self.tree.as_mut().unwrap().put(saltenv, path, text);
    }

    pub(crate) fn pillar(mut self, yaml: &str) -> Self {
        self.pillar = value(yaml).as_map().unwrap().clone();
        self
    }

    /// Lets every state require a `file` state on this name.
    pub(crate) fn require(&mut self, function: &str, name: &str) {
        self.required.push(RequiredFile {
            name: name.into(),
            function: function.into(),
            saltenv: "base".into(),
            arguments: Map::new(),
        });
    }

    /// Sets a configuration value to a path in the host's own directory.
    pub(crate) fn configure(&mut self, key: &str, name: &str) {
        let path = self.path(name).display().to_string();
        self.opts.insert(key.into(), path.into());
    }

    /// A path in the host's own directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        super::ownership::Status::read(&self.path(name), true).unwrap().mode
    }

    /// Hands a bare call to a helper under test.
    pub(crate) fn call<T>(mut self, act: impl FnOnce(&Call<'_>) -> T) -> T {
        let context = context(self.tree.take().unwrap(), self.processes.clone(), self.pillar.clone(), false);
        let (arguments, extra) = (Map::new(), Map::new());
        act(&Call {
            context: &context,
            id: "state",
            sls: "test",
            saltenv: "base",
            arguments: &arguments,
            extra: &extra,
            watching: None,
            changed: &[],
            warnings: std::cell::RefCell::default(),
        })
    }

    /// Runs a state on `name`; `yaml` holds its other arguments, in which `DIR` is the host's directory.
    pub(crate) fn run(&mut self, function: &str, name: &str, yaml: &str) -> StateReturn {
        self.apply(function, name, yaml, false)
    }

    /// The same as a dry run.
    pub(crate) fn test(&mut self, function: &str, name: &str, yaml: &str) -> StateReturn {
        self.apply(function, name, yaml, true)
    }

    /// Runs a state on the file `name` of the host's directory: first dry, then for real, then again. The dry run must
    /// change nothing, and the second run must find nothing to do. Gives the dry and the real return.
    pub(crate) fn converge(&mut self, function: &str, name: &str, yaml: &str) -> (StateReturn, StateReturn) {
        let before = listing(self.directory.path());
        let dry = self.test(function, name, yaml);
        assert_eq!(listing(self.directory.path()), before, "the dry run changed something");
        let real = self.run(function, name, yaml);
        assert_eq!(dry.result.is_none(), !real.changes.is_empty(), "dry {dry:?}\nreal {real:?}");
        let again = self.run(function, name, yaml);
        assert_eq!((again.result, &again.changes), (Some(true), &Map::new()), "{}", again.comment);
        (dry, real)
    }

    fn apply(&mut self, function: &str, name: &str, yaml: &str, test: bool) -> StateReturn {
        let root = self.directory.path().to_str().unwrap().to_owned();
        let base = self.contexts.get_or_init(|| {
            [context(self.tree.take().unwrap(), self.processes.clone(), self.pillar.clone(), false)]
        })[0]
            .clone();
        let run = RunState { accumulators: Arc::clone(&self.accumulators), ..RunState::default() };
        run.required_files.lock().unwrap().insert("state".into(), self.required.clone());
        let context = Arc::new(Context {
            id: base.id.clone(),
            saltenv: base.saltenv.clone(),
            grains: base.grains.clone(),
            pillar: base.pillar.clone(),
            opts: Arc::new(self.opts.clone()),
            files: base.files.clone(),
            processes: base.processes.clone(),
            cache_dir: base.cache_dir.clone(),
            test,
            mine: None,
            run,
        });
        let mut arguments = Map::new();
        let name = if name.starts_with('/') { name.to_owned() } else { format!("{root}/{name}") };
        arguments.insert("name".into(), name.into());
        let yaml = yaml.replace("DIR", &root);
        if let Value::Map(map) = value(&yaml) {
            arguments.extend(map);
        }
        let site = Site { context: &context, id: "state", sls: "test", saltenv: "base", changed: &[] };
        find(function).unwrap().run(&site, &arguments)
    }
}

/// Every path below a directory with its content and mode.
fn listing(directory: &Path) -> Vec<(PathBuf, Vec<u8>, u32)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let status = super::ownership::Status::read(&path, false).unwrap();
        found.push((path.clone(), std::fs::read(&path).unwrap_or_default(), status.mode));
        if path.is_dir() && !path.is_symlink() {
            found.extend(listing(&path));
        }
    }
    found.sort();
    found
}
