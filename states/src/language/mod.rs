//! Text to data: the renderer line, Jinja, YAML 1.1 as Salt reads it, with every value's line.

mod foreign;
pub(crate) mod hashing;
mod jinja;
mod names;
mod node;
mod origin;
mod plain;
mod renderer;
mod shared;
mod yaml;

use std::sync::Arc;

use common::value::{Map, Value, get};

pub(crate) use jinja::{Engines, Literal, literals, to_json};
pub use node::{Kind, Node};
pub(crate) use renderer::NO_DATA;
pub use shared::Shared;
pub(crate) use yaml::{Layout, Role, ScalarType, dump as to_yaml, dump_ascii as to_ascii_yaml};

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
    let usual = get(&context.opts, "renderer").and_then(Value::as_str);
    render_through(context, source, variables, &renderer::pipe(source, usual)?)
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
    let rendered = through_jinja(context, source, variables, pipe)?;
    let text = rendered.as_ref().map_or(&*source.text, |rendered| &rendered.text);
    let read = || {
        let origin = Origin::new(source, text, rendered.as_ref());
        match pipe.last() {
            Some(Renderer::Json) => renderer::json(source, text, &origin),
            Some(Renderer::Yaml) => yaml::load(text, &|mark| origin.place(mark))
                .map_err(|fault| renderer::yaml_fault(source, text, &fault, &origin)),
            _ => Ok(Node { kind: Kind::Scalar(Value::from(text)), place: origin.beginning() }),
        }
    };
    match &context.run.shared {
        Some(shared) => {
            let key = origin::key(source, pipe.last().copied(), rendered.as_ref());
            // Only the root is copied; what is below it is shared.
            shared.document(key, text.len(), || read().map(Arc::new)).map(Arc::unwrap_or_clone)
        }
        None => read(),
    }
}

/// What Jinja makes of a file, where its pipe asks for it.
fn through_jinja(
    context: &Arc<Context>,
    source: &Source,
    variables: &Map,
    pipe: &[Renderer],
) -> Result<Option<Rendered>, Diagnostic> {
    if !pipe.contains(&Renderer::Jinja) {
        return Ok(None);
    }
    let template = Template {
        path: &source.path,
        saltenv: &source.saltenv,
        sls: Some(&source.sls),
        text: &source.text,
        names: names::of_sls(source),
        variables,
    };
    jinja::render(context, &template).map(Some).map_err(|diagnostic| *diagnostic)
}

/// A scalar of a rendered SLS as it is written.
pub(crate) struct WrittenScalar {
    /// Its text, what it is to YAML, and what it is part of.
    pub(crate) scalar: yaml::Scalar,
    /// Where it stands.
    pub(crate) place: Place,
    /// Whether all of it is what one expression of the template gives, without quotes.
    pub(crate) from_expression: bool,
}

/// The scalars of an SLS of Jinja and YAML, as they are written; none where the file is of another kind or wrong.
/// `variables` are added to what its Jinja sees.
pub(crate) fn scalars(context: &Arc<Context>, source: &Source, variables: &Map) -> Vec<WrittenScalar> {
    let usual = get(&context.opts, "renderer").and_then(Value::as_str);
    let Ok(pipe) = renderer::pipe(source, usual) else { return Vec::new() };
    if pipe.last() != Some(&Renderer::Yaml) {
        return Vec::new();
    }
    let Ok(rendered) = through_jinja(context, source, variables, &pipe) else { return Vec::new() };
    let text = rendered.as_ref().map_or(&*source.text, |rendered| &rendered.text);
    let origin = Origin::new(source, text, rendered.as_ref());
    let found = yaml::scalars(text).unwrap_or_default();
    let located = found.into_iter().map(|scalar| WrittenScalar {
        place: origin.place(scalar.mark),
        from_expression: origin.expression_at(scalar.mark).is_some_and(|made| made.trim() == scalar.raw),
        scalar,
    });
    located.collect()
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

/// Reads YAML as PyYAML does without Salt's rule for integers: `0755` is octal.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn from_plain_yaml(text: &str) -> Result<Value, String> {
    let nowhere = Place { file: "".into(), line: 0, column: 0 };
    match yaml::load_plain(text, &|_| nowhere.clone()) {
        Ok(node) => Ok(node.to_value()),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Reads a YAML file that belongs to no tree, such as a configuration. An empty one is `Null`.
///
/// # Errors
/// What is wrong with it, and where.
pub(crate) fn yaml_file(path: &str, text: &str) -> Result<Node, Diagnostic> {
    let file: Arc<str> = path.into();
    let place =
        |mark: yaml::Mark| Place { file: Arc::clone(&file), line: mark.line + 1, column: mark.column + 1 };
    yaml::load(text, &place).map_err(|fault| {
        let mut diagnostic = Diagnostic::new(fault.message.clone())
            .salt(format!("Error parsing configuration file: {path} - {}", fault.salt));
        if let Some(mark) = fault.mark {
            diagnostic = diagnostic.at(place(mark)).with_source(text);
        }
        if let Some((what, mark)) = fault.related {
            diagnostic = diagnostic.note(format!("{what}: {}", place(mark)));
        }
        match &fault.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    })
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

/// A value as a YAML text, in one line (`flow`) or in many; [`value_of`] reads it back.
///
/// # Errors
/// When it has a part that YAML cannot write.
pub fn text_of(value: &Value, flow: bool) -> Result<String, String> {
    let layout = if flow { Layout::Flow } else { Layout::Block };
    to_yaml(value, layout).map_err(|error| error.to_string())
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
