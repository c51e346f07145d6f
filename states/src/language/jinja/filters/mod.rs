//! Salt's filters, and Jinja2's where the engine's own differ.

mod apply;
mod dicts;
mod files;
mod hashing;
mod items;
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
mod words;

use std::collections::HashMap;
use std::sync::OnceLock;

use minijinja::{Error, State, Value};

pub(crate) use json::to_json;
pub(super) use patterns::matches;

use super::arguments::Arguments;

/// A filter: its first argument is what stands before the `|`.
type Filter = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

/// One list for each file here.
static LISTS: &[&[(&str, Filter)]] = &[
    apply::FILTERS,
    dicts::FILTERS,
    files::FILTERS,
    hashing::FILTERS,
    items::FILTERS,
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
    words::FILTERS,
];

/// The filters that may be given an undefined value: those that are for it, and those that pass it on or never use it.
static UNDEFINED: &[&str] = &["d", "default", "items", "pprint", "skip"];

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<Filter> {
    static BY_NAME: OnceLock<HashMap<&str, Filter>> = OnceLock::new();
    BY_NAME.get_or_init(|| LISTS.iter().flat_map(|list| list.iter()).copied().collect()).get(name).copied()
}

/// Whether a filter may be given an undefined value.
pub(super) fn takes_undefined(name: &str) -> bool {
    UNDEFINED.contains(&name)
}

/// The names of all filters, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|list| list.iter().map(|(name, _)| *name))
}
