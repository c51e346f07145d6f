//! Python's lists and dicts: what a template holds can be changed in place, and every name for it sees the change.
//!
//! The engine's own lists and maps never change, so everything a template makes or is given is one of these.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Tuple, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use super::globals::Range;
use super::{methods, print};

/// The deepest that lists and dicts may be put into each other.
pub(super) const DEPTH_LIMIT: usize = 200;

/// A list that can be changed.
#[derive(Default)]
pub(super) struct List {
    items: Mutex<Vec<Value>>,
}

/// A dict that can be changed, in the order of insertion.
#[derive(Default)]
pub(super) struct Dict {
    pairs: Mutex<IndexMap<Value, Value>>,
}

/// What `dict.keys()`, `.values()` and `.items()` return, and `range()`: it prints as Python prints it.
pub(super) struct View {
    name: &'static str,
    items: Vec<Value>,
}

/// A list of these items.
pub(super) fn list(items: Vec<Value>) -> Value {
    Value::from_object(List { items: Mutex::new(items) })
}

/// A dict of these pairs.
pub(super) fn dict(pairs: impl IntoIterator<Item = (Value, Value)>) -> Value {
    Value::from_object(Dict { pairs: Mutex::new(pairs.into_iter().collect()) })
}

/// A tuple of these items.
pub(super) fn tuple(items: Vec<Value>) -> Value {
    Value::from(Tuple::from(items))
}

/// A view called `name`, such as `dict_keys`, or `set`: Python's set.
pub(super) fn view(name: &'static str, items: Vec<Value>) -> Value {
    Value::from_object(View { name, items })
}

/// The items of whatever can be iterated over.
pub(super) fn items_of(value: &Value) -> Result<Vec<Value>, Error> {
    if value.is_undefined() {
        // The engine's own error names the expression.
        value.get_attr("")?;
    }
    if matches!(value.kind(), ValueKind::None | ValueKind::Number | ValueKind::Bool) {
        let message = format!("'{}' object is not iterable", print::type_name(value));
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    }
    value.try_iter()?.checked().collect()
}

/// The pairs of a dict.
pub(super) fn pairs_of(value: &Value) -> Option<Vec<(Value, Value)>> {
    if value.kind() != ValueKind::Map {
        return None;
    }
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        return Some(dict.lock().iter().map(|(key, value)| (key.clone(), value.clone())).collect());
    }
    value.as_object()?.try_iter_pairs().map(Iterator::collect)
}

/// A value of the engine's own, as something that can be changed: a copy, so that a lazy concatenation or slice does not
/// follow later changes of what it was made from.
pub(super) fn own(value: &Value) -> Result<Value, Error> {
    Ok(match value.kind() {
        ValueKind::Seq if value.downcast_object_ref::<List>().is_some() || value.is_tuple() => value.clone(),
        ValueKind::Iterable if value.downcast_object_ref::<View>().is_some() => value.clone(),
        ValueKind::Seq if value.downcast_object_ref::<Range>().is_some() => value.clone(),
        ValueKind::Seq | ValueKind::Iterable if value.len().is_some() => list(items_of(value)?),
        _ => value.clone(),
    })
}

impl View {
    /// Python's name for its type.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

impl List {
    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dict {
    pub(super) fn lock(&self) -> MutexGuard<'_, IndexMap<Value, Value>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses to put `value` into the list or dict at `holder` when that would make it contain itself.
pub(super) fn check_nesting(holder: *const (), value: &Value) -> Result<(), Error> {
    fn walk(holder: *const (), value: &Value, depth: usize) -> Result<(), &'static str> {
        if depth > DEPTH_LIMIT {
            return Err("lists and dicts are nested too deep");
        }
        let children = if let Some(inner) = value.downcast_object::<List>() {
            if Arc::as_ptr(&inner).cast() == holder {
                return Err("a list cannot be put into itself");
            }
            inner.lock().iter().filter(|item| item.as_object().is_some()).cloned().collect()
        } else if let Some(inner) = value.downcast_object::<Dict>() {
            if Arc::as_ptr(&inner).cast() == holder {
                return Err("a dict cannot be put into itself");
            }
            inner.lock().values().filter(|item| item.as_object().is_some()).cloned().collect()
        } else if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
            tuple.to_vec()
        } else {
            Vec::new()
        };
        children.iter().try_for_each(|child| walk(holder, child, depth + 1))
    }
    walk(holder, value, 0).map_err(|reason| Error::new(ErrorKind::InvalidOperation, reason))
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().clone())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        methods::list(self, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write_repr(&Value::from_dyn_object(DynObject::new(self.clone())), f)
    }
}

impl Object for Dict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let pairs: Vec<_> = self.lock().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Enumerator::RevKeyValueIter(Box::new(pairs.into_iter()))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        methods::dict(self, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write_repr(&Value::from_dyn_object(DynObject::new(self.clone())), f)
    }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items.clone())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.items.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name, self.items.is_empty()) {
            ("set", true) => return f.write_str("set()"),
            ("set", false) => return print::write_items(&self.items, ['{', '}'], f),
            (name, _) => write!(f, "{name}(")?,
        }
        print::write_items(&self.items, ['[', ']'], f)?;
        f.write_str(")")
    }
}

macro_rules! debug_by_name {
    ($($type:ty => $name:literal),*) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($name)
            }
        })*
    };
}
debug_by_name!(List => "list", Dict => "dict", View => "view");
