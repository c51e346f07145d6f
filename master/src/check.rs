//! Compiles pillar and states for hosts without touching them.

use std::path::PathBuf;
use std::sync::Arc;

use common::value::Map;
use states::compile::{highstate, sls};
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::files::{FileSource, Folders};
use states::process::System;

use crate::api::{CheckResult, CheckSpec};
use crate::config::{Config, Roots};
use crate::pillar::{PillarCompiler, PillarHost};

/// Compiles for each host, and hands each result on as soon as it is there. Blocks.
pub fn check(config: &Config, spec: &CheckSpec, hosts: &[PillarHost], mut found: impl FnMut(CheckResult)) {
    let config = configured(config, spec);
    let saltenv = spec.saltenv.clone().unwrap_or_else(|| "base".into());
    let pillar = PillarCompiler::new(&config);
    let files: Arc<dyn FileSource> = Arc::new(Folders::new(config.file_roots.clone()));
    for host in hosts {
        let compiled = pillar.compile(host, &saltenv, &spec.pillar).and_then(|pillar| {
            let context = Arc::new(Context {
                id: host.id.to_string(),
                saltenv: saltenv.clone(),
                grains: Arc::clone(&host.grains),
                pillar: Arc::new(pillar),
                opts: Arc::new(config.opts.clone()),
                files: Arc::clone(&files),
                processes: Arc::new(System),
                cache_dir: config.state_dir.join("cache"),
                test: true,
                run: RunState::default(),
            });
            if spec.sls.is_empty() { highstate(&context) } else { sls(&context, &spec.sls) }
        });
        found(result(host, compiled));
    }
}

fn result(host: &PillarHost, compiled: Result<states::compile::Plan, Vec<Diagnostic>>) -> CheckResult {
    let host = host.id.clone();
    match compiled {
        Ok(plan) => {
            CheckResult { host, states: plan.chunks.len(), warnings: plan.warnings, errors: Vec::new() }
        }
        Err(errors) => CheckResult { host, states: 0, warnings: Vec::new(), errors },
    }
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

/// A host that is described by a file of grains, with its id among them.
#[must_use]
pub fn described(id: common::id::HostId, mut grains: Map) -> PillarHost {
    grains.insert("id".into(), id.as_str().into());
    PillarHost { id, grains: Arc::new(grains) }
}
