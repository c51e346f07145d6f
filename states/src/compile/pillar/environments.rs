//! Which pillar environments count: `pillarenv`, `pillarenv_from_saltenv`, `env_order`.

use common::value::{Value, get};

use super::super::tree::Tree;
use crate::context::Context;

/// The environments whose top files are read: the one the configuration names, else all.
pub(super) fn of_tops(tree: &Tree<'_>) -> Vec<String> {
    let context = tree.context();
    let only = match pillarenv(context) {
        Some(only) => only,
        None if get(&context.opts, "pillar_source_merging_strategy").and_then(Value::as_str)
            == Some("none") =>
        {
            saltenv(context).unwrap_or("base").to_owned()
        }
        None => return tree.environments().to_vec(),
    };
    if tree.has_environment(&only) { vec![only] } else { Vec::new() }
}

/// The one environment that the configuration wants.
pub(super) fn pillarenv(context: &Context) -> Option<String> {
    let from_saltenv = get(&context.opts, "pillarenv_from_saltenv").is_some_and(Value::is_true);
    let wanted = match saltenv(context) {
        Some(saltenv) if from_saltenv => Some(saltenv),
        _ => option(context, "pillarenv"),
    };
    wanted.map(Into::into)
}

/// The state environment that was asked for, if one was.
fn saltenv(context: &Context) -> Option<&str> {
    option(context, "saltenv").or_else(|| Some(&*context.saltenv).filter(|saltenv| *saltenv != "base"))
}

fn option<'c>(context: &'c Context, key: &str) -> Option<&'c str> {
    get(&context.opts, key).and_then(Value::as_str).filter(|name| !name.is_empty())
}

/// Puts environments into the order of `env_order`; those it does not name come last.
pub(super) fn arrange<T>(context: &Context, found: &mut [(String, T)]) {
    let order = get(&context.opts, "env_order").and_then(Value::as_list).unwrap_or_default();
    found.sort_by_key(|(saltenv, _)| {
        order.iter().position(|name| name.as_str() == Some(saltenv)).unwrap_or(usize::MAX)
    });
}
