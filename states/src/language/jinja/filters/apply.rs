//! Jinja2's filters that apply a filter or a test to each item.

use minijinja::{Error, State, Value};

use super::order::attribute;
use super::{Filter, apply as filter};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::run::{template_error, usable};
use crate::language::jinja::tests;
use crate::language::jinja::values::{generator, items_of};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("map", map),
    ("reject", |state, arguments| choose(state, arguments, false, false)),
    ("rejectattr", |state, arguments| choose(state, arguments, true, false)),
    ("select", |state, arguments| choose(state, arguments, false, true)),
    ("selectattr", |state, arguments| choose(state, arguments, true, true)),
];

/// Arguments of a filter or test that is called for each item: the item, what follows, and what is given by name.
fn given(item: Value, positional: &[Value], arguments: &Arguments<'_>) -> Vec<Value> {
    let mut given = vec![item];
    given.extend_from_slice(positional);
    given.extend(arguments.keywords());
    given
}

/// The items; what counts as false has none, whatever it is.
fn items_if_any(arguments: &Arguments<'_>) -> Result<Vec<Value>, Error> {
    let value = arguments.required(0, "value")?;
    usable(&value)?;
    if value.is_true() { items_of(&value) } else { Ok(Vec::new()) }
}

fn map(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let items = items_if_any(arguments)?;
    let rest = arguments.positional().get(1..).unwrap_or_default();
    let keyword = arguments.keyword();
    let named =
        |wanted: &str| keyword.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
    let mut mapped = Vec::with_capacity(items.len());
    if let (true, Some(path)) = (rest.is_empty(), named("attribute")) {
        let default = named("default").filter(|default| !default.is_none());
        if let Some((name, _)) = keyword.iter().find(|(name, _)| !matches!(*name, "attribute" | "default")) {
            return Err(template_error(format!("Unexpected keyword argument '{name}'")));
        }
        for item in items {
            mapped.push(attribute(&item, &path, default.as_ref())?);
        }
        return Ok(generator("generator", mapped));
    }
    let Some((name, further)) = rest.split_first() else {
        return Err(template_error("map requires a filter argument"));
    };
    let name = arguments.text_of(name, "name")?;
    if items.is_empty() {
        return Ok(generator("generator", mapped));
    }
    for item in items {
        budget::steps(1)?;
        mapped.push(filter(state, &name, &given(item, further, arguments))?);
    }
    Ok(generator("generator", mapped))
}

fn choose(
    state: &mut State,
    arguments: &Arguments<'_>,
    by_attribute: bool,
    keep: bool,
) -> Result<Value, Error> {
    let items = items_if_any(arguments)?;
    let mut rest = arguments.positional().get(1..).unwrap_or_default();
    let mut path = None;
    if by_attribute {
        let Some((first, further)) = rest.split_first() else {
            return Err(template_error("Missing parameter for attribute name"));
        };
        path = Some(first.clone());
        rest = further;
    }
    let test = match rest.split_first() {
        Some((name, further)) => Some((arguments.text_of(name, "test")?, further)),
        None => None,
    };
    let mut kept = Vec::new();
    for item in items {
        budget::steps(1)?;
        let subject = match &path {
            Some(path) => attribute(&item, path, None)?,
            None => item.clone(),
        };
        let chosen = match &test {
            None => {
                usable(&subject)?;
                subject.is_true()
            }
            Some((name, further)) => {
                let test =
                    tests::find(name).ok_or_else(|| template_error(format!("No test named '{name}'.")))?;
                test(state, &Arguments::new(name, &given(subject, further, arguments)))?
            }
        };
        if chosen == keep {
            kept.push(item);
        }
    }
    Ok(generator("generator", kept))
}
