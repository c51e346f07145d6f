//! Rendering the templates of file states.

use common::value::{Map, Value};

use super::super::{Call, Failure};
use crate::language::render_template;

/// The variables a state gives its template: `defaults`, and over them `context`.
pub(super) fn given(context: Option<&Value>, defaults: Option<&Value>) -> Result<Map, Failure> {
    let mut variables = map_of(defaults, "Defaults")?;
    variables.extend(map_of(context, "Context")?);
    Ok(variables)
}

/// Renders a text with the engine that the state's `template` names.
///
/// # Errors
/// What is wrong with the template, for the state's comment.
pub(super) fn render(
    call: &Call<'_>,
    engine: &str,
    path: &str,
    text: &str,
    variables: &Map,
) -> Result<String, String> {
    if engine != "jinja" {
        return Err(format!("Specified template format {engine} is not supported"));
    }
    render_template(call.context, call.saltenv, path, text, variables).map_err(|error| error.to_string())
}

fn map_of(value: Option<&Value>, what: &str) -> Result<Map, Failure> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Map(map)) => Ok(map.clone()),
        Some(_) => Err(Failure::new(format!("{what} must be formed as a dict"))),
    }
}
