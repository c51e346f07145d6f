//! Salt's tests: what stands after `is`.

use fancy_regex::RegexBuilder;
use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, Value};

use super::arguments::Arguments;

/// Adds the tests.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_test("match", |args: Rest<ValueOrKwargs>| matches(&args.into_values()));
    environment.add_test("list", |value: &Value| value.kind() == ValueKind::Seq && !value.is_tuple());
    environment.add_test("callable", |value: &Value| {
        value.as_object().is_some() && matches!(value.kind(), ValueKind::Plain)
    });
}

/// `text is match('regex')`: whether the text begins with a match.
fn matches(args: &[Value]) -> Result<bool, Error> {
    let arguments = Arguments::new("match", args);
    let text = arguments.text(0, "txt")?;
    let pattern = super::filters::python_pattern(&arguments.text(1, "rgx")?);
    let regex = RegexBuilder::new(&format!(r"\A(?:{pattern})"))
        .case_insensitive(arguments.flag(2, "ignorecase", false))
        .multi_line(arguments.flag(3, "multiline", false))
        .build()
        .map_err(|error| arguments.error(error))?;
    regex.is_match(&text).map_err(|error| arguments.error(error))
}
