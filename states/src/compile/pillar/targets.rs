//! The targets of the pillar top file that mean a host, in their order.

use std::collections::HashSet;
use std::sync::Arc;

use common::value::Value;

use super::super::high::describe;
use super::super::sections::{MALFORMED, Sections};
use super::super::top;
use super::environments;
use super::sls::Named;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::{Kind, Node};

/// A target and what it gets.
struct Target<'n> {
    order: i64,
    name: &'n Node,
    items: Vec<&'n Arc<Node>>,
}

/// What an environment of the top file gives the host.
pub(super) struct Selected {
    /// The SLS files and patterns, in their order.
    pub(super) named: Vec<Named>,
    /// Names that may be missing, wherever they are named.
    pub(super) optional: HashSet<String>,
}

/// The SLS files whose targets mean the host, by environment. Targets with `order` come in that order.
pub(super) fn select(
    context: &Context,
    sections: &Sections,
    errors: &mut Vec<Diagnostic>,
) -> Vec<(String, Selected)> {
    let mut found = Vec::new();
    let only = environments::pillarenv(context);
    for (saltenv, targets) in sections {
        if only.as_ref().is_some_and(|only| only != saltenv) {
            continue;
        }
        let mut lists: Vec<Target<'_>> = Vec::new();
        for (name, list) in targets.values() {
            match read(name, list) {
                Ok(target) => lists.push(target),
                // Salt takes each letter of a text for a name, which only hosts notice that the target means.
                Err(error) if error.salt.is_none() && !top::means(context, name, &[], errors) => drop(error),
                Err(error) => errors.push(*error),
            }
        }
        lists.sort_by_key(|target| target.order);
        // What one target may miss is not missed by another either.
        let optional: HashSet<String> = lists
            .iter()
            .filter(|target| options(&target.items, "ignore_missing").any(|flag| flag.to_value().is_true()))
            .flat_map(|target| target.items.iter().filter_map(|item| item.as_str().map(Into::into)))
            .collect();
        let mut named: Vec<Named> = Vec::new();
        for (number, target) in lists.iter().enumerate() {
            if !top::means(context, target.name, &target.items, errors) {
                continue;
            }
            for item in &target.items {
                let Some(pattern) = item.as_str() else { continue };
                if named.iter().all(|known| known.pattern != pattern) {
                    let place = item.place.clone();
                    named.push(Named { pattern: pattern.into(), place, target: number });
                }
            }
        }
        found.push((saltenv.clone(), Selected { named, optional }));
    }
    environments::arrange(context, &mut found);
    found
}

/// Reads what a target gets: a list, or a map, whose keys Salt takes for the list.
fn read<'n>(name: &'n Node, list: &'n Node) -> Result<Target<'n>, Box<Diagnostic>> {
    let items: Vec<&Arc<Node>> = match &list.kind {
        Kind::List(items) => items.iter().collect(),
        Kind::Map(pairs) => pairs.iter().map(|(key, _)| key).collect(),
        Kind::Scalar(value) if value.as_str() == Some("") => Vec::new(),
        Kind::Scalar(value) => {
            let shown = name.to_value().repr();
            let error =
                Diagnostic::new(format!("what the pillar top file gives {shown} is {}", describe(value)))
                    .at(name.place.clone())
                    .help("write a list: below the target `- name` for each SLS");
            // Salt takes each character of a text for a name.
            return Err(Box::new(if value.as_str().is_some() { error } else { error.salt(MALFORMED) }));
        }
    };
    let mut order = 0;
    for value in options(&items, "order") {
        order = number(&value.to_value()).ok_or_else(|| {
            let message = format!("`order` in the pillar top file is {}", describe(&value.to_value()));
            Box::new(
                Diagnostic::new(message)
                    .at(value.place.clone())
                    .help("write a number: `- order: 10`")
                    .salt(MALFORMED),
            )
        })?;
    }
    Ok(Target { order, name, items })
}

/// The values of an option among the items of a target: `- order: 1`.
fn options<'n>(items: &[&'n Arc<Node>], name: &'static str) -> impl Iterator<Item = &'n Arc<Node>> {
    let pairs = items.iter().filter_map(|item| item.as_map()).flatten();
    let named: Vec<_> = pairs.filter(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value).collect();
    named.into_iter()
}

/// An order as Python's `int` reads it: a text that is no number counts as 0.
fn number(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "an order past 64 bits is as good as the last one")]
    match value {
        Value::Int(number) => Some(*number),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Float(number) if number.is_finite() => Some(*number as i64),
        Value::String(text) => Some(text.trim().parse().unwrap_or(0)),
        _ => None,
    }
}
