//! Data to plan: top file, includes, extends, excludes, names, requisites, order; and pillar.

pub mod keywords;
pub mod pillar;
mod plan;

use std::sync::Arc;

pub use plan::{Chunk, Plan, Requisite};

use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// Compiles what the top file gives this host.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn highstate(context: &Arc<Context>) -> Result<Plan, Vec<Diagnostic>> {
    let _ = context;
    Err(vec![Diagnostic::new("compiling is not built yet")])
}

/// Compiles the named SLS files (names or globs, in this order), as `state.sls` does.
///
/// # Errors
/// Every error found, each with its place; nothing has been run.
pub fn sls(context: &Arc<Context>, names: &[String]) -> Result<Plan, Vec<Diagnostic>> {
    let _ = (context, names);
    Err(vec![Diagnostic::new("compiling is not built yet")])
}
