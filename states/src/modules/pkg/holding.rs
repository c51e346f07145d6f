//! Holding packages back from changes, and letting them go.

use common::value::{Map, Value, map};

use super::apt;
use super::dpkg::Packages;
use crate::context::Context;

/// What became of one package.
pub(super) struct Holding {
    pub(super) name: String,
    pub(super) comment: String,
    /// `{old, new}`; empty when there was nothing to change.
    pub(super) changes: Map,
    /// `None` in a dry run that would change something.
    pub(super) result: Option<bool>,
}

impl Holding {
    /// The form in which Salt's `pkg.hold` returns it.
    pub(super) fn to_value(&self) -> Value {
        Value::Map(map([
            ("name", (&self.name).into()),
            ("changes", self.changes.clone().into()),
            ("result", self.result.into()),
            ("comment", (&self.comment).into()),
        ]))
    }
}

/// Whether the packages are to be held, and already are what is wanted.
pub(super) fn settled(context: &Context, names: &[String], hold: bool) -> bool {
    let packages = Packages::read(context);
    names.iter().all(|name| packages.is_held(name) == hold)
}

/// Holds or releases each of the packages.
pub(super) fn apply(context: &Context, names: &[String], hold: bool) -> Vec<Holding> {
    names.iter().map(|name| one(context, name, hold)).collect()
}

fn one(context: &Context, name: &str, hold: bool) -> Holding {
    let made =
        |comment: String, changes: Map, result| Holding { name: name.into(), comment, changes, result };
    let packages = Packages::read(context);
    if packages.is_held(name) == hold {
        let state = if hold { "already set to be held" } else { "not currently held" };
        let comment = if hold {
            format!("Package {name} is {state}.")
        } else {
            format!("Package {name} does not have a hold set.")
        };
        return made(comment, Map::new(), Some(true));
    }
    if context.test {
        let state = if hold { "set to be held" } else { "set not to be held" };
        return made(format!("Package {name} is {state}."), Map::new(), None);
    }
    let old = packages.selections.get(name).cloned();
    let mut errors = Vec::new();
    apt::mark(context, if hold { "hold" } else { "unhold" }, &[name.into()], &mut errors);
    if let Some(error) = errors.first() {
        return made(
            format!("Package {name} could not be {}: {error}", if hold { "held" } else { "released" }),
            Map::new(),
            Some(false),
        );
    }
    let new = if hold { "hold" } else { "install" };
    let state = if hold { "now being held" } else { "no longer being held" };
    let changes = map([("old", old.into()), ("new", new.into())]);
    made(format!("Package {name} is {state}."), changes, Some(true))
}
