//! Filters that treat lists as sets.

use minijinja::{Error, Value};

use super::{Filter, is_hashable};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::print;
use crate::language::jinja::run::defined;
use crate::language::jinja::values::{check_nesting, dict, items_of, list, view};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("compare_lists", |_, arguments| {
        let (old, new) = both(arguments)?;
        let side =
            |name: &str, items: Vec<Value>| (!items.is_empty()).then(|| (Value::from(name), list(items)));
        let sides = [side("new", without(&new, &old)?), side("old", without(&old, &new)?)];
        Ok(dict(sides.into_iter().flatten()))
    }),
    ("difference", |_, arguments| {
        let (left, right) = both(arguments)?;
        Ok(made(arguments, unique(without(&left, &right)?)?))
    }),
    ("intersect", |_, arguments| {
        let (left, right) = both(arguments)?;
        Ok(made(arguments, unique(chosen(&left, &right, true)?)?))
    }),
    ("symmetric_difference", |_, arguments| {
        joinable(arguments)?;
        let (left, right) = both(arguments)?;
        let mut items = without(&left, &right)?;
        items.extend(without(&right, &left)?);
        Ok(made(arguments, unique(items)?))
    }),
    ("union", |_, arguments| {
        joinable(arguments)?;
        let (mut left, right) = both(arguments)?;
        left.extend(right);
        Ok(made(arguments, unique(left)?))
    }),
    ("unique", |_, arguments| {
        let value = arguments.required(0, "values")?;
        let items = unique(items_of(&value)?)?;
        Ok(if is_hashable(&value) { set(items) } else { list(items) })
    }),
];

/// What two lists give is a list; what gives two values that Python could hash, such as tuples, is a set.
fn made(arguments: &Arguments<'_>, items: Vec<Value>) -> Value {
    if arguments.positional().iter().take(2).all(is_hashable) { set(items) } else { list(items) }
}

/// A set. Where all are small numbers they are in order, as Python prints them.
fn set(mut items: Vec<Value>) -> Value {
    if items.iter().all(|item| item.is_integer()) {
        items.sort();
    }
    view("set", items)
}

/// Refuses to put a list and something else together.
fn joinable(arguments: &Arguments<'_>) -> Result<(), Error> {
    let (left, right) = (arguments.required(0, "lst1")?, arguments.required(1, "lst2")?);
    defined(&left)?;
    defined(&right)?;
    let (left_type, right_type) = (print::type_name(&left), print::type_name(&right));
    if left_type == right_type || is_hashable(&left) && is_hashable(&right) {
        return Ok(());
    }
    Err(arguments.error(match left_type {
        "list" | "tuple" | "str" => {
            format!("can only concatenate {left_type} (not \"{right_type}\") to {left_type}")
        }
        _ => format!("unsupported operand type(s) for +: '{left_type}' and '{right_type}'"),
    }))
}

fn both(arguments: &Arguments<'_>) -> Result<(Vec<Value>, Vec<Value>), Error> {
    Ok((items_of(&arguments.required(0, "lst1")?)?, items_of(&arguments.required(1, "lst2")?)?))
}

/// The items that are, or are not, among others.
fn chosen(items: &[Value], others: &[Value], among: bool) -> Result<Vec<Value>, Error> {
    let mut chosen = Vec::new();
    for item in items {
        budget::steps(1 + others.len() as u64 / 16)?;
        if others.contains(item) == among {
            chosen.push(item.clone());
        }
    }
    Ok(chosen)
}

fn without(items: &[Value], others: &[Value]) -> Result<Vec<Value>, Error> {
    chosen(items, others, false)
}

fn unique(items: Vec<Value>) -> Result<Vec<Value>, Error> {
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    let mut kept = Vec::new();
    for item in items {
        // Lists and dicts are looked into.
        check_nesting(std::ptr::null(), &item)?;
        if seen.insert(item.clone()) {
            kept.push(item);
        }
        budget::check()?;
    }
    Ok(kept)
}
