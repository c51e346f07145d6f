//! States that stand in no SLS file of the tree, and questions about the tree as a whole.

use std::sync::Arc;

use common::value::{Map, Value, get};

use super::super::lookup::required;
use super::super::registry::{Arguments, FunctionError};
use super::request::{context as asked, some_mods, wrong};
use super::run::{finish, highstate, loose_chunk, not_compiled};
use crate::compile::{self, Plan, show};
use crate::context::Context;

type Outcome = Result<Value, FunctionError>;

/// `state.template_str`: a template given as text.
pub(super) fn template_str(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let text = required(arguments, 0, "tem", function)?;
    let run = asked(context, function, arguments)?;
    Ok(finish(context, &run, compile::template(&run, &text)))
}

/// `state.high`: declarations given as data.
pub(super) fn high(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let data = data(arguments, function)?;
    let run = asked(context, function, arguments)?;
    Ok(finish(context, &run, compile::declarations(&run, data)))
}

/// `state.low`: one chunk given as data; the answer is the entry alone.
pub(super) fn low(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let data = data(arguments, function)?;
    let run = asked(context, function, arguments)?;
    let word = |key: &str| {
        let found = get(data, key).filter(|value| !value.is_null()).map(ToString::to_string);
        found.ok_or_else(|| wrong(function, format!("Missing \"{key}\" data")))
    };
    let own = |key: &Value| {
        !matches!(key.as_str(), Some("state" | "fun" | "name" | "__id__" | "__sls__" | "__env__"))
    };
    let rest: Map =
        data.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    let (name, fun) = (word("name")?, format!("{}.{}", word("state")?, word("fun")?));
    let mut chunk = loose_chunk(&run, function, &fun, &name, rest)?;
    chunk.id = word("__id__").unwrap_or(name);
    chunk.sls = word("__sls__").unwrap_or_default();
    let report = finish(context, &run, Ok(Plan { chunks: vec![chunk], ..Plan::default() }));
    Ok(report.as_map().and_then(Map::first).map(|(_, entry)| entry.clone()).unwrap_or_default())
}

fn data<'a>(arguments: &'a Arguments, function: &str) -> Result<&'a Map, FunctionError> {
    let data = arguments.get(0, "data").and_then(Value::as_map);
    data.ok_or_else(|| wrong(function, "it needs data, a map"))
}

/// `state.top`: a highstate by another top file.
pub(super) fn top(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let file = required(arguments, 0, "topfn", function)?;
    let run = context.varied(|context| {
        Arc::make_mut(&mut context.opts).insert("state_top".into(), file.into());
    });
    let answer = highstate(&run, function, arguments)?;
    let retcode = run.run.retcode.load(std::sync::atomic::Ordering::Relaxed);
    context.run.retcode.store(retcode, std::sync::atomic::Ordering::Relaxed);
    Ok(answer)
}

/// `state.id_exists`: whether the named SLS files declare every one of some ids.
pub(super) fn id_exists(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let ids = match arguments.get(0, "ids") {
        Some(Value::List(ids)) => ids.clone(),
        Some(text) => text.to_string().split(',').map(|id| id.trim().into()).collect(),
        None => return Err(wrong(function, "it needs ids")),
    };
    let names = some_mods(arguments, 1, function)?;
    let run = asked(context, function, arguments)?;
    let low = match show::low_sls(&run, &names) {
        Ok(low) => low,
        Err(errors) => return Ok(not_compiled(context, &errors)),
    };
    let declared = |id: &Value| {
        let chunks = low.as_list().unwrap_or_default().iter().filter_map(Value::as_map);
        chunks.filter_map(|chunk| get(chunk, "__id__")).any(|known| known == id)
    };
    Ok(ids.iter().all(declared).into())
}
