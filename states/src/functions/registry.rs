//! Every execution function by its name.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use common::value::{Map, Value};

use crate::context::Context;
use crate::nearest::nearest;

/// The arguments of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Value>,
    /// By name.
    pub keyword: Map,
}

/// Why a call has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// There is no such function.
    #[error("'{name}' is not available.{}", hint.as_ref().map(|hint| format!(" Did you mean '{hint}'?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        hint: Option<String>,
    },
    /// The arguments do not fit.
    #[error("Passed invalid arguments to {name}: {reason}")]
    Arguments {
        /// The function.
        name: String,
        /// What does not fit, and what would.
        reason: String,
    },
    /// It was tried and failed.
    #[error("{name}: {reason}")]
    Failed {
        /// The function.
        name: String,
        /// Why.
        reason: String,
    },
}

type Runner = fn(&Arc<Context>, &Arguments) -> Result<Value, FunctionError>;

/// An execution function.
pub struct Function {
    /// Salt's name, such as `grains.get`.
    pub name: &'static str,
    /// What `sys.doc` shows.
    pub doc: &'static str,
    /// The names of its parameters in their order.
    pub parameters: &'static [&'static str],
    /// The function.
    pub run: Runner,
}

static REGISTRY: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    LISTS.iter().flat_map(|list| list.iter()).map(|function| (function.name, function)).collect()
});

/// One list for each module; a module's file has its `FUNCTIONS`.
static LISTS: &[&[Function]] = &[
    super::cmd::FUNCTIONS,
    super::config::FUNCTIONS,
    super::cp::FUNCTIONS,
    super::environ::FUNCTIONS,
    super::file::FUNCTIONS,
    super::grains::FUNCTIONS,
    super::group::FUNCTIONS,
    super::matcher::FUNCTIONS,
    super::network::FUNCTIONS,
    super::pillar::FUNCTIONS,
    super::pip::FUNCTIONS,
    super::pkg::FUNCTIONS,
    super::saltutil::FUNCTIONS,
    super::service::FUNCTIONS,
    super::slsutil::FUNCTIONS,
    super::state::FUNCTIONS,
    super::sys::FUNCTIONS,
    super::test::FUNCTIONS,
    super::user::FUNCTIONS,
];

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    REGISTRY.get(name).copied()
}

/// Every function, by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    REGISTRY.values().copied()
}

/// Calls a function by name.
///
/// # Errors
/// See [`FunctionError`].
pub fn call(context: &Arc<Context>, name: &str, arguments: &Arguments) -> Result<Value, FunctionError> {
    let Some(function) = find(name) else {
        let hint = nearest(name, REGISTRY.keys().copied()).map(Into::into);
        return Err(FunctionError::Unknown { name: name.into(), hint });
    };
    (function.run)(context, arguments)
}

impl Arguments {
    /// The argument called `name`, which is also the one at its position in the function's parameters.
    #[must_use]
    pub fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.positional.get(position).or_else(|| common::value::get(&self.keyword, name))
    }
}
