//! What the functions share that look values up: colon paths in maps, choosing by a pattern, deep merge.

use common::target::fnmatch;
use common::value::{DEFAULT_DELIMITER, Map, Value, get};

use super::registry::{Arguments, FunctionError};

/// Descends along a path such as `users:ops:uid`, as [`Value::traverse`] does.
pub(crate) fn descend<'a>(map: &'a Map, path: &str, delimiter: &str) -> Option<&'a Value> {
    let (first, rest) = match path.split_once(delimiter) {
        Some((first, rest)) if !delimiter.is_empty() => (first, Some(rest)),
        _ => (path, None),
    };
    let by_number = || first.parse().ok().and_then(|number| map.get(&Value::Int(number)));
    let value = get(map, first).or_else(by_number)?;
    rest.map_or(Some(value), |rest| value.traverse(rest, delimiter))
}

/// The argument `delimiter`, by default a colon.
pub(super) fn delimiter(arguments: &Arguments, position: usize) -> String {
    let given =
        arguments.get(position, "delimiter").and_then(Value::as_str).filter(|given| !given.is_empty());
    given.unwrap_or(DEFAULT_DELIMITER).into()
}

/// The text of a required argument.
pub(super) fn required(
    arguments: &Arguments,
    position: usize,
    name: &str,
    function: &str,
) -> Result<String, FunctionError> {
    let given = arguments.get(position, name).filter(|value| !value.is_null());
    given
        .map(ToString::to_string)
        .ok_or_else(|| FunctionError::Arguments { name: function.into(), reason: format!("it needs {name}") })
}

/// Merges `update` into `map`: maps are merged, everything else is replaced; lists are joined if `lists` says so.
pub(crate) fn merge(map: &mut Map, update: &Map, lists: bool) {
    for (key, value) in update {
        match (map.get_mut(key), value) {
            (Some(Value::Map(old)), Value::Map(new)) => merge(old, new, lists),
            (Some(Value::List(old)), Value::List(new)) if lists => {
                let more: Vec<_> = new.iter().filter(|item| !old.contains(item)).cloned().collect();
                old.extend(more);
            }
            _ => {
                map.insert(key.clone(), value.clone());
            }
        }
    }
}

/// `filter_by` of grains and pillar: the value of the first pattern that `values` (one, or a list of them) match.
pub(super) fn filter_by(
    function: &str,
    arguments: &Arguments,
    values: Option<&Value>,
) -> Result<Value, FunctionError> {
    let wrong = |reason: &str| FunctionError::Arguments { name: function.into(), reason: reason.into() };
    let table = arguments.get(0, "lookup_dict").and_then(Value::as_map);
    let table = table.ok_or_else(|| wrong("lookup_dict is a map of patterns to values"))?;
    let values = match values {
        Some(Value::List(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let matching = values.iter().find_map(|value| {
        let text = value.to_string();
        let fits =
            |(pattern, chosen): &(&Value, &Value)| !chosen.is_null() && fnmatch(&text, &pattern.to_string());
        table.iter().find(fits).map(|(_, chosen)| chosen.clone())
    });
    let default = arguments.get(3, "default").map_or("default".into(), ToString::to_string);
    let chosen = matching.or_else(|| get(table, &default).cloned()).unwrap_or_default();
    let base = arguments.get(4, "base").filter(|base| base.is_true());
    let chosen = match (base.and_then(|base| table.get(base)), chosen) {
        (None, chosen) => chosen,
        (Some(base), Value::Null) => base.clone(),
        (Some(Value::Map(base)), Value::Map(chosen)) => {
            let mut merged = base.clone();
            merge(&mut merged, &chosen, false);
            merged.into()
        }
        (Some(Value::Map(_)), _) => {
            return Err(wrong("filter_by default and look-up values must both be dictionaries."));
        }
        (Some(_), chosen) => chosen,
    };
    match (arguments.get(2, "merge").filter(|merge| merge.is_true()), chosen) {
        (None, chosen) => Ok(chosen),
        (Some(Value::Map(over)), Value::Null) => Ok(over.clone().into()),
        (Some(Value::Map(over)), Value::Map(mut chosen)) => {
            merge(&mut chosen, over, false);
            Ok(chosen.into())
        }
        (Some(Value::Map(_)), _) => Err(wrong(super::defaults::NO_MAPS)),
        (Some(_), _) => Err(wrong("filter_by merge argument must be a dictionary.")),
    }
}
