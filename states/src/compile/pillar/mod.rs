//! A host's pillar: the pillar top file, its SLS files, their includes, merged.

mod merge;
mod sls;

use std::sync::Arc;

use common::value::{Map, Value, get};

use super::sections::{self, Sections};
use super::top;
use super::tree::Tree;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::Node;
use merge::Merging;
use sls::{Files, Named};

/// Compiles the pillar of the host that `context` describes; `context.files` is the pillar tree. `overrides` (pillar given
/// on the command line) is merged last.
///
/// # Errors
/// Every error found, each with its place.
pub fn compile(context: &Arc<Context>, overrides: &Map) -> Result<Map, Vec<Diagnostic>> {
    let mut tree = Tree::new(context);
    let mut errors = Vec::new();
    let environments = environments(&tree);
    let tops = top::read(&mut tree, &environments, &mut errors);
    let mut sections = Sections::new();
    for file in tops.iter().flat_map(|(_, files)| files) {
        sections::insert(&mut sections, file, |_, _| true, &mut errors);
    }
    let merging = Merging::configured(context);
    let mut pillar = overrides.clone();
    for (saltenv, named) in select(context, &sections, &mut errors) {
        let mut files = Files::new(&mut tree, &saltenv, merging, &mut errors);
        for named in &named {
            for map in files.load(named) {
                merging.merge(&mut pillar, map);
            }
        }
    }
    if !errors.is_empty() {
        let errors = tree.illustrate(errors);
        return Err(errors.into_iter().map(|error| error.note("in the pillar tree")).collect());
    }
    merging.merge(&mut pillar, overrides.clone());
    Ok(pillar)
}

/// The environments whose top files count: the one the configuration names, else all.
fn environments(tree: &Tree<'_>) -> Vec<String> {
    let opts = &tree.context().opts;
    if let Some(only) = pillarenv(tree.context()) {
        return vec![only.to_owned()];
    }
    if get(opts, "pillar_source_merging_strategy").and_then(Value::as_str) == Some("none") {
        return vec![tree.context().saltenv.clone()];
    }
    tree.environments().to_vec()
}

fn pillarenv(context: &Context) -> Option<&str> {
    get(&context.opts, "pillarenv").and_then(Value::as_str).filter(|name| !name.is_empty())
}

/// The SLS files whose targets mean the host, by environment. Targets with `order` come in that order.
fn select(context: &Context, sections: &Sections, errors: &mut Vec<Diagnostic>) -> Vec<(String, Vec<Named>)> {
    let mut found = Vec::new();
    for (saltenv, targets) in sections {
        if pillarenv(context).is_some_and(|only| only != saltenv) {
            continue;
        }
        let mut lists: Vec<(i64, &Node, &[Arc<Node>])> = Vec::new();
        for (target, list) in targets.values() {
            if let Some(items) = top::list_of(saltenv, target, list, errors) {
                lists.push((
                    option(items, "order").and_then(|order| order.as_int()).unwrap_or(0),
                    target,
                    items,
                ));
            }
        }
        lists.sort_by_key(|(order, ..)| *order);
        // What one target may miss is not missed by another either.
        let optional: Vec<String> = lists
            .iter()
            .filter(|(.., items)| option(items, "ignore_missing").is_some_and(|flag| flag.is_true()))
            .flat_map(|(.., items)| items.iter().filter_map(|item| item.as_str().map(Into::into)))
            .collect();
        let mut named: Vec<Named> = Vec::new();
        for (_, target, items) in lists {
            if !top::means(context, target, items, errors) {
                continue;
            }
            for item in items {
                let Some(pattern) = item.as_str() else { continue };
                if named.iter().all(|known| known.pattern != pattern) {
                    let may_miss = optional.iter().any(|name| name == pattern);
                    named.push(Named { pattern: pattern.into(), place: item.place.clone(), may_miss });
                }
            }
        }
        found.push((saltenv.clone(), named));
    }
    // Environments that `env_order` names come in its order, and before the others.
    let order = get(&context.opts, "env_order").and_then(Value::as_list).unwrap_or_default();
    found.sort_by_key(|(saltenv, _)| {
        order.iter().position(|name| name.as_str() == Some(saltenv)).unwrap_or(usize::MAX)
    });
    found
}

/// An option among the items of a target: `- order: 1`. A number may be written as text.
fn option(items: &[Arc<Node>], name: &str) -> Option<Value> {
    let mut pairs = items.iter().filter_map(|item| item.as_map()).flatten();
    let (_, value) = pairs.rfind(|(key, _)| key.as_str() == Some(name))?;
    let value = value.to_value();
    match value.as_str().and_then(|text| text.trim().parse::<i64>().ok()) {
        Some(number) => Some(Value::Int(number)),
        None => Some(value),
    }
}

#[cfg(test)]
mod tests;
