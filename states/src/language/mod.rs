//! Text to data: the renderer line, Jinja, YAML 1.1 as Salt reads it, with every value's line.

pub(crate) mod hashing;
mod jinja;
mod names;
mod node;
mod origin;
mod renderer;
mod yaml;

use std::sync::Arc;

use common::value::{Map, Value};

pub(crate) use jinja::{Engines, to_json};
pub use node::{Kind, Node};
pub(crate) use yaml::{Layout, dump as to_yaml};

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use jinja::{Rendered, Template};
use origin::Origin;
use renderer::Renderer;

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
    render_through(context, source, variables, &renderer::pipe(source)?)
}

/// Renders any file through its renderer line, or through `default` when it has none: data, or text where the pipe makes
/// no data.
///
/// # Errors
/// As [`render`].
pub(crate) fn render_or(
    context: &Arc<Context>,
    source: &Source,
    variables: &Map,
    default: &str,
) -> Result<Node, Diagnostic> {
    render_through(context, source, variables, &renderer::pipe_or(source, default)?)
}

fn render_through(
    context: &Arc<Context>,
    source: &Source,
    variables: &Map,
    pipe: &[Renderer],
) -> Result<Node, Diagnostic> {
    let rendered = if pipe.contains(&Renderer::Jinja) {
        let template = Template {
            path: &source.path,
            saltenv: &source.saltenv,
            sls: Some(&source.sls),
            text: &source.text,
            names: names::of_sls(source),
            variables,
        };
        Some(jinja::render(context, &template).map_err(|diagnostic| *diagnostic)?)
    } else {
        None
    };
    let text = rendered.as_ref().map_or(&*source.text, |rendered| &rendered.text);
    let origin = Origin::new(source, text, rendered.as_ref());
    match pipe.last() {
        Some(Renderer::Json) => renderer::json(source, text, &origin),
        Some(Renderer::Yaml) => yaml::load(text, &|mark| origin.place(mark))
            .map_err(|fault| renderer::yaml_fault(source, &fault, &origin)),
        _ => Ok(Node { kind: Kind::Scalar(Value::from(text)), place: origin.beginning() }),
    }
}

/// Reads YAML that is no file of the tree.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn from_yaml(text: &str) -> Result<Value, String> {
    let nowhere = Place { file: "".into(), line: 0, column: 0 };
    match yaml::load(text, &|_| nowhere.clone()) {
        Ok(node) => Ok(node.to_value()),
        Err(fault) => Err(fault.to_string()),
    }
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
    let template = Template { path, saltenv, sls: None, text, names: Vec::new(), variables };
    match jinja::render(context, &template) {
        Ok(Rendered { text, .. }) => Ok(text),
        Err(diagnostic) => Err(*diagnostic),
    }
}

/// The value of a YAML text that belongs to no tree, such as an argument on a command line.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn value_of(text: &str) -> Result<Value, String> {
    let nowhere: Arc<str> = "".into();
    let place = |_| crate::diagnostic::Place { file: Arc::clone(&nowhere), line: 0, column: 0 };
    yaml::load(text, &place).map(|node| node.to_value()).map_err(|fault| fault.message)
}

#[cfg(test)]
mod tests;
