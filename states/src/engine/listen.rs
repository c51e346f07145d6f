//! `listen`: the reactions that wait for the end of the run.

use crate::compile::Plan;

/// The chunks that listen to one that changed, each once, in their order.
pub(super) fn listeners(plan: &Plan, changed: impl Fn(usize) -> bool) -> Vec<usize> {
    let hears = |index: &usize| {
        plan.chunks[*index]
            .requisites
            .iter()
            .filter(|requisite| requisite.kind == "listen")
            .any(|requisite| requisite.targets.iter().any(|target| changed(*target)))
    };
    (0..plan.chunks.len()).filter(hears).collect()
}
