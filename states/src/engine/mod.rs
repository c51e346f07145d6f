//! Plan to report: the run loop, guards, retry, watch, listen, the return of each state.

mod report;

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
#[must_use]
pub fn run(plan: &Plan, context: &Arc<Context>, observer: &mut dyn Observer) -> Report {
    let _ = (plan, context, observer);
    Report::default()
}
