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
    let test = get(&arguments.keyword, "test").or_else(|| at(arguments, function, "test"));
    let saltenv = named_env(arguments, "saltenv");
    let locked = get(&context.opts, "lock_saltenv").is_some_and(Value::is_true);
    let configured = get(&context.opts, "saltenv").filter(|saltenv| !saltenv.is_null());
    if let Some(saltenv) = saltenv.as_deref().filter(|_| locked)
        && configured.is_none_or(|configured| configured.to_string() != saltenv)
    {
        return Err(FunctionError::Failed {
            name: function.into(),
            reason: "lock_saltenv is enabled, saltenv cannot be changed".into(),
        });
    }
    let pillar = match get(&arguments.keyword, "pillar") {
        None | Some(Value::Null) => None,
        Some(Value::Map(pillar)) => Some(pillar),
        Some(_) => return Err(wrong(function, "Pillar data must be formatted as a dictionary.")),
    };
    let pillarenv = pillarenv(context, arguments);
    Ok(context.varied(|context| {
        if let Some(test) = test.filter(|test| !test.is_null()) {
            context.test = test.is_true();
            option(context, "test", test.is_true().into());
        }
        if let Some(saltenv) = saltenv {
            option(context, "saltenv", saltenv.as_str().into());
            context.saltenv = saltenv;
        }
        if let Some(pillarenv) = pillarenv {
            option(context, "pillarenv", pillarenv.into());
        }
        if let Some(pillar) = pillar {
            merge(Arc::make_mut(&mut context.pillar), pillar, false);
        }
    }))
}

/// The environment of the pillar that a call asks for, if it asks for one: `pillarenv=`, or with `pillarenv_from_saltenv` in
/// the configuration its `saltenv=`.
#[must_use]
pub fn pillarenv(context: &Context, arguments: &Arguments) -> Option<String> {
    let from_saltenv = get(&context.opts, "pillarenv_from_saltenv").is_some_and(Value::is_true);
    named_env(arguments, "pillarenv").or_else(|| named_env(arguments, "saltenv").filter(|_| from_saltenv))
}

/// An environment that is named by a keyword.
fn named_env(arguments: &Arguments, keyword: &str) -> Option<String> {
    get(&arguments.keyword, keyword).filter(|name| name.is_true()).map(ToString::to_string)
}

fn option(context: &mut Context, key: &str, value: Value) {
    Arc::make_mut(&mut context.opts).insert(key.into(), value);
}

/// What is left out of the run (`exclude=`): a list as in an SLS file, or a text with commas.
pub(super) fn excludes(arguments: &Arguments) -> Vec<Value> {
    match get(&arguments.keyword, "exclude").filter(|exclude| exclude.is_true()) {
        None => Vec::new(),
        Some(Value::List(items)) => items.clone(),
        Some(Value::Map(item)) => vec![Value::Map(item.clone())],
        Some(text) => text.to_string().split(',').map(|name| name.trim().into()).collect(),
    }
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
