//! Tests: what stands after `is`. Jinja2's, and Salt's `match` and `list`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::arguments::Arguments;
use super::print::{text, type_name};
use super::run::{Undefined, binary, compare, defined, exception, hashable, usable};
use super::syntax::tree::Comparison;
use super::values::{Dict, List};
use super::{filters, methods};

/// A test: its first argument is what stands before the `is`.
pub(super) type Test = fn(&mut State, &Arguments<'_>) -> Result<bool, Error>;

static TESTS: &[(&str, Test)] = &[
    ("boolean", |_, arguments| Ok(kind(arguments)? == ValueKind::Bool)),
    ("callable", |_, arguments| {
        let value = first(arguments)?;
        let data =
            matches!(type_name(&value), "TemplateModule" | "Namespace" | "AliasedLoader" | "AliasedModule");
        Ok(value.kind() == ValueKind::Plain && !data)
    }),
    ("defined", |_, arguments| Ok(Undefined::of(&first(arguments)?).is_none())),
    ("divisibleby", |_, arguments| {
        Ok(binary("%", &first(arguments)?, &arguments.required(1, "num")?)? == Value::from(0))
    }),
    ("eq", |_, arguments| comparison(arguments, Comparison::Equal)),
    ("equalto", |_, arguments| comparison(arguments, Comparison::Equal)),
    ("escaped", |_, arguments| Ok(first(arguments)?.is_safe())),
    ("even", |_, arguments| Ok(binary("%", &first(arguments)?, &Value::from(2))? == Value::from(0))),
    ("false", |_, arguments| {
        Ok(first(arguments)? == Value::from(false) && kind(arguments)? == ValueKind::Bool)
    }),
    ("filter", |_, arguments| {
        let name = first(arguments)?;
        defined(&name)?;
        hashable(&name)?;
        Ok(name.as_str().is_some_and(|name| filters::find(name).is_some()))
    }),
    ("float", |_, arguments| Ok(type_name(&first(arguments)?) == "float")),
    ("ge", |_, arguments| comparison(arguments, Comparison::GreaterOrEqual)),
    ("greaterthan", |_, arguments| comparison(arguments, Comparison::Greater)),
    ("gt", |_, arguments| comparison(arguments, Comparison::Greater)),
    ("in", |_, arguments| comparison(arguments, Comparison::In)),
    ("integer", |_, arguments| Ok(type_name(&first(arguments)?) == "int")),
    ("iterable", |_, arguments| {
        let value = first(arguments)?;
        usable(&value)?;
        Ok(Undefined::of(&value).is_some()
            || matches!(
                value.kind(),
                ValueKind::String | ValueKind::Seq | ValueKind::Iterable | ValueKind::Map | ValueKind::Bytes
            )
            || type_name(&value) == "LoopContext")
    }),
    ("le", |_, arguments| comparison(arguments, Comparison::LessOrEqual)),
    ("lessthan", |_, arguments| comparison(arguments, Comparison::Less)),
    ("list", |_, arguments| Ok(type_name(&first(arguments)?) == "list")),
    ("lower", |state, arguments| cased(state, arguments, "islower")),
    ("lt", |_, arguments| comparison(arguments, Comparison::Less)),
    ("mapping", |_, arguments| Ok(kind(arguments)? == ValueKind::Map)),
    ("match", |state, arguments| filters::matches(state, arguments)),
    ("ne", |_, arguments| comparison(arguments, Comparison::NotEqual)),
    ("none", |_, arguments| Ok(first(arguments)?.is_none())),
    ("number", |_, arguments| Ok(matches!(kind(arguments)?, ValueKind::Number | ValueKind::Bool))),
    ("odd", |_, arguments| Ok(binary("%", &first(arguments)?, &Value::from(2))? == Value::from(1))),
    ("sameas", |_, arguments| {
        let (left, right) = (first(arguments)?, arguments.required(1, "other")?);
        Ok(same(&left, &right))
    }),
    ("sequence", |_, arguments| {
        Ok(matches!(kind(arguments)?, ValueKind::String | ValueKind::Seq | ValueKind::Map | ValueKind::Bytes))
    }),
    ("string", |_, arguments| Ok(kind(arguments)? == ValueKind::String)),
    ("test", |_, arguments| {
        let name = first(arguments)?;
        defined(&name)?;
        hashable(&name)?;
        Ok(name.as_str().is_some_and(|name| find(name).is_some()))
    }),
    (
        "true",
        |_, arguments| Ok(first(arguments)? == Value::from(true) && kind(arguments)? == ValueKind::Bool),
    ),
    ("undefined", |_, arguments| Ok(Undefined::of(&first(arguments)?).is_some())),
    ("upper", |state, arguments| cased(state, arguments, "isupper")),
];

/// The tests that have a sign for a name; a filter such as `select` may be given them.
static SIGNS: &[(&str, &str)] =
    &[("==", "eq"), ("!=", "ne"), ("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge")];

/// The test of that name.
pub(super) fn find(name: &str) -> Option<Test> {
    static BY_NAME: OnceLock<HashMap<&str, Test>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| TESTS.iter().copied().collect());
    let name = SIGNS.iter().find(|(sign, _)| *sign == name).map_or(name, |(_, name)| name);
    by_name.get(name).copied()
}

/// The names of all tests, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TESTS.iter().map(|(name, _)| *name)
}

fn first(arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.required(0, "value")
}

fn kind(arguments: &Arguments<'_>) -> Result<ValueKind, Error> {
    Ok(first(arguments)?.kind())
}

/// Whether two values are one object.
fn same(left: &Value, right: &Value) -> bool {
    if let (Some(left), Some(right)) = (left.downcast_object::<List>(), right.downcast_object::<List>()) {
        return Arc::ptr_eq(&left, &right);
    }
    if let (Some(left), Some(right)) = (left.downcast_object::<Dict>(), right.downcast_object::<Dict>()) {
        return Arc::ptr_eq(&left, &right);
    }
    type_name(left) == type_name(right) && left == right
}

fn comparison(arguments: &Arguments<'_>, comparison: Comparison) -> Result<bool, Error> {
    let Some(other) = arguments.positional().get(1) else {
        return Err(exception(format!("{} expected 2 arguments, got 1", arguments.name())));
    };
    compare(comparison, &first(arguments)?, other)
}

fn cased(state: &mut State, arguments: &Arguments<'_>, method: &str) -> Result<bool, Error> {
    let value = first(arguments)?;
    usable(&value)?;
    Ok(methods::call(state, &Value::from(text(&value)), method, &[])?.is_true())
}
