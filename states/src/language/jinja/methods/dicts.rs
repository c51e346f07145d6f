//! Methods of dicts.

use std::sync::Arc;

use minijinja::{Error, ErrorKind, Value};

use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::{defined, exception, hashable};
use crate::language::jinja::values::{self, Dict, items_of, pairs_of};

/// Calls a method of a dict.
pub(in crate::language::jinja) fn call(
    dict: &Arc<Dict>,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::new(method, args);
    let holder = Arc::as_ptr(dict).cast();
    match method {
        "get" => {
            arguments.at_most(2)?;
            let key = arguments.required(0, "key")?;
            defined(&key)?;
            hashable(&key)?;
            let found = dict.lock().get(&key).cloned();
            Ok(found.or_else(|| arguments.optional(1, "default")).unwrap_or_else(|| Value::from(())))
        }
        "update" => {
            arguments.at_most(1)?;
            let mut pairs = match arguments.positional() {
                [from] => entries(from)?,
                _ => Vec::new(),
            };
            pairs.extend(arguments.keyword().into_iter().map(|(name, value)| (Value::from(name), value)));
            pairs.iter().try_for_each(|(key, value)| {
                hashable(key)?;
                values::check_nesting(holder, value)
            })?;
            dict.lock().extend(pairs);
            Ok(Value::from(()))
        }
        "setdefault" => {
            arguments.at_most(2)?;
            let key = arguments.required(0, "key")?;
            hashable(&key)?;
            let default = arguments.optional(1, "default").unwrap_or_else(|| Value::from(()));
            values::check_nesting(holder, &default)?;
            Ok(dict.lock().entry(key).or_insert(default).clone())
        }
        "pop" => {
            arguments.at_most(2)?;
            let key = arguments.required(0, "key")?;
            hashable(&key)?;
            match dict.lock().shift_remove(&key).or_else(|| arguments.optional(1, "default")) {
                Some(value) => Ok(value),
                None => Err(exception(print::repr(&key))),
            }
        }
        "popitem" => match dict.lock().pop() {
            Some((key, value)) => Ok(values::tuple(vec![key, value])),
            None => Err(arguments.error("dictionary is empty")),
        },
        "clear" => {
            dict.lock().clear();
            Ok(Value::from(()))
        }
        _ => {
            let pairs = dict.lock().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            read(pairs, &arguments)
        }
    }
}

/// Calls a method of a map that does not change.
pub(in crate::language::jinja) fn call_fixed(
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::new(method, args);
    match method {
        "get" => {
            arguments.at_most(2)?;
            let found = value.get_item(&arguments.required(0, "key")?)?;
            if !found.is_undefined() {
                return Ok(found);
            }
            Ok(arguments.optional(1, "default").unwrap_or_else(|| Value::from(())))
        }
        "update" | "setdefault" | "pop" | "popitem" | "clear" => {
            Err(arguments.error("this map cannot be changed; make a dict of it with `dict(…)` first"))
        }
        _ => match pairs_of(value) {
            Some(pairs) => read(pairs, &arguments),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        },
    }
}

fn read(pairs: Vec<(Value, Value)>, arguments: &Arguments<'_>) -> Result<Value, Error> {
    Ok(match arguments.name() {
        // `iteritems` and its kin are of Python 2, whose trees still use them.
        "keys" | "iterkeys" => values::view("dict_keys", pairs.into_iter().map(|(key, _)| key).collect()),
        "values" | "itervalues" => {
            values::view("dict_values", pairs.into_iter().map(|(_, value)| value).collect())
        }
        "items" | "iteritems" => values::view(
            "dict_items",
            pairs.into_iter().map(|(key, value)| values::tuple(vec![key, value])).collect(),
        ),
        "copy" => values::dict(pairs),
        "has_key" => {
            let wanted = arguments.required(0, "key")?;
            Value::from(pairs.iter().any(|(key, _)| *key == wanted))
        }
        "fromkeys" => {
            let value = arguments.optional(1, "value").unwrap_or_else(|| Value::from(()));
            let keys = items_of(&arguments.required(0, "iterable")?)?;
            values::dict(keys.into_iter().map(|key| (key, value.clone())))
        }
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    })
}

/// The pairs of a dict, or of a list of pairs.
pub(in crate::language::jinja) fn entries(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    if let Some(pairs) = pairs_of(value) {
        return Ok(pairs);
    }
    items_of(value)?
        .iter()
        .map(|item| match &items_of(item)?[..] {
            [key, value] => Ok((key.clone(), value.clone())),
            _ => Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("a dict is made of pairs, and {} is none", print::repr(item)),
            )),
        })
        .collect()
}
