//! What a plan says of its states before any of them runs: which are one and the same, and who waits for whom.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use super::requisite::Kind;
use crate::compile::{Plan, disabled_requisites};
use crate::context::{Context, RequiredFile};
use crate::modules;

/// The targets of a state by kind.
pub(super) type Targets = BTreeMap<Kind, Vec<usize>>;

/// For each chunk the first with its tag: Salt keeps one entry a tag, so the others are not run.
pub(super) fn first_with_tag(plan: &Plan) -> Vec<usize> {
    let mut seen = HashMap::new();
    plan.chunks.iter().enumerate().map(|(index, chunk)| *seen.entry(chunk.tag()).or_insert(index)).collect()
}

/// The targets of each chunk by kind, with `prereq` turned around as well.
pub(super) fn requisites(plan: &Plan, context: &Context, first: &[usize]) -> Vec<Targets> {
    let disabled = disabled_requisites(context);
    let mut all = vec![Targets::new(); plan.chunks.len()];
    for (index, chunk) in plan.chunks.iter().enumerate().filter(|(index, _)| first[*index] == *index) {
        let watches = modules::find(&chunk.function()).is_some_and(modules::Function::has_mod_watch);
        for requisite in chunk.requisites.iter().filter(|requisite| !disabled.contains(&requisite.kind)) {
            let Some(kind) = Kind::from_name(&requisite.kind) else { continue };
            let kind = if watches { kind } else { kind.without_watch() };
            for target in requisite.targets.iter().filter_map(|target| first.get(*target)) {
                add(&mut all[index], kind, *target);
                if kind == Kind::Prereq {
                    add(&mut all[*target], Kind::Prerequired, index);
                }
            }
        }
    }
    all
}

/// Tells `file` states which other `file` states each requires: what those manage is not to be cleaned away.
pub(super) fn tell_required_files(plan: &Plan, context: &Context, requisites: &[Targets]) {
    let mut required = HashMap::<String, Vec<RequiredFile>>::new();
    for (chunk, requisites) in plan.chunks.iter().zip(requisites).filter(|(chunk, _)| chunk.state == "file") {
        let targets =
            requisites.get(&Kind::Require).into_iter().flatten().map(|target| &plan.chunks[*target]);
        let files = targets.filter(|target| target.state == "file").map(|target| RequiredFile {
            name: target.name.clone(),
            function: target.fun.clone(),
            saltenv: target.saltenv.clone(),
            arguments: target.arguments.clone(),
        });
        required.entry(chunk.id.clone()).or_default().extend(files);
    }
    *context.run.required_files.lock().unwrap_or_else(PoisonError::into_inner) = required;
}

fn add(requisites: &mut Targets, kind: Kind, target: usize) {
    let targets = requisites.entry(kind).or_default();
    if !targets.contains(&target) {
        targets.push(target);
    }
}
