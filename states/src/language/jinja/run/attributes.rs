//! `value.name`, `value[key]` and `value[start:stop:step]`, as Python's attributes and items with Jinja's sandbox around.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, ValueKind};
use minijinja::{Error, State, Value};

use super::fault::exception;
use super::operators::hashable;
use super::undefined::{Severity, defined, undefined};
use crate::language::jinja::globals::Range;
use crate::language::jinja::graves::bury;
use crate::language::jinja::methods;
use crate::language::jinja::print::type_name;
use crate::language::jinja::values::{Dict, Group, List, View, items_of, list, tuple};

/// A method that has been taken from its value: `{% set add = items.append %}`.
pub(super) struct Method {
    pub(super) of: Value,
    pub(super) name: Arc<str>,
}

/// `value.name`: an attribute before an item.
pub(super) fn attribute(of: &Value, name: &str) -> Result<Option<Value>, Error> {
    defined(of)?;
    if name.starts_with("__") && name.ends_with("__") && is_special(name) {
        return Ok(Some(forbidden(of, name)));
    }
    if let Some(found) = own_attribute(of, name) {
        return Ok(Some(found));
    }
    item_only(of, &Value::from(name))
}

/// `value[key]`: an item before an attribute.
pub(in super::super) fn item(of: &Value, key: &Value) -> Result<Option<Value>, Error> {
    defined(of)?;
    if let Some(found) = item_only(of, key)? {
        return Ok(Some(found));
    }
    let Some(name) = key.as_str() else { return Ok(None) };
    if name.starts_with("__") && name.ends_with("__") && is_special(name) {
        return Ok(Some(forbidden(of, name)));
    }
    Ok(own_attribute(of, name))
}

/// What every object of Python has and no template may see.
fn is_special(name: &str) -> bool {
    matches!(
        name,
        "__class__"
            | "__dict__"
            | "__doc__"
            | "__init__"
            | "__subclasses__"
            | "__mro__"
            | "__globals__"
            | "__getattribute__"
            | "__len__"
            | "__eq__"
            | "__str__"
            | "__repr__"
            | "__hash__"
            | "__reduce__"
            | "__setattr__"
    )
}

fn forbidden(of: &Value, name: &str) -> Value {
    let message = format!("access to attribute '{name}' of '{}' object is unsafe.", type_name(of));
    undefined(message, None, Severity::Unsafe)
}

/// A method or another attribute that Python's type has.
fn own_attribute(of: &Value, name: &str) -> Option<Value> {
    if methods::exists(of, name) {
        return Some(Value::from_object(Method { of: of.clone(), name: name.into() }));
    }
    let plain = of.downcast_object_ref::<Dict>().is_some()
        || of.downcast_object_ref::<List>().is_some()
        || of.downcast_object_ref::<View>().is_some()
        || of.downcast_object_ref::<Range>().is_some();
    if plain || of.is_tuple() {
        return None;
    }
    match of.kind() {
        ValueKind::Number | ValueKind::Bool => methods::number_attribute(of, name),
        _ => of.as_object()?.get_value_by_str(name),
    }
}

fn item_only(of: &Value, key: &Value) -> Result<Option<Value>, Error> {
    if let Some(dict) = of.downcast_object_ref::<Dict>() {
        defined(key)?;
        // Python's TypeError, which Jinja takes for an item that is not there.
        return Ok(if hashable(key).is_ok() { dict.lock().get(key).cloned() } else { None });
    }
    let index = || match key.kind() {
        ValueKind::Bool => Some(i64::from(key.is_true())),
        ValueKind::Number if key.is_integer() => key.as_i64(),
        _ => None,
    };
    if let Some(text) = of.as_str().filter(|_| of.kind() == ValueKind::String) {
        let Some(index) = index() else { return Ok(None) };
        let found = match usize::try_from(index) {
            Ok(index) => text.chars().nth(index),
            Err(_) => usize::try_from(-(index + 1)).ok().and_then(|back| text.chars().rev().nth(back)),
        };
        return Ok(found.map(|c| Value::from(c.to_string())));
    }
    if of.kind() == ValueKind::Seq && (of.downcast_object_ref::<Group>().is_none() || key.as_str().is_none())
    {
        let Some(index) = index() else { return Ok(None) };
        let length = i64::try_from(of.len().unwrap_or(0)).unwrap_or(i64::MAX);
        let at = if index < 0 { index + length } else { index };
        let Ok(at) = usize::try_from(at) else { return Ok(None) };
        return Ok(of.as_object().and_then(|object| object.get_value(&Value::from(at))));
    }
    if let (Some(bytes), Some(index)) = (of.as_bytes(), index()) {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let at = usize::try_from(if index < 0 { index + length } else { index });
        return Ok(at.ok().and_then(|at| bytes.get(at)).map(|byte| Value::from(*byte)));
    }
    if of.downcast_object_ref::<View>().is_some() {
        return Ok(None);
    }
    Ok(of.as_object().and_then(|object| object.get_value(key)))
}

/// `value[start:stop:step]`; none when the value has no items in order.
pub(super) fn slice(of: &Value, bounds: &[Option<Value>; 3]) -> Result<Option<Value>, Error> {
    defined(of)?;
    let mut numbers = [None; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        let Some(bound) = bound.as_ref().filter(|bound| !bound.is_none()) else { continue };
        defined(bound)?;
        match bound.as_i64().filter(|_| bound.is_integer() || bound.kind() == ValueKind::Bool) {
            Some(index) => *number = Some(index),
            // Python's TypeError, which Jinja takes for an item that is not there.
            None => return Ok(None),
        }
    }
    let text = of.as_str().filter(|_| of.kind() == ValueKind::String);
    let items: Vec<Value> = match text {
        Some(text) => text.chars().map(|c| Value::from(c.to_string())).collect(),
        None if of.kind() == ValueKind::Seq => items_of(of)?,
        None if of.kind() == ValueKind::Map => return Err(exception("unhashable type: 'slice'")),
        None => return Err(exception(format!("'{}' object is not subscriptable", type_name(of)))),
    };
    let [start, stop, step] = numbers;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(exception("slice step cannot be zero"));
    }
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |index: i64| {
        let index = if index < 0 { index.saturating_add(length) } else { index };
        index.clamp(low, high)
    };
    let (first, last) = if step > 0 { (0, length) } else { (length - 1, -1) };
    let mut at = start.map_or(first, clamp);
    let end = stop.map_or(last, clamp);
    let mut chosen = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        if let Some(item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
            chosen.push(item.clone());
        }
        at = at.saturating_add(step);
    }
    Ok(Some(match text {
        Some(_) => chosen.iter().filter_map(Value::as_str).collect::<String>().into(),
        None if of.is_tuple() => tuple(chosen),
        None => list(chosen),
    }))
}

impl Drop for Method {
    fn drop(&mut self) {
        bury([std::mem::take(&mut self.of)]);
    }
}

impl Object for Method {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        methods::call(state, &self.of, &self.name, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<built-in method {} of {} object>", self.name, type_name(&self.of))
    }
}
