//! Salt's filters, and Jinja2's where the engine's own differ.

mod dicts;
mod files;
mod hashing;
mod jmespath;
mod json;
mod layout;
mod lists;
mod moments;
mod network;
mod numbers;
mod order;
mod patterns;
mod pprint;
mod random;
mod reach;
mod serial;
mod sets;
mod signatures;
mod tables;
mod text;
mod xml;

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

pub(crate) use json::to_json;

pub(super) use patterns::matches;

use super::arguments::Arguments;
use super::print;
use super::values::pairs_of;

/// A filter: its first argument is what stands before the `|`.
type Filter = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

/// One list for each file here.
static LISTS: &[&[(&str, Filter)]] = &[
    dicts::FILTERS,
    files::FILTERS,
    hashing::FILTERS,
    jmespath::FILTERS,
    layout::FILTERS,
    lists::FILTERS,
    network::FILTERS,
    numbers::FILTERS,
    order::FILTERS,
    moments::FILTERS,
    patterns::FILTERS,
    pprint::FILTERS,
    random::FILTERS,
    reach::FILTERS,
    serial::FILTERS,
    sets::FILTERS,
    tables::FILTERS,
    text::FILTERS,
    xml::FILTERS,
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
    "items",
    "last",
    "length",
    "lower",
    "map",
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
            let arguments = Arguments::new(name, &args);
            signatures::check(&arguments)?;
            filter(state, &arguments)
        });
    }
}

/// The names of all filters, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|list| list.iter().map(|(name, _)| *name)).chain(BUILT_IN.iter().copied())
}

/// Whether Python could hash a value: lists, dicts and sets it can not.
fn is_hashable(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Seq => value.is_tuple() || print::is_range(value),
        ValueKind::Map | ValueKind::Iterable => pairs_of(value).is_none() && value.kind() == ValueKind::Map,
        _ => true,
    }
}
