//! Filters on dicts.

use std::cmp::Ordering;
use std::sync::Arc;

use common::value::Value as Plain;
use minijinja::value::{Object, ValueKind};
use minijinja::{Error, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::convert::to_template;
use crate::language::jinja::methods::{dict_entries, list as list_method};
use crate::language::jinja::print;
use crate::language::jinja::run::{defined, exception, hashable, order, template_error};
use crate::language::jinja::values::{Dict, List, check_nesting, dict, items_of, list, pairs_of, tuple};

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("append_dict_key_value", |_, arguments| change(arguments, append)),
    ("compare_dicts", changes),
    ("dictsort", sort),
    ("extend_dict_key_value", |_, arguments| change(arguments, extend)),
    ("from_entries", from_entries),
    ("set_dict_key_value", |_, arguments| change(arguments, |_, _, value| Ok(value.clone()))),
    ("to_entries", to_entries),
    ("traverse", traverse),
    ("update_dict_key_value", |_, arguments| change(arguments, update)),
];

/// `data|traverse('a:b', default)`.
fn traverse(_: &mut minijinja::State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let data = arguments.required(0, "data")?;
    defined(&data)?;
    let delimiter = arguments.optional_text(3, "delimiter")?.unwrap_or_else(|| ":".into());
    let key = arguments.required(1, "key")?;
    let steps: Vec<Value> = match key.as_str() {
        Some(_) if delimiter.is_empty() => return Err(arguments.error("empty separator")),
        Some(path) => path.split(&*delimiter).map(Value::from).collect(),
        None if key.is_integer() => vec![key],
        None => items_of(&key)?,
    };
    let found = steps.iter().try_fold(data, |at, step| descend(&at, step));
    Ok(found.or_else(|| arguments.optional(2, "default")).unwrap_or_else(|| Value::from(())))
}

/// One step into a dict or a list; a list is also searched for a dict that has the step as a key.
fn descend(at: &Value, step: &Value) -> Option<Value> {
    let number = || match step.as_str() {
        Some(text) => match from_text(text) {
            Plain::Int(number) => Some(number),
            _ => None,
        },
        None => step.as_i64(),
    };
    let of_dict =
        |dict: &Value, key: &Value| dict.downcast_object::<Dict>().and_then(|dict| dict.get_value(key));
    if at.kind() == ValueKind::Seq && !at.is_tuple() {
        let items = items_of(at).ok()?;
        let Some(number) = number() else { return items.iter().find_map(|item| of_dict(item, step)) };
        return items.iter().find_map(|item| of_dict(item, &Value::from(number))).or_else(|| {
            let length = i64::try_from(items.len()).ok()?;
            let at = if number < 0 { number + length } else { number };
            items.get(usize::try_from(at).ok()?).cloned()
        });
    }
    if at.kind() != ValueKind::Map {
        return None;
    }
    // A key that is no text is named as YAML has it.
    of_dict(at, step).or_else(|| {
        let read = to_template(&from_text(step.as_str()?));
        if read == *step { None } else { of_dict(at, &read) }
    })
}

/// What a text on a command line stands for.
fn from_text(text: &str) -> Plain {
    crate::functions::words::value(text)
}

