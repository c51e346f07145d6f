//! Salt's filters and Jinja2's.

mod apply;
mod dicts;
mod files;
mod hashing;
mod items;
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
mod urls;
mod words;
mod xml;

use std::collections::HashMap;
use std::sync::OnceLock;

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

pub(crate) use json::to_json;

pub(super) use patterns::matches;

use super::arguments::Arguments;
use super::functions::context_of;
use super::print;
use super::run::{defined, template_error};
use super::values::{measure, pairs_of};
use crate::scope::aloof;

/// A filter: its first argument is what stands before the `|`.
type Filter = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

/// One list for each file here.
static LISTS: &[&[(&str, Filter)]] = &[
    apply::FILTERS,
    dicts::FILTERS,
    files::FILTERS,
    hashing::FILTERS,
    items::FILTERS,
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
    urls::FILTERS,
    words::FILTERS,
    xml::FILTERS,
];

/// The filters that may be given an undefined value: those that are for it, and those that pass it on or never use it.
static UNDEFINED: &[&str] = &["d", "default", "is_list", "items", "pprint", "sequence", "skip", "to_bool"];

/// The filters that go through all that a value holds.
static WALKING: &[&str] = &[
    "dict_to_sls_yaml_params",
    "flatten",
    "json",
    "json_decode_dict",
    "json_decode_list",
    "json_encode_dict",
    "json_encode_list",
    "pprint",
    "python",
    "tojson",
    "unique",
    "xml",
    "yaml",
];

/// The filter of that name.
pub(super) fn find(name: &str) -> Option<Filter> {
    static BY_NAME: OnceLock<HashMap<&str, Filter>> = OnceLock::new();
    BY_NAME.get_or_init(|| LISTS.iter().flat_map(|list| list.iter()).copied().collect()).get(name).copied()
}

/// Applies the filter of a name. An undefined value is an error, unless it is what the filter is for.
pub(super) fn apply(state: &mut State, name: &str, given: &[Value]) -> Result<Value, Error> {
    let filter = find(name).ok_or_else(|| template_error(format!("No filter named '{name}'.")))?;
    let arguments = Arguments::new(name, given);
    signatures::check(&arguments)?;
    if let Some(first) = given.first()
        && !UNDEFINED.contains(&name)
    {
        defined(first)?;
    }
    if WALKING.contains(&name) {
        given.iter().try_for_each(measure)?;
    }
    if let Some(context) = context_of(state)
        && aloof::mark(&context).is_some_and(|aloof| aloof.forbids_filter(name))
    {
        return Ok("".into());
    }
    filter(state, &arguments)
}

/// The names of all filters, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|list| list.iter().map(|(name, _)| *name))
}

/// Whether Python could hash a value: lists, dicts and sets it can not.
fn is_hashable(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Seq => value.is_tuple() || print::is_range(value),
        ValueKind::Map | ValueKind::Iterable => pairs_of(value).is_none() && value.kind() == ValueKind::Map,
        _ => true,
    }
}
