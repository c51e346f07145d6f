//! A host's pillar: the pillar top file, its SLS files, their includes, merged.

use std::sync::Arc;

use common::value::Map;

use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// Compiles the pillar of the host that `context` describes; `context.files` is the pillar tree. `overrides` (pillar given
/// on the command line) is merged last.
///
/// # Errors
/// Every error found, each with its place.
pub fn compile(context: &Arc<Context>, overrides: &Map) -> Result<Map, Vec<Diagnostic>> {
    let _ = (context, overrides);
    Err(vec![Diagnostic::new("compiling pillar is not built yet")])
}
