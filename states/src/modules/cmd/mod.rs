//! `cmd`: commands and scripts.

mod run;
mod script;
mod stateful;

use std::sync::Arc;

use common::value::{Value, get};

use super::Function;
use super::arguments::Text;
use crate::context::Context;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::watching::<run::Run>(),
    Function::watching::<script::Script>(),
    Function::watching::<run::Wait>(),
    Function::watching::<script::WaitScript>(),
    Function::watching::<run::WatchAlias>(),
];

/// The shell of a state: its own, or the host's.
fn shell(context: &Arc<Context>, own: Option<&Text>) -> Option<Text> {
    own.cloned().or_else(|| get(&context.grains, "shell").map(|shell| Text(shell.to_string())))
}

/// Whether `env` has a shape that can be an environment.
fn is_environment(env: &Value) -> bool {
    matches!(env, Value::Null | Value::List(_) | Value::Map(_))
}
