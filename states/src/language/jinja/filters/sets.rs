//! Filters that treat lists as sets.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::values::{dict, items_of, list};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("compare_lists", |_, arguments| {
        let (old, new) = both(arguments)?;
        let side =
            |name: &str, items: Vec<Value>| (!items.is_empty()).then(|| (Value::from(name), list(items)));
        Ok(dict([side("new", without(&new, &old)), side("old", without(&old, &new))].into_iter().flatten()))
    }),
    ("difference", |_, arguments| both(arguments).map(|(left, right)| list(unique(without(&left, &right))))),
    ("intersect", |_, arguments| {
        let (left, right) = both(arguments)?;
        Ok(list(unique(left.into_iter().filter(|item| right.contains(item)).collect())))
    }),
    ("symmetric_difference", |_, arguments| {
        let (left, right) = both(arguments)?;
        let mut items = without(&left, &right);
        items.extend(without(&right, &left));
        Ok(list(unique(items)))
    }),
    ("union", |_, arguments| {
        let (mut left, right) = both(arguments)?;
        left.extend(right);
        Ok(list(unique(left)))
    }),
    ("unique", |_, arguments| {
        let value = arguments.required(0, "values")?;
        if value.kind() == ValueKind::Map {
            return Err(arguments.error("works on a list"));
        }
        Ok(list(unique(items_of(&value)?)))
    }),
];

fn both(arguments: &Arguments<'_>) -> Result<(Vec<Value>, Vec<Value>), Error> {
    Ok((items_of(&arguments.required(0, "lst1")?)?, items_of(&arguments.required(1, "lst2")?)?))
}

fn without(items: &[Value], others: &[Value]) -> Vec<Value> {
    items.iter().filter(|item| !others.contains(item)).cloned().collect()
}

fn unique(items: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    items.into_iter().filter(|item| seen.insert(item.clone())).collect()
}
