//! Jinja2's filters that put lists in order or together, with the arguments that the engine's own do not take.

use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::methods::sort_values;
use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, list};

/// The longest text that `join` makes.
const LENGTH_LIMIT: usize = 64 << 20;

pub(super) static FILTERS: &[(&str, Filter)] = &[("join", join), ("sort", sort), ("sum", sum)];

/// `a.b.0` of a value, as `attribute=` has it.
fn attribute(value: &Value, path: &Value) -> Result<Value, Error> {
    let Some(path) = path.as_str() else { return value.get_item(path) };
    path.split('.').try_fold(value.clone(), |at, step| match step.parse::<usize>() {
        Ok(position) => at.get_item(&Value::from(position)),
        Err(_) => at.get_attr(step),
    })
}

/// The items, or one attribute of each.
fn items(arguments: &Arguments<'_>, attribute_at: usize) -> Result<Vec<Value>, Error> {
    let items = items_of(&arguments.required(0, "value")?)?;
    match arguments.optional(attribute_at, "attribute").filter(|path| !path.is_none()) {
        None => Ok(items),
        Some(path) => items.iter().map(|item| attribute(item, &path)).collect(),
    }
}

fn join(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let separator = arguments.optional(1, "d").map_or_else(String::new, |separator| print::text(&separator));
    let mut out = String::new();
    for (position, item) in items(arguments, 2)?.iter().enumerate() {
        if item.is_undefined() {
            item.get_attr("")?;
        }
        if position > 0 {
            out.push_str(&separator);
        }
        out.push_str(&print::text(item));
        if out.len() > LENGTH_LIMIT {
            return Err(arguments.error(format!("the text has more than {LENGTH_LIMIT} bytes")));
        }
    }
    Ok(out.into())
}

fn sort(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(4)?;
    let cased = arguments.flag(2, "case_sensitive", false);
    let values = items_of(&arguments.required(0, "value")?)?;
    let fold = |key: Value| match key.as_str() {
        Some(text) if !cased => Value::from(text.to_lowercase()),
        _ => key,
    };
    let keys: Vec<Value> = match arguments.optional(3, "attribute").filter(|path| !path.is_none()) {
        None => values.iter().cloned().map(fold).collect(),
        Some(paths) => {
            let paths: Vec<Value> = match paths.as_str() {
                Some(text) => text.split(',').map(Value::from).collect(),
                None => vec![paths],
            };
            let key = |item: &Value| -> Result<Value, Error> {
                let keys = paths
                    .iter()
                    .map(|path| attribute(item, path).map(fold))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(match <[Value; 1]>::try_from(keys) {
                    Ok([key]) => key,
                    Err(keys) => list(keys),
                })
            };
            values.iter().map(key).collect::<Result<_, _>>()?
        }
    };
    if let Some(undefined) = keys.iter().find(|key| key.is_undefined()) {
        undefined.get_attr("")?;
    }
    let mut sorted = keys.clone();
    // Says which values do not go together.
    sort_values(&mut sorted)?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|left, right| {
        let ordering = keys[*left].cmp(&keys[*right]);
        if arguments.flag(1, "reverse", false) { ordering.reverse() } else { ordering }
    });
    Ok(list(order.into_iter().map(|at| values[at].clone()).collect()))
}

fn sum(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let start = arguments.optional(2, "start").unwrap_or_else(|| Value::from(0));
    let add = state.env().compile_expression("a + b")?;
    items(arguments, 1)?
        .into_iter()
        .try_fold(start, |total, item| add.eval(Value::from_pairs([("a", total), ("b", item)])))
}
