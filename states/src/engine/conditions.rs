//! `global_state_conditions` of the configuration: which states may run on which hosts at all.

use std::sync::Arc;

use common::value::{Value, get};

use crate::context::Context;
use crate::functions::{self, Arguments, FunctionError};

/// What a state says that may not run.
pub(super) const REFUSED: &str = "Failed to meet global state conditions. State not called.";

/// Whether a state may run: no condition is about it, or the host meets one that is.
///
/// A condition is a target, or a list of them, for `*`, a module or a function.
///
/// # Errors
/// When a condition is not a target.
pub(super) fn allow(context: &Arc<Context>, module: &str, function: &str) -> Result<bool, FunctionError> {
    let Some(conditions) = get(&context.opts, "global_state_conditions").and_then(Value::as_map) else {
        return Ok(true);
    };
    let about = conditions.iter().filter(|(about, _)| {
        about.as_str().is_some_and(|about| about == "*" || about == module || about == function)
    });
    let targets: Vec<_> =
        about.flat_map(|(_, targets)| targets.as_list().unwrap_or(std::slice::from_ref(targets))).collect();
    let mut allowed = targets.is_empty();
    for target in targets {
        let arguments = Arguments { positional: vec![target.clone()], ..Arguments::default() };
        allowed = allowed || functions::call(context, "match.compound", &arguments)?.is_true();
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use common::value::{Map, map};

    use super::*;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn one_condition_that_is_met_is_enough() {
        let mut context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let conditions = map([("cmd", vec!["cm-*", "fp-*"].into()), ("pkg.installed", "not fp-*".into())]);
        let opts = map([("global_state_conditions", conditions.into())]);
        Arc::get_mut(&mut context).unwrap().opts = Arc::new(opts);
        for (module, function, expected) in
            [("cmd", "cmd.run", true), ("pkg", "pkg.installed", false), ("pkg", "pkg.removed", true)]
        {
            assert_eq!(allow(&context, module, function).unwrap(), expected, "{function}");
        }
    }
}
