//! A tree, and the hosts that it is compiled for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::value::{Map, Value};
use states::compile::{highstate, pillar};
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::files::{FileSource, Folders, Kept};
use states::language::Shared;
use states::process::System;

/// A host.
pub(crate) struct Host {
    id: String,
    grains: Arc<Map>,
}

/// A tree and its pillar, to compile for hosts.
pub(crate) struct Hosts {
    tree: Arc<dyn FileSource>,
    pillar: Arc<dyn FileSource>,
    opts: Arc<Map>,
    shared: Option<Arc<Shared>>,
}

impl Hosts {
    /// A fixture, with its folders `tree` and `pillar`, as it is now on disk.
    pub(crate) fn of(fixture: &Path) -> Self {
        let folder = |name: &str| -> Arc<dyn FileSource> { Arc::new(Folders::base([fixture.join(name)])) };
        Self { tree: folder("tree"), pillar: folder("pillar"), opts: Arc::default(), shared: None }
    }

    /// The same fixture, whose hosts share what they have in common, as where a fleet is compiled.
    pub(crate) fn of_fleet(fixture: &Path) -> Self {
        let folder =
            |name: &str| -> Arc<dyn FileSource> { Arc::new(Kept::new(Folders::base([fixture.join(name)]))) };
        Self {
            tree: folder("tree"),
            pillar: folder("pillar"),
            shared: Some(Arc::default()),
            ..Self::of(fixture)
        }
    }

    /// The host's pillar.
    ///
    /// # Errors
    /// What is wrong with it, as text.
    pub(crate) fn pillar(&self, host: &Host) -> Result<Map, String> {
        let context = self.context(host, Map::new(), &self.pillar);
        pillar::compile(&context, &Map::new()).map_err(|errors| text(host, &errors))
    }

    /// The host's states in their order: function, id and name of each.
    ///
    /// # Errors
    /// What is wrong with the tree, as text.
    pub(crate) fn states(&self, host: &Host, pillar: Map) -> Result<Vec<Value>, String> {
        let context = self.context(host, pillar, &self.tree);
        let plan = highstate(&context).map_err(|errors| text(host, &errors))?;
        let line = |chunk: &states::compile::Chunk| {
            Value::from(format!("{}.{} {} {}", chunk.state, chunk.fun, chunk.id, chunk.name))
        };
        Ok(plan.chunks.iter().map(line).collect())
    }

    fn context(&self, host: &Host, pillar: Map, files: &Arc<dyn FileSource>) -> Arc<Context> {
        Arc::new(Context {
            id: host.id.clone(),
            saltenv: "base".into(),
            grains: Arc::clone(&host.grains),
            pillar: Arc::new(pillar),
            opts: Arc::clone(&self.opts),
            files: Arc::clone(files),
            processes: Arc::new(System),
            cache_dir: std::env::temp_dir().join("compile-bench"),
            test: true,
            mine: None,
            run: self.shared.as_ref().map_or_else(RunState::default, RunState::sharing),
        })
    }
}

fn text(host: &Host, errors: &[Diagnostic]) -> String {
    let mut text = format!("{} does not compile:\n", host.id);
    for error in errors {
        let _ = writeln!(text, "{error}");
    }
    text
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// The folder of a fixture.
pub(crate) fn fixture(name: &str) -> PathBuf {
    tests().join("fixtures").join(name)
}

/// The grains of the conformance cases.
pub(crate) fn grains() -> Map {
    let text = std::fs::read_to_string(tests().join("conformance/grains.yaml")).unwrap_or_default();
    serde_yaml::from_str(&text).unwrap_or_default()
}

/// A host of this id.
pub(crate) fn host(id: &str, mut grains: Map) -> Host {
    grains.insert("id".into(), id.into());
    Host { id: id.into(), grains: Arc::new(grains) }
}
