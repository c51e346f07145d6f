//! Filters on lists.

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::random::generator;
use crate::language::jinja::values::{items_of, list};

pub(super) static FILTERS: &[(&str, Filter)] =
    &[("list", |_, arguments| Ok(list(items_of(&arguments.required(0, "value")?)?)))];

/// The filters that choose; `host` decides what.
pub(super) fn add_random(environment: &mut Environment<'static>, host: &str) {
    let host = host.to_owned();
    environment.add_filter("random", move |state: &mut State, args: Rest<ValueOrKwargs>| {
        let args = args.into_values();
        let arguments = Arguments::new("random", &args);
        let items = items_of(&arguments.required(0, "seq")?)?;
        if items.is_empty() {
            return Err(arguments.error("No random item, sequence was empty."));
        }
        // The rewriter hands over the line.
        let line = arguments.optional_int(1, "line")?.unwrap_or(0);
        let chosen = generator(state, &host, &format!("random:{line}")).usize(..items.len());
        Ok::<Value, minijinja::Error>(items[chosen].clone())
    });
}
