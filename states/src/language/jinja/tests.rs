//! Salt's tests: what stands after `is`.

use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Value};

use super::arguments::Arguments;
use super::filters;

/// Adds the tests.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_test("match", |args: Rest<ValueOrKwargs>| {
        filters::matches(&Arguments::new("match", &args.into_values()))
    });
    environment.add_test("list", |value: &Value| value.kind() == ValueKind::Seq && !value.is_tuple());
    environment.add_test("callable", |value: &Value| value.kind() == ValueKind::Plain);
}