/// What a filter makes of the old value at a path and its argument.
type Change = fn(&Arguments<'_>, Option<Value>, &Value) -> Result<Value, Error>;

/// Changes the value at a colon path, making the dicts on the way.
fn change(arguments: &Arguments<'_>, make: Change) -> Result<Value, Error> {
    let target = arguments.required(0, "in_dict")?;
    let target = match target.downcast_object_ref::<Dict>() {
        Some(_) => target,
        None => dict(dict_entries(&target)?),
    };
    let (path, value) = (arguments.text(1, "keys")?, arguments.required(2, "value")?);
    let delimiter = arguments.optional_text(3, "delimiter")?.unwrap_or_else(|| ":".into());
    let mut at: Arc<Dict> = match target.downcast_object::<Dict>() {
        Some(dict) => dict,
        None => return Err(arguments.error("works on a dict")),
    };
    let (way, last) = path.rsplit_once(&*delimiter).map_or((None, &*path), |(way, last)| (Some(way), last));
    for step in way.into_iter().flat_map(|way| way.split(&*delimiter)) {
        let next = at.lock().get(&Value::from(step)).and_then(Value::downcast_object::<Dict>);
        at = match next {
            Some(next) => next,
            None => {
                let made = dict([]);
                at.lock().insert(Value::from(step), made.clone());
                match made.downcast_object::<Dict>() {
                    Some(made) => made,
                    None => return Err(arguments.error("works on a dict")),
                }
            }
        };
    }
    let key = Value::from(last);
    let old = at.lock().get(&key).filter(|old| !old.is_none()).cloned();
    let new = make(arguments, old, &value)?;
    check_nesting(Arc::as_ptr(&at).cast(), &new)?;
    at.lock().insert(key, new);
    Ok(target)
}

fn update(arguments: &Arguments<'_>, old: Option<Value>, value: &Value) -> Result<Value, Error> {
    let old = old.unwrap_or_else(|| dict([]));
    let Some(target) = old.downcast_object_ref::<Dict>() else {
        let kind = print::type_name(&old);
        return Err(
            arguments.salt_error(format!("The last key contains a <class '{kind}'>, which cannot update."))
        );
    };
    let pairs = dict_entries(value).map_err(|_| {
        let kind = print::type_name(value);
        arguments.salt_error(format!("Cannot update <class 'dict'> with a <class '{kind}'>."))
    })?;
    let holder = std::ptr::from_ref(target).cast();
    pairs.iter().try_for_each(|(key, value)| {
        hashable(key)?;
        check_nesting(holder, value)
    })?;
    target.lock().extend(pairs);
    Ok(old)
}

fn append(arguments: &Arguments<'_>, old: Option<Value>, value: &Value) -> Result<Value, Error> {
    grow(arguments, old, "append", value)
}

fn extend(arguments: &Arguments<'_>, old: Option<Value>, value: &Value) -> Result<Value, Error> {
    grow(arguments, old, "extend", value)
}

fn grow(arguments: &Arguments<'_>, old: Option<Value>, method: &str, value: &Value) -> Result<Value, Error> {
    let old = old.unwrap_or_else(|| list(Vec::new()));
    let Some(target) = old.downcast_object::<List>() else {
        let kind = print::type_name(&old);
        return Err(
            arguments.salt_error(format!("The last key contains a <class '{kind}'>, which cannot {method}."))
        );
    };
    if method == "extend" && matches!(value.kind(), ValueKind::Number | ValueKind::Bool | ValueKind::None) {
        let kind = print::type_name(value);
        return Err(arguments.salt_error(format!("Cannot extend <class 'list'> with a <class '{kind}'>.")));
    }
    list_method(&target, method, std::slice::from_ref(value))?;
    Ok(old)
}

/// The pairs by key, or by value; capitals count only when asked.
fn sort(_: &mut minijinja::State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    let Some(mut pairs) = pairs_of(&value) else {
        return Err(exception(format!("'{}' object has no attribute 'items'", print::type_name(&value))));
    };
    let cased = arguments.flag(1, "case_sensitive", false);
    let by_value = match &*arguments.optional_text(2, "by")?.unwrap_or_else(|| "key".into()) {
        "key" => false,
        "value" => true,
        _ => return Err(template_error("You can only sort by either \"key\" or \"value\"")),
    };
    let by = |(key, value): &(Value, Value)| {
        let by = if by_value { value } else { key };
        match by.as_str() {
            Some(text) if !cased => Value::from(text.to_lowercase()),
            _ => by.clone(),
        }
    };
    for pair in pairs.windows(2) {
        order("<", &by(&pair[1]), &by(&pair[0]))?;
    }
    let reverse = arguments.flag(3, "reverse", false);
    pairs.sort_by(|left, right| {
        let ordering = order("<", &by(left), &by(right)).ok().flatten().unwrap_or(Ordering::Equal);
        if reverse { ordering.reverse() } else { ordering }
    });
    Ok(list(pairs.into_iter().map(|(key, value)| tuple(vec![key, value])).collect()))
}

fn to_entries(_: &mut minijinja::State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let data = arguments.required(0, "data")?;
    let pairs = match pairs_of(&data) {
        Some(pairs) => pairs,
        None if data.kind() == ValueKind::Seq => {
            items_of(&data)?.into_iter().enumerate().map(|(at, item)| (Value::from(at), item)).collect()
        }
        None => return Err(arguments.error("Input data must be a dict or list")),
    };
    let entry = |(key, value)| dict([(Value::from("key"), key), (Value::from("value"), value)]);
    Ok(list(pairs.into_iter().map(entry).collect()))
}

fn from_entries(_: &mut minijinja::State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let mut pairs = Vec::new();
    for entry in items_of(&arguments.required(0, "entries")?)? {
        let fields = dict_entries(&entry)?;
        let field = |name: &str| {
            let found =
                fields.iter().find(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)));
            found.map(|(_, value)| value.clone())
        };
        if let Some(key) = ["key", "name"].iter().find_map(|name| field(name).filter(Value::is_true)) {
            pairs.push((key, field("value").unwrap_or_else(|| Value::from(()))));
        }
    }
    Ok(dict(pairs))
}

fn changes(_: &mut minijinja::State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let old = dict_entries(&arguments.required(0, "old")?)?;
    let new = dict_entries(&arguments.required(1, "new")?)?;
    let find = |pairs: &[(Value, Value)], key: &Value| {
        pairs.iter().find(|(other, _)| other == key).map(|(_, value)| value.clone())
    };
    let mut differences = Vec::new();
    let added = new.iter().filter(|(key, _)| find(&old, key).is_none());
    for (key, _) in old.iter().chain(added) {
        let (before, after) = (find(&old, key), find(&new, key));
        if before != after {
            let gone = after.is_none();
            let side = |value: Option<Value>| value.unwrap_or_else(|| Value::from(""));
            let mut sides = [(Value::from("old"), side(before)), (Value::from("new"), side(after))];
            if gone {
                sides.reverse();
            }
            let sides = dict(sides);
            differences.push((key.clone(), sides));
        }
    }
    Ok(dict(differences))
}
