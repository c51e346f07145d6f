//! Every state function by its name, with its types erased.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use common::value::{Map, Value};

use super::arguments::parameters_of;
use super::{Call, Check, Done, Failure, StateFunction, StateReturn, Watch};
use crate::context::Context;

/// What a call needs besides the arguments: see [`Call`].
pub struct Site<'a> {
    /// The host and the run.
    pub context: &'a Arc<Context>,
    /// The id of the state.
    pub id: &'a str,
    /// The SLS it stands in.
    pub sls: &'a str,
    /// The environment of that SLS.
    pub saltenv: &'a str,
    /// The states that changed, for `mod_watch`.
    pub changed: &'a [String],
}

type Runner = fn(&Site<'_>, &Map) -> StateReturn;

/// A state function with its types erased.
pub struct Function {
    /// Salt's name, such as `file.managed`.
    pub name: &'static str,
    /// What `sys.doc` shows.
    pub doc: &'static str,
    /// Whether it takes any argument.
    pub swallows: bool,
    parameters: fn() -> &'static [&'static str],
    run: Runner,
    watch: Option<Runner>,
}

impl Function {
    /// A function without `mod_watch`.
    pub(super) const fn of<S: StateFunction>() -> Self {
        Self {
            name: S::NAME,
            doc: S::DOC,
            swallows: S::SWALLOWS,
            parameters: parameters_of::<S>,
            run: run::<S>,
            watch: None,
        }
    }

    /// A function with `mod_watch`.
    pub(super) const fn watching<S: Watch>() -> Self {
        let mut function = Self::of::<S>();
        function.watch = Some(mod_watch::<S>);
        function
    }

    /// The names of its arguments, `name` among them.
    #[must_use]
    pub fn parameters(&self) -> &'static [&'static str] {
        (self.parameters)()
    }

    /// Whether it has `mod_watch`; a `watch` on a function without one is a `require`.
    #[must_use]
    pub fn has_mod_watch(&self) -> bool {
        self.watch.is_some()
    }

    /// Runs the state: check, and unless this is a dry run, converge.
    ///
    /// `arguments` holds `name` and the function's own arguments; requisites and guards are left out by the caller.
    #[must_use]
    pub fn run(&self, site: &Site<'_>, arguments: &Map) -> StateReturn {
        (self.run)(site, arguments)
    }

    /// Runs `mod_watch`; the caller has asked [`Self::has_mod_watch`].
    #[must_use]
    pub fn mod_watch(&self, site: &Site<'_>, arguments: &Map) -> StateReturn {
        self.watch.map_or_else(|| self.run(site, arguments), |watch| watch(site, arguments))
    }
}

fn run<S: StateFunction>(site: &Site<'_>, arguments: &Map) -> StateReturn {
    with_call::<S>(site, arguments, None, |state, call| {
        Ok(match state.check(call)? {
            Check::Clean { comment } => Done::ok(comment, Map::new()),
            Check::Differs { comment, changes, .. } if site.context.test => {
                Done { result: None, comment, changes }
            }
            Check::Differs { plan, .. } => state.converge(call, plan)?,
        })
    })
}

fn mod_watch<S: Watch>(site: &Site<'_>, arguments: &Map) -> StateReturn {
    let function = S::NAME.split_once('.').map_or(S::NAME, |(_, function)| function);
    with_call::<S>(site, arguments, Some(function), S::mod_watch)
}

fn with_call<S: StateFunction>(
    site: &Site<'_>,
    arguments: &Map,
    watching: Option<&str>,
    act: impl FnOnce(&S, &Call<'_>) -> Result<Done, Failure>,
) -> StateReturn {
    let known = parameters_of::<S>();
    let (own, extra): (Map, Map) = arguments
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .partition(|(key, _)| key.as_str().is_some_and(|key| known.contains(&key)));
    if let Some(unknown) = extra.keys().next().filter(|_| !S::SWALLOWS) {
        return StateReturn::failed(format!("'{unknown}' is an invalid keyword argument for '{}'", S::NAME));
    }
    let state = match S::deserialize(Value::Map(own)) {
        Ok(state) => state,
        Err(error) => return StateReturn::failed(argument_error(S::NAME, &error.to_string())),
    };
    let call = Call {
        context: site.context,
        id: site.id,
        sls: site.sls,
        saltenv: site.saltenv,
        arguments,
        extra: &extra,
        watching,
        changed: site.changed,
        warnings: RefCell::default(),
    };
    let (result, comment, changes) = match act(&state, &call) {
        Ok(Done { result, comment, changes }) => (result, comment, changes),
        Err(Failure { comment, changes }) => (Some(false), comment, changes),
    };
    StateReturn { result, comment, changes, warnings: call.warnings.into_inner() }
}

/// Salt's sentence for a missing parameter; serde's own for a wrong type.
fn argument_error(function: &str, error: &str) -> String {
    match error.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(parameter) => format!("Missing parameter {parameter} for state {function}"),
        None => format!("Invalid argument for state {function}: {error}"),
    }
}

static REGISTRY: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    LISTS.iter().flat_map(|list| list.iter()).map(|function| (function.name, function)).collect()
});

/// One list for each module; a module's file ends with its `FUNCTIONS`.
static LISTS: &[&[Function]] = &[
    super::cmd::FUNCTIONS,
    super::cron::FUNCTIONS,
    super::debconf::FUNCTIONS,
    super::file::FUNCTIONS,
    super::group::FUNCTIONS,
    super::host::FUNCTIONS,
    super::pip::FUNCTIONS,
    super::pkg::FUNCTIONS,
    super::pkgrepo::FUNCTIONS,
    super::service::FUNCTIONS,
    super::ssh_auth::FUNCTIONS,
    super::sysctl::FUNCTIONS,
    super::test::FUNCTIONS,
    super::timezone::FUNCTIONS,
    super::user::FUNCTIONS,
];

/// The state function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    REGISTRY.get(name).copied()
}

/// Every state function, by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    REGISTRY.values().copied()
}

/// The names of the modules that have state functions: `cmd`, `file`, ….
pub fn modules() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    REGISTRY.keys().filter_map(move |name| {
        let module = name.split_once('.').map_or(*name, |(module, _)| module);
        (module != last).then(|| {
            last = module;
            module
        })
    })
}
