//! A host's pillar: the pillar top file, its SLS files, their includes, merged.

mod environments;
mod foreign;
mod merge;
mod parts;
mod sls;
mod targets;

use std::sync::Arc;

use common::value::Map;

use super::sections::{Sections, TopOf, insert};
use super::top;
use super::tree::Tree;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
pub(crate) use merge::Depth;
use merge::Merging;
pub use parts::ExaminedPillar;
pub(crate) use parts::Part;
use sls::Files;

/// Compiles the pillar of the host that `context` describes; `context.files` is the pillar tree. `overrides` (pillar given
/// on the command line) is merged last.
///
/// # Errors
/// Every error found, each with its place.
pub fn compile(context: &Arc<Context>, overrides: &Map) -> Result<Map, Vec<Diagnostic>> {
    let mut tree = Tree::new(context);
    gather(context, &mut tree, overrides, None)
}

/// Compiles as [`compile`] does, and keeps what [`crate::lint::lint_pillar`] looks at.
///
/// # Errors
/// Every error found, each with its place.
pub fn examine(context: &Arc<Context>, overrides: &Map) -> Result<ExaminedPillar, Vec<Diagnostic>> {
    let mut tree = Tree::new(context);
    let mut parts = Vec::new();
    let pillar = gather(context, &mut tree, overrides, Some(&mut parts))?;
    let depth = Merging::configured(context).depth();
    Ok(ExaminedPillar { pillar, parts, depth, memory: tree.into_memory() })
}

fn gather(
    context: &Arc<Context>,
    tree: &mut Tree<'_>,
    overrides: &Map,
    mut parts: Option<&mut Vec<Part>>,
) -> Result<Map, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    foreign::refuse_external(context, &mut errors);
    let environments = environments::of_tops(tree);
    let tops = top::read(tree, &environments, TopOf::Pillar, &mut errors);
    let mut sections = Sections::new();
    for file in tops.iter().flat_map(|(_, files)| files) {
        insert(&mut sections, file, TopOf::Pillar, |_| true, &mut errors);
    }
    let merging = Merging::configured(context);
    let mut pillar = overrides.clone();
    for (saltenv, selected) in targets::select(context, &sections, &mut errors) {
        let parts = parts.as_deref_mut();
        let mut files = Files::new(tree, &saltenv, merging, selected.optional, &mut errors, parts);
        for named in &selected.named {
            for map in files.load(named) {
                merging.merge(&mut pillar, map);
            }
        }
    }
    if !errors.is_empty() {
        let errors = tree.illustrate(errors);
        return Err(errors.into_iter().map(|error| error.note("in the pillar tree")).collect());
    }
    if !overrides.is_empty() {
        merging.merge(&mut pillar, overrides.clone());
    }
    foreign::refuse_encrypted(context, &pillar)?;
    Ok(pillar)
}

#[cfg(test)]
mod tests;
