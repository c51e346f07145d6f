//! Every execution function by its name.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use common::value::{Map, Value};

use crate::context::Context;
use crate::nearest::nearest;
use crate::scope::aloof;

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
    #[error("'{name}' is not available.{}", hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name there is, or that Salt's module of it is not built here: a sentence.
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
    super::defaults::FUNCTIONS,
    super::disk::FUNCTIONS,
    super::elsewhere::FUNCTIONS,
    super::environ::FUNCTIONS,
    super::file::FUNCTIONS,
    super::file_more::FUNCTIONS,
    super::grains::FUNCTIONS,
    super::group::FUNCTIONS,
    super::hashutil::FUNCTIONS,
    super::log::FUNCTIONS,
    super::matcher::FUNCTIONS,
    super::mine::FUNCTIONS,
    super::network::FUNCTIONS,
    super::pillar::FUNCTIONS,
    super::pip::FUNCTIONS,
    super::pkg::FUNCTIONS,
    super::ps::FUNCTIONS,
    super::random::FUNCTIONS,
    super::saltutil::FUNCTIONS,
    super::service::FUNCTIONS,
    super::banner::FUNCTIONS,
    super::slsutil::FUNCTIONS,
    super::state::FUNCTIONS,
    super::status::FUNCTIONS,
    super::sys::FUNCTIONS,
    super::test::FUNCTIONS,
    super::test_more::FUNCTIONS,
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
        return Err(FunctionError::Unknown { name: name.into(), hint: hint(name) });
    };
    super::signatures::check(name, arguments)?;
    if let Some(answer) = aloof::mark(context).and_then(|aloof| aloof.instead_of_function(name, arguments)) {
        return Ok(answer);
    }
    (function.run)(context, arguments)
}

/// What to say of a name that is no function's.
#[must_use]
pub fn hint(name: &str) -> Option<String> {
    let module = name.split_once('.').map_or(name, |(module, _)| module);
    let own = || REGISTRY.keys().copied().filter(|known| known.split('.').next() == Some(module));
    let has_module = own().next().is_some();
    let near = nearest(name, own());
    let near = near.or_else(|| nearest(name, REGISTRY.keys().copied()).filter(|_| !has_module));
    if let Some(near) = near.filter(|_| has_module || !is_salts(module)) {
        return Some(format!("Did you mean '{near}'?"));
    }
    if is_salts(module) && name.contains('.') {
        let what = if has_module { "This function" } else { "Salt's module" };
        return Some(format!("{what} '{}' is not built here.", if has_module { name } else { module }));
    }
    None
}

/// Salt's execution modules of which there is no function here.
pub(super) fn not_built() -> Vec<&'static str> {
    let built = |module: &&str| !REGISTRY.keys().any(|name| name.split('.').next() == Some(module));
    include_str!("salt_modules.txt").lines().filter(built).collect()
}

/// Whether Salt has an execution module of this name.
fn is_salts(module: &str) -> bool {
    include_str!("salt_modules.txt").lines().any(|known| known == module)
}

impl Arguments {
    /// The argument called `name`, which is also the one at its position in the function's parameters.
    #[must_use]
    pub fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.positional.get(position).or_else(|| common::value::get(&self.keyword, name))
    }
}
