//! Salt's filters, and Jinja2's where the engine's own differ.

mod dicts;
mod files;
mod hashing;
mod json;
mod layout;
mod lists;
mod network;
mod numbers;
mod order;
mod patterns;
mod random;
mod serial;
mod sets;
mod text;

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

pub(crate) use json::to_json;
pub(super) use patterns::matches;

use super::arguments::Arguments;

/// A filter: its first argument is what stands before the `|`.
type Filter = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

/// One list for each file here.
static LISTS: &[&[(&str, Filter)]] = &[
    dicts::FILTERS,
    files::FILTERS,
    hashing::FILTERS,
    layout::FILTERS,
    lists::FILTERS,
    network::FILTERS,
    numbers::FILTERS,
    order::FILTERS,
    patterns::FILTERS,
    random::FILTERS,
    serial::FILTERS,
    sets::FILTERS,
    text::FILTERS,
];

/// The engine's own filters that stay, for suggestions.
static BUILT_IN: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "capitalize",
    "count",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "format",
    "groupby",
    "indent",
    "items",
    "last",
    "length",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "title",
    "trim",
    "upper",
    "urlencode",
];

/// What the engine has and Jinja2 has not: a template that uses it would not run under Salt.
static FOREIGN: &[&str] = &["bool", "chain", "lines", "split"];

/// Adds the filters.
pub(super) fn add(environment: &mut Environment<'static>) {
    for name in FOREIGN {
        environment.remove_filter(name);
    }
    for (name, filter) in LISTS.iter().flat_map(|list| list.iter()) {
        environment.add_filter(*name, move |state: &mut State, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            filter(state, &Arguments::new(name, &args))
        });
    }
}

/// The names of all filters, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|list| list.iter().map(|(name, _)| *name)).chain(BUILT_IN.iter().copied())
}
