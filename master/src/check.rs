//! Compiles pillar and states for hosts without touching them.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use common::value::{Map, Value, get};
use states::compile::{Examined, alone, examine};
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::explain::explain as explain_states;
use states::files::{FileSource, Folders, Kept};
use states::language::Shared;
use states::lint::lint;
use states::process::System;

use crate::api::{CheckResult, CheckSpec, Explained, UnusedSls};
use crate::config::{Config, Roots};
use crate::grains::Grains;
use crate::pillar::{PillarCompiler, PillarHost};

/// Compiles for each host, and hands each result on as soon as it is there. Where the top file says what each host gets,
/// the SLS files that none of them gets are compiled as well, with the grains and pillar of the first host; those that are
/// wrong come back. Blocks.
#[must_use]
pub fn check(
    config: &Config,
    spec: &CheckSpec,
    hosts: &[PillarHost],
    mut found: impl FnMut(CheckResult),
) -> Vec<UnusedSls> {
    let checker = Checker::new(config, spec);
    let mut used: HashSet<(String, String)> = HashSet::new();
    let mut first: Option<(&PillarHost, Arc<Context>)> = None;
    for host in hosts {
        let (context, lints) = match checker.context(host) {
            Ok(known) => known,
            Err(errors) => {
                found(broken(host, errors));
                continue;
            }
        };
        let examined = examine(&context, &spec.sls);
        for file in examined.files() {
            let name = (file.saltenv.as_ref(), file.sls.as_ref());
            if !used.contains(&(name.0.to_owned(), name.1.to_owned())) {
                used.insert((name.0.into(), name.1.into()));
            }
        }
        found(result(host, &context, &examined, spec.lint.then_some(lints)));
        first.get_or_insert((host, context));
    }
    match first {
        Some((host, context)) if spec.sls.is_empty() => unused(host, &context, &used),
        _ => Vec::new(),
    }
}

/// Says why states are on a host. Blocks.
#[must_use]
pub fn explain(config: &Config, spec: &CheckSpec, host: &PillarHost, state: &str) -> Explained {
    let context = match Checker::new(config, spec).context(host) {
        Ok((context, _)) => context,
        Err(errors) => return Explained { errors, ..Explained::default() },
    };
    let examined = examine(&context, &spec.sls);
    if !examined.errors.is_empty() {
        return Explained { errors: examined.errors, ..Explained::default() };
    }
    match explain_states(&context, &examined, state) {
        Ok(states) => Explained { states, ..Explained::default() },
        Err(unknown) => Explained { unknown: Some(*unknown), ..Explained::default() },
    }
}

/// What compiling for several hosts shares.
struct Checker<'a> {
    config: Config,
    spec: &'a CheckSpec,
    pillar: PillarCompiler,
    opts: Arc<Map>,
    files: Arc<dyn FileSource>,
    shared: Arc<Shared>,
}

impl<'a> Checker<'a> {
    fn new(config: &Config, spec: &'a CheckSpec) -> Self {
        let config = configured(config, spec);
        Self {
            pillar: PillarCompiler::new(&config),
            opts: Arc::new(config.opts.clone()),
            files: Arc::new(Kept::new(Folders::new(config.file_roots.clone()))),
            shared: Arc::default(),
            config,
            spec,
        }
    }

    /// What the templates of a host see: its pillar compiled, its grains as it sent them last. With it what the linter warns
    /// of in the pillar files, where it is asked.
    fn context(&self, host: &PillarHost) -> Result<(Arc<Context>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let saltenv = self.spec.saltenv.clone().unwrap_or_else(|| "base".into());
        let (pillar, lints) = if self.spec.lint {
            self.pillar.lint(host, &saltenv, &self.spec.pillar)?
        } else {
            (self.pillar.compile(host, &saltenv, &self.spec.pillar)?, Vec::new())
        };
        let context = Arc::new(Context {
            id: host.id.to_string(),
            saltenv,
            grains: Arc::clone(host.grains.open()),
            pillar: Arc::new(pillar),
            opts: Arc::clone(&self.opts),
            files: Arc::clone(&self.files),
            processes: Arc::new(System),
            cache_dir: self.config.state_dir.join("cache"),
            test: true,
            mine: None,
            run: RunState::sharing(&self.shared),
        });
        Ok((context, lints))
    }
}

fn broken(host: &PillarHost, errors: Vec<Diagnostic>) -> CheckResult {
    CheckResult { host: host.id.clone(), states: 0, warnings: Vec::new(), errors, lints: Vec::new() }
}

/// `lints` are the warnings of the pillar files, where the linter is asked.
fn result(
    host: &PillarHost,
    context: &Arc<Context>,
    examined: &Examined,
    lints: Option<Vec<Diagnostic>>,
) -> CheckResult {
    if !examined.errors.is_empty() {
        return broken(host, examined.errors.clone());
    }
    let lints = match lints {
        Some(of_pillar) => [of_pillar, lint(context, examined)].concat(),
        None => Vec::new(),
    };
    let warnings = examined.warnings.clone();
    CheckResult { host: host.id.clone(), states: examined.count(), warnings, errors: Vec::new(), lints }
}

/// The SLS files of the tree that are not among the used ones and are wrong.
fn unused(host: &PillarHost, context: &Arc<Context>, used: &HashSet<(String, String)>) -> Vec<UnusedSls> {
    let top = get(&context.opts, "state_top").and_then(Value::as_str).unwrap_or("top.sls");
    let mut wrong = Vec::new();
    for saltenv in context.files.environments() {
        let context = context.varied(|context| context.saltenv.clone_from(&saltenv));
        let files = context.files.list(&saltenv).unwrap_or_else(|_| Arc::from([]));
        for path in files.iter().map(|file| file.path.as_ref()).filter(|path| *path != top) {
            let Some(name) = path.strip_suffix(".sls") else { continue };
            let sls = name.strip_suffix("/init").unwrap_or(name).replace('/', ".");
            if used.contains(&(saltenv.clone(), sls.clone())) {
                continue;
            }
            let errors = alone(&context, &sls);
            if !errors.is_empty() {
                wrong.push(UnusedSls { saltenv: saltenv.clone(), sls, host: host.id.clone(), errors });
            }
        }
    }
    wrong
}

/// The configuration with the trees that are to be compiled in place of its own.
fn configured(config: &Config, spec: &CheckSpec) -> Config {
    let base = |folder: &PathBuf| Roots::from([("base".into(), vec![folder.clone()])]);
    let mut config = config.clone();
    if let Some(tree) = &spec.tree {
        config.file_roots = base(tree);
    }
    if let Some(tree) = &spec.pillar_tree {
        config.pillar_roots = base(tree);
    }
    config
}

/// A host that is described by its grains, with its id among them.
#[must_use]
pub fn described(id: common::id::HostId, grains: Map) -> PillarHost {
    let grains = Grains::of(&id, grains);
    PillarHost { id, grains }
}
