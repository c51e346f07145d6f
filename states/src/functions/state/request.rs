//! What an operator asks of a state run, read from the arguments of a call.

use std::sync::Arc;

use common::value::{Value, get};

use super::super::lookup::merge;
use super::super::registry::{Arguments, FunctionError};
use crate::context::Context;

/// The host as the run sees it: with the `test`, `saltenv` and `pillar` of the call.
pub(super) fn context(
    context: &Arc<Context>,
    function: &str,
    arguments: &Arguments,
) -> Result<Arc<Context>, FunctionError> {
    if get(&arguments.keyword, "exclude").is_some_and(Value::is_true) {
        return Err(wrong(function, "exclude is not supported: write `exclude` in an SLS file"));
    }
    let test = get(&arguments.keyword, "test").or_else(|| at(arguments, function, "test"));
    let saltenv = get(&arguments.keyword, "saltenv").filter(|saltenv| saltenv.is_true());
    let pillar = match get(&arguments.keyword, "pillar") {
        None | Some(Value::Null) => None,
        Some(Value::Map(pillar)) => Some(pillar),
        Some(_) => return Err(wrong(function, "Pillar data must be formatted as a dictionary.")),
    };
    Ok(context.varied(|context| {
        if let Some(test) = test.filter(|test| !test.is_null()) {
            context.test = test.is_true();
        }
        if let Some(saltenv) = saltenv {
            context.saltenv = saltenv.to_string();
        }
        if let Some(pillar) = pillar {
            merge(Arc::make_mut(&mut context.pillar), pillar, false);
        }
    }))
}

/// A positional argument by the name that the function's parameters give its place.
fn at<'a>(arguments: &'a Arguments, function: &str, name: &str) -> Option<&'a Value> {
    let parameters = super::super::registry::find(function)?.parameters;
    arguments.positional.get(parameters.iter().position(|parameter| *parameter == name)?)
}

/// The SLS files that are named: a list, or a text with commas.
pub(super) fn mods(arguments: &Arguments, position: usize) -> Vec<String> {
    let split = |text: String| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    let names = match arguments.get(position, "mods") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(names)) => names.iter().map(ToString::to_string).collect(),
        Some(names) => split(names.to_string()),
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The SLS files that are named, at least one.
pub(super) fn some_mods(
    arguments: &Arguments,
    position: usize,
    function: &str,
) -> Result<Vec<String>, FunctionError> {
    let names = mods(arguments, position);
    if names.is_empty() { Err(wrong(function, "name the SLS files: mods=web,db")) } else { Ok(names) }
}

pub(super) fn wrong(function: &str, reason: impl Into<String>) -> FunctionError {
    FunctionError::Arguments { name: function.into(), reason: reason.into() }
}
