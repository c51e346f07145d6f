//! Salt's filters, and Jinja2's where the engine's own differ.

mod data;
mod lists;
mod patterns;
mod serial;

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

pub(super) use patterns::python_pattern;

use super::arguments::Arguments;

/// A filter: its first argument is what stands before the `|`.
type Filter = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

static LISTS: &[&[(&str, Filter)]] = &[data::FILTERS, lists::FILTERS, patterns::FILTERS, serial::FILTERS];

/// Adds the filters. `host` decides what `random` chooses.
pub(super) fn add(environment: &mut Environment<'static>, host: &str) {
    for (name, filter) in LISTS.iter().flat_map(|list| list.iter()) {
        environment.add_filter(*name, move |state: &mut State, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            filter(state, &Arguments::new(name, &args))
        });
    }
    lists::add_random(environment, host);
}

/// The names of all filters, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|list| list.iter().map(|(name, _)| *name))
}
