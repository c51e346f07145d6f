//! A host's pillar: the pillar top file, its SLS files, their includes, merged.

mod environments;
mod foreign;
mod merge;
mod sls;
mod targets;

use std::sync::Arc;

use common::value::Map;

use super::sections::{Sections, TopOf, insert};
use super::top;
use super::tree::Tree;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use merge::Merging;
use sls::Files;

/// Compiles the pillar of the host that `context` describes; `context.files` is the pillar tree. `overrides` (pillar given
/// on the command line) is merged last.
///
/// # Errors
/// Every error found, each with its place.
pub fn compile(context: &Arc<Context>, overrides: &Map) -> Result<Map, Vec<Diagnostic>> {
    let mut tree = Tree::new(context);
    let mut errors = Vec::new();
    foreign::refuse_external(context, &mut errors);
    let environments = environments::of_tops(&tree);
    let tops = top::read(&mut tree, &environments, TopOf::Pillar, &mut errors);
    let mut sections = Sections::new();
    for file in tops.iter().flat_map(|(_, files)| files) {
        insert(&mut sections, file, TopOf::Pillar, |_| true, &mut errors);
    }
    let merging = Merging::configured(context);
    let mut pillar = overrides.clone();
    for (saltenv, selected) in targets::select(context, &sections, &mut errors) {
        let mut files = Files::new(&mut tree, &saltenv, merging, selected.optional, &mut errors);
        for named in &selected.named {
            for map in files.load(named) {
                merging.merge(&mut pillar, map);
            }
        }
    }
    if !errors.is_empty() {
        return Err(tree.illustrate(errors));
    }
    if !overrides.is_empty() {
        merging.merge(&mut pillar, overrides.clone());
    }
    foreign::refuse_encrypted(context, &pillar)?;
    Ok(pillar)
}

#[cfg(test)]
mod tests;
