//! Text to data: the renderer line, Jinja, YAML 1.1 as Salt reads it, with every value's line.

mod node;

use std::sync::Arc;

use common::value::Map;

pub use node::{Kind, Node};

use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// One file of a state or pillar tree, as it stands in the tree.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path in the tree: `web/init.sls`.
    pub path: Arc<str>,
    /// The environment it comes from.
    pub saltenv: Arc<str>,
    /// The name it is known by in top files and includes: `web`.
    pub sls: Arc<str>,
    /// Its content.
    pub text: Arc<str>,
}

/// Renders an SLS through its renderer line (default `jinja|yaml`). `variables` are added to what its Jinja sees.
/// A file that renders to nothing is a `Null` node.
///
/// # Errors
/// An error in the file, or in one it imports, with its place.
pub fn render(context: &Arc<Context>, source: &Source, variables: &Map) -> Result<Node, Diagnostic> {
    let _ = (context, variables);
    Err(Diagnostic::new(format!("{}: rendering is not built yet", source.path)))
}

/// Renders the template of a file state: Jinja alone, with the names a `file.managed` template sees.
///
/// `path` names the template in errors and is what relative imports are relative to.
///
/// # Errors
/// An error in the template, or in one it imports, with its place.
pub fn render_template(
    context: &Arc<Context>,
    saltenv: &str,
    path: &str,
    text: &str,
    variables: &Map,
) -> Result<String, Diagnostic> {
    let _ = (context, saltenv, text, variables);
    Err(Diagnostic::new(format!("{path}: rendering is not built yet")))
}
