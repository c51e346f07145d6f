//! Filters on single values.

use minijinja::Value;

use super::Filter;
use crate::language::jinja::print;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("skip", |_, _| Ok(Value::from(""))),
    ("string", |_, arguments| Ok(print::text(&arguments.required(0, "value")?).into())),
];
