//! In which order a plan's states are called, without calling them.

use std::collections::HashSet;

use super::requisite::Kind;
use super::targets::{Targets, first_with_tag, requisites};
use crate::compile::Plan;
use crate::context::Context;

/// A state in the order of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The state, as an index into [`Plan::chunks`].
    pub index: usize,
    /// The state for whose requisites it runs before its own turn.
    pub pulled_by: Option<usize>,
}

/// The states of a plan in the order in which a run calls them. Of states with the same module, id, name and function only
/// the first is called. What runs once more at the end, because it listens, is not told.
#[must_use]
pub fn order(plan: &Plan, context: &Context) -> Vec<Place> {
    let first = first_with_tag(plan);
    let requisites = requisites(plan, context, &first);
    let mut order = Vec::with_capacity(plan.chunks.len());
    let mut done = HashSet::new();
    for turn in (0..plan.chunks.len()).filter(|index| first[*index] == *index) {
        reach(turn, &requisites, &mut done, &mut order);
    }
    order
}

/// Adds a state, and before it what has to be called before.
fn reach(turn: usize, requisites: &[Targets], done: &mut HashSet<usize>, order: &mut Vec<Place>) {
    // A dry run for a `prereq` is no call in turn: only what it needs itself runs before it.
    let before = |index: usize| {
        let kinds = requisites[index].iter().filter(|(kind, _)| **kind != Kind::Prereq);
        kinds.flat_map(|(_, targets)| targets.clone()).collect::<Vec<_>>().into_iter()
    };
    if done.contains(&turn) {
        return;
    }
    let mut on_path = HashSet::from([turn]);
    let mut path = vec![(turn, before(turn))];
    while let Some((index, needed)) = path.last_mut() {
        let index = *index;
        match needed.next() {
            Some(next) if done.contains(&next) || !on_path.insert(next) => {}
            Some(next) => path.push((next, before(next))),
            None => {
                let pulled_by = path.len().checked_sub(2).map(|above| path[above].0);
                path.pop();
                if done.insert(index) {
                    order.push(Place { index, pulled_by });
                }
            }
        }
    }
}
