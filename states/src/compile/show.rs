//! What `state.show_top`, `show_highstate`, `show_sls`, `show_lowstate` and `show_low_sls` return.

use std::collections::HashSet;
use std::sync::Arc;

use common::value::{Map, Value, get, map};
use indexmap::IndexSet;

use super::high::High;
use super::tree::Tree;
use super::{catalogue, load, low, top, wanted};
use super::{chunks_of, combine, verify};
use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// `state.show_top`: for each environment the SLS files the host gets.
///
/// # Errors
/// Every error of the top file.
pub fn top(context: &Arc<Context>) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    match top::matches(&mut tree) {
        Err(errors) => Err(tree.illustrate(errors)),
        Ok(matches) => {
            let shown = matches.into_iter().map(|(saltenv, names)| {
                let names: Vec<String> = names.into_iter().map(|wanted| wanted.pattern).collect();
                (Value::from(saltenv), Value::from(names))
            });
            Ok(Value::Map(shown.collect::<Map>()))
        }
    }
}

/// `state.show_highstate`: what the top file's SLS files declare.
///
/// # Errors
/// Every error of the top file and of the SLS files.
pub fn highstate(context: &Arc<Context>) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result = top::matches(&mut tree).and_then(|matches| {
        let (high, errors) = load::Loader::new(&mut tree).load(&matches);
        if errors.is_empty() { Ok(high.to_value()) } else { Err(errors) }
    });
    result.map_err(|errors| tree.illustrate(errors))
}

/// `state.show_sls`: what the named SLS files declare.
///
/// # Errors
/// Every error of the SLS files.
pub fn sls(context: &Arc<Context>, names: &[String]) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result = declared(&mut tree, context, names).map(|high| high.to_value());
    result.map_err(|errors| tree.illustrate(errors))
}

/// `state.show_lowstate`: the chunks of what the top file gives, in their order.
///
/// # Errors
/// Every error of the tree, but for functions and arguments that do not exist: those are shown as they are.
pub fn lowstate(context: &Arc<Context>) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result = top::matches(&mut tree).and_then(|matches| {
        let (mut high, errors) = load::Loader::new(&mut tree).load(&matches);
        combine(context, &mut high, errors, &mut Vec::new())?;
        chunks_of(context, &high, &catalogue::Registry)
    });
    match result {
        Ok(drafts) => Ok(listed(&drafts)),
        Err(errors) => Err(tree.illustrate(errors)),
    }
}

/// `state.show_low_sls`: the chunks of the named SLS files. As in Salt, `extend`, `exclude` and the `_in` requisites are
/// not applied.
///
/// # Errors
/// Every error of the SLS files, with the same exception.
pub fn low_sls(context: &Arc<Context>, names: &[String]) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result =
        declared(&mut tree, context, names).and_then(|high| chunks_of(context, &high, &catalogue::Registry));
    match result {
        Ok(drafts) => Ok(listed(&drafts)),
        Err(errors) => Err(tree.illustrate(errors)),
    }
}

/// `state.show_states`: the SLS files of those chunks, each once, in their order.
///
/// # Errors
/// As [`lowstate`].
pub fn states(context: &Arc<Context>) -> Result<Value, Vec<Diagnostic>> {
    let low = lowstate(context)?;
    let files: IndexSet<Value> = low
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|chunk| get(chunk.as_map()?, "__sls__").cloned())
        .collect();
    Ok(Value::List(files.into_iter().collect()))
}

/// `state.show_state_usage`: for each environment which of its SLS files the top file names for this host.
///
/// # Errors
/// Every error of the top file.
pub fn usage(context: &Arc<Context>) -> Result<Value, Vec<Diagnostic>> {
    let mut tree = Tree::new(context).ordered();
    let result = top::matches(&mut tree).and_then(|matches| {
        let mut usage = Map::new();
        for saltenv in tree.environments().to_vec() {
            let named: HashSet<&str> = matches
                .iter()
                .filter(|(name, _)| *name == saltenv)
                .flat_map(|(_, names)| names.iter().map(|wanted| wanted.pattern.as_str()))
                .collect();
            let names = tree.names(&saltenv).map_err(|error| vec![error])?;
            let (used, unused): (Vec<&str>, Vec<&str>) =
                names.iter().map(String::as_str).partition(|name| named.contains(name));
            let of_environment = map([
                ("count_all", names.len().into()),
                ("count_used", used.len().into()),
                ("count_unused", unused.len().into()),
                ("used", used.into()),
                ("unused", unused.into()),
            ]);
            usage.insert(saltenv.into(), of_environment.into());
        }
        Ok(Value::Map(usage))
    });
    result.map_err(|errors| tree.illustrate(errors))
}

/// What SLS files declare, when it has the right form.
fn declared(tree: &mut Tree<'_>, context: &Context, names: &[String]) -> Result<High, Vec<Diagnostic>> {
    let (high, mut errors) = load::Loader::new(tree).load(&wanted(context, names));
    verify::verify(&high, &mut errors);
    if errors.is_empty() { Ok(high) } else { Err(errors) }
}

fn listed(drafts: &[low::Draft]) -> Value {
    Value::List(drafts.iter().map(|draft| draft.chunk.to_value()).collect())
}
