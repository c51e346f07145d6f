//! Plan to report: the run loop, guards, retry, watch, listen, the return of each state.

mod aggregate;
mod call;
mod conditions;
mod guard;
mod listen;
mod parallel;
mod report;
mod requisite;
mod retry;
mod run;
mod secret;
mod slot;
mod targets;
#[cfg(test)]
mod tests;
mod together;

use std::sync::Arc;

pub use report::{Entry, Report};

use crate::compile::{Chunk, Plan};
use crate::context::Context;

/// Told of a run's progress, state by state.
pub trait Observer {
    /// A state is about to run.
    fn started(&mut self, chunk: &Chunk) {
        let _ = chunk;
    }
    /// A state has ended (or was skipped).
    fn finished(&mut self, entry: &Entry) {
        let _ = entry;
    }
}

/// An observer that looks away.
pub struct Silent;
impl Observer for Silent {}

/// Runs a plan to its end. Whether it is a dry run is in `context.test`.
///
/// One state runs after the other, but for those with `parallel: True`, which run beside the others.
#[must_use]
pub fn run(plan: &Plan, context: &Arc<Context>, observer: &mut dyn Observer) -> Report {
    run::Run::new(plan, context, observer).finish()
}

/// Runs some states of a plan, each with all that has to run before it, and no listeners: `state.sls_id`.
#[must_use]
pub fn run_only(plan: &Plan, context: &Arc<Context>, indices: &[usize]) -> Report {
    run::Run::new(plan, context, &mut Silent).finish_only(indices)
}
