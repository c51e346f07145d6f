//! State functions, one file (or folder) a Salt state module.
//!
//! A state function is a typed struct of its arguments with two steps: [`StateFunction::check`] reads the host and returns
//! the difference, [`StateFunction::converge`] removes it. `test=True` is `check` alone, so a dry run can't disagree with a
//! real one.

pub mod arguments;
mod cmd;
mod cron;
mod debconf;
mod file;
pub(crate) mod group;
mod host;
pub(crate) mod host_files;
pub(crate) mod pip;
pub(crate) mod pkg;
mod pkgrepo;
mod registry;
pub(crate) mod service;
mod ssh_auth;
mod sysctl;
mod test;
mod timezone;
#[cfg(test)]
pub(crate) mod trial;
pub(crate) mod user;

use std::cell::RefCell;
use std::sync::Arc;

use common::value::{Map, Value};
use serde::de::DeserializeOwned;

pub use registry::{Function, Site, all, find, modules};

use crate::context::Context;

/// A state function: its arguments are the fields of the struct, by their Salt names. Every struct has a `name`.
pub trait StateFunction: DeserializeOwned {
    /// Salt's name for it, such as `file.managed`.
    const NAME: &'static str;
    /// What it is for, shown by `sys.doc`: one line, then its arguments.
    const DOC: &'static str;
    /// Whether it takes any argument, as Salt's functions with `**kwargs` do. What it does not know is in [`Call::extra`].
    const SWALLOWS: bool = false;

    /// What [`Self::check`] found to do and [`Self::converge`] does.
    type Plan;

    /// Reads the host and says what differs. Changes nothing.
    ///
    /// # Errors
    /// When the state is certain to fail.
    fn check(&self, call: &Call<'_>) -> Result<Check<Self::Plan>, Failure>;

    /// Removes the difference.
    ///
    /// # Errors
    /// When it could not.
    fn converge(&self, call: &Call<'_>, plan: Self::Plan) -> Result<Done, Failure>;
}

/// A state function that does something of its own when a state it watches changed (Salt's `mod_watch`).
pub trait Watch: StateFunction {
    /// Does it. In a dry run (`call.context.test`) it returns result `None` and changes nothing.
    ///
    /// # Errors
    /// When it could not.
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure>;
}

/// What a check found.
#[derive(Debug)]
pub enum Check<P> {
    /// Nothing to do: result `True`, no changes.
    Clean {
        /// The comment of the return.
        comment: String,
    },
    /// Something to do.
    Differs {
        /// What [`StateFunction::converge`] needs to do it.
        plan: P,
        /// The comment of a dry run.
        comment: String,
        /// The changes that a dry run predicts.
        changes: Map,
    },
}

impl<P> Check<P> {
    /// Nothing to do.
    pub fn clean(comment: impl Into<String>) -> Self {
        Self::Clean { comment: comment.into() }
    }

    /// Something to do.
    pub fn differs(plan: P, comment: impl Into<String>, changes: Map) -> Self {
        Self::Differs { plan, comment: comment.into(), changes }
    }
}

/// What a state did.
#[derive(Debug, Default)]
pub struct Done {
    /// `True`, `False`, or `None` for a dry run of `mod_watch`.
    pub result: Option<bool>,
    /// What to tell the operator.
    pub comment: String,
    /// What changed, in the shape Salt's function has.
    pub changes: Map,
}

impl Done {
    /// It was done.
    pub fn ok(comment: impl Into<String>, changes: Map) -> Self {
        Self { result: Some(true), comment: comment.into(), changes }
    }

    /// It was tried and failed, having changed something.
    pub fn failed(comment: impl Into<String>, changes: Map) -> Self {
        Self { result: Some(false), comment: comment.into(), changes }
    }
}

/// A state that failed before it changed anything, or while it did.
#[derive(Debug, Default)]
pub struct Failure {
    /// What went wrong, with the thing and the cure.
    pub comment: String,
    /// What had changed by then; some of Salt's functions also report here what they would have changed.
    pub changes: Map,
}

impl Failure {
    /// A failure that changed nothing.
    pub fn new(comment: impl Into<String>) -> Self {
        Self { comment: comment.into(), changes: Map::new() }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// One call of a state function.
pub struct Call<'a> {
    /// The host and the run.
    pub context: &'a Arc<Context>,
    /// The id of the state (`__id__`).
    pub id: &'a str,
    /// The SLS it stands in (`__sls__`).
    pub sls: &'a str,
    /// The environment of that SLS (`__env__`).
    pub saltenv: &'a str,
    /// Every argument of the state, for functions that pass them on.
    pub arguments: &'a Map,
    /// Arguments that the function does not know and swallows ([`StateFunction::SWALLOWS`]).
    pub extra: &'a Map,
    /// For `mod_watch`: the function as declared (`running` or `dead` for services).
    pub watching: Option<&'a str>,
    /// For `mod_watch`: the states that changed, as `module: id`.
    pub changed: &'a [String],
    /// Warnings to show with the return.
    pub warnings: RefCell<Vec<String>>,
}

/// What the engine keeps of a call: Salt's `result`, `comment`, `changes` and `warnings`.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct StateReturn {
    /// `True`, `False`, or `None` when a dry run would change something.
    pub result: Option<bool>,
    /// What to tell the operator.
    pub comment: String,
    /// What changed.
    pub changes: Map,
    /// Notices that do not fail the state.
    pub warnings: Vec<String>,
}

impl StateReturn {
    /// A failure without changes.
    pub fn failed(comment: impl Into<String>) -> Self {
        Self { result: Some(false), comment: comment.into(), ..Self::default() }
    }
}

/// The changes map of one pair, which is what most functions return.
#[must_use]
pub fn change(key: &str, value: impl Into<Value>) -> Map {
    Map::from_iter([(Value::from(key), value.into())])
}
