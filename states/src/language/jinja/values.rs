//! Python's lists and dicts: what a template holds can be changed in place, and every name for it sees the change.
//!
//! The value type's own lists and maps never change, so everything a template makes or is given is one of these.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Tuple, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};

use super::graves::bury;
use super::run::{Undefined, exception, hashable, usable};
use super::{budget, methods, print};

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

/// What filters such as `map` and `batch` return: it gives each item once, and says neither how many there are nor
/// whether there are any.
pub(super) struct Generator {
    name: &'static str,
    items: Mutex<VecDeque<Value>>,
}

/// `namespace()`: an object whose attributes a template may set, from inside of a loop too.
#[derive(Default)]
pub(super) struct Namespace {
    attributes: Mutex<IndexMap<String, Value>>,
}

/// One group of `groupby`: a pair whose parts have names.
pub(super) struct Group {
    pub(super) grouper: Value,
    pub(super) list: Value,
}

/// What an item of a list takes, and a pair of a dict with its place in the table.
const ITEM_SIZE: usize = size_of::<Value>();
const PAIR_SIZE: usize = 2 * ITEM_SIZE + 4 * size_of::<usize>();

/// How many tuples may be inside a tuple, however deep.
const TUPLES_LIMIT: usize = 10_000;

/// A list of these items.
pub(super) fn list(items: Vec<Value>) -> Value {
    budget::note(items.len() * ITEM_SIZE);
    Value::from_object(List { items: Mutex::new(items) })
}

/// A dict of these pairs.
pub(super) fn dict(pairs: impl IntoIterator<Item = (Value, Value)>) -> Value {
    let pairs: IndexMap<Value, Value> = pairs.into_iter().collect();
    budget::note(pairs.len() * PAIR_SIZE);
    Value::from_object(Dict { pairs: Mutex::new(pairs) })
}

/// A tuple of items that may be tuples. It never changes, so it can be seen here how deep it goes.
///
/// # Errors
/// They are nested too deep, or there are too many.
pub(super) fn nested_tuple(items: Vec<Value>) -> Result<Value, Error> {
    fn fits(items: &[Value], depth: usize, left: &mut usize) -> bool {
        items.iter().filter_map(|item| item.downcast_object_ref::<Tuple>()).all(|tuple| {
            let inside = left.checked_sub(1).filter(|_| depth < DEPTH_LIMIT);
            inside.is_some_and(|rest| {
                *left = rest;
                fits(tuple, depth + 1, left)
            })
        })
    }
    match fits(&items, 1, &mut TUPLES_LIMIT.clone()) {
        true => Ok(tuple(items)),
        false => {
            Err(exception(format!("tuples are nested more than {DEPTH_LIMIT} deep, or there are too many")))
        }
    }
}

/// A tuple of these items.
pub(super) fn tuple(items: Vec<Value>) -> Value {
    budget::note(items.len() * ITEM_SIZE);
    Value::from(Tuple::from(items))
}

/// A view called `name`, such as `dict_keys`, or `set`: Python's set.
pub(super) fn view(name: &'static str, items: Vec<Value>) -> Value {
    budget::note(items.len() * ITEM_SIZE);
    Value::from_object(View { name, items })
}

/// A generator of these items, which Python calls `name`.
pub(super) fn generator(name: &'static str, items: Vec<Value>) -> Value {
    budget::note(items.len() * ITEM_SIZE);
    Value::from_object(Generator { name, items: Mutex::new(items.into()) })
}

/// The items of whatever can be iterated over.
///
/// # Errors
/// It is undefined, or of a type that has no items.
pub(super) fn items_of(value: &Value) -> Result<Vec<Value>, Error> {
    usable(value)?;
    if let Some(list) = value.downcast_object_ref::<List>() {
        return Ok(list.lock().clone());
    }
    if let Some(bytes) = value.as_bytes().filter(|_| value.kind() == ValueKind::Bytes) {
        return Ok(bytes.iter().map(|byte| Value::from(*byte)).collect());
    }
    match value.kind() {
        ValueKind::String | ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => {
            value.try_iter()?.checked().collect()
        }
        _ if Undefined::of(value).is_some() => Ok(Vec::new()),
        _ => Err(exception(format!("'{}' object is not iterable", print::type_name(value)))),
    }
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

impl Generator {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The next item.
    pub(super) fn next(&self) -> Option<Value> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Namespace {
    /// A namespace with these attributes.
    pub(super) fn new(attributes: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { attributes: Mutex::new(attributes.into_iter().collect()) }
    }

    /// Sets an attribute.
    ///
    /// # Errors
    /// The namespace would hold itself.
    pub(super) fn set(&self, name: &str, value: Value) -> Result<(), Error> {
        check_nesting(std::ptr::from_ref(self).cast(), &value)?;
        self.lock().insert(name.into(), value);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<String, Value>> {
        self.attributes.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

/// Refuses a value that is too deep, or too much once all that is shared in it is written out.
pub(super) fn measure(value: &Value) -> Result<(), Error> {
    walk(std::ptr::null(), value, true)
}

/// Refuses to put `value` into the list, dict or namespace at `holder` when that would make it contain itself.
pub(super) fn check_nesting(holder: *const (), value: &Value) -> Result<(), Error> {
    walk(holder, value, false)
}

/// Goes through all that a value holds; `texts` says whether its texts count as made.
fn walk(holder: *const (), value: &Value, texts: bool) -> Result<(), Error> {
    let refuse = |reason: &str| Err(Error::new(ErrorKind::InvalidOperation, reason.to_owned()));
    let objects = |values: &mut dyn Iterator<Item = &Value>, depth: usize| -> Vec<(Value, usize)> {
        if !texts {
            return values
                .filter(|value| value.as_object().is_some())
                .map(|value| (value.clone(), depth))
                .collect();
        }
        let noted = values.inspect(|value| budget::note(value.as_str().map_or(0, str::len)));
        noted.filter(|value| value.as_object().is_some()).map(|value| (value.clone(), depth)).collect()
    };
    let mut waiting = objects(&mut std::iter::once(value), 0);
    while let Some((value, depth)) = waiting.pop() {
        if depth > DEPTH_LIMIT {
            return refuse("lists and dicts are nested too deep");
        }
        // What is shared is walked through again for each that shares it, which may be without end.
        budget::steps(1)?;
        if let Some(inner) = value.downcast_object::<List>() {
            if Arc::as_ptr(&inner).cast() == holder {
                return refuse("a list cannot be put into itself");
            }
            waiting.extend(objects(&mut inner.lock().iter(), depth + 1));
        } else if let Some(inner) = value.downcast_object::<Dict>() {
            if Arc::as_ptr(&inner).cast() == holder {
                return refuse("a dict cannot be put into itself");
            }
            waiting.extend(objects(&mut inner.lock().values(), depth + 1));
        } else if let Some(inner) = value.downcast_object::<Namespace>() {
            if Arc::as_ptr(&inner).cast() == holder {
                return refuse("a namespace cannot be put into itself");
            }
            waiting.extend(objects(&mut inner.lock().values(), depth + 1));
        } else if let Some(tuple) = value.downcast_object_ref::<Tuple>() {
            waiting.extend(objects(&mut tuple.iter(), depth + 1));
        }
    }
    Ok(())
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lock().get(key.as_usize()?).cloned()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast::<Self>()?;
        // Copies: either may be inside the other.
        let (left, right) = (self.lock().clone(), other.lock().clone());
        Some(budget::deeper(Ordering::Less, || {
            let unequal = left.iter().zip(&right).find(|(left, right)| left != right);
            match unequal {
                Some((left, right)) => left.cmp(right),
                None => left.len().cmp(&right.len()),
            }
        }))
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
        if hashable(key).is_ok() { self.lock().get(key).cloned() } else { None }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast::<Self>()?;
        let (left, right) = (self.lock().clone(), other.lock().clone());
        Some(budget::deeper(Ordering::Less, || {
            let same =
                left.len() == right.len() && left.iter().all(|(key, value)| right.get(key) == Some(value));
            // Dicts have no order.
            if same { Ordering::Equal } else { Ordering::Less }
        }))
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

impl Object for Generator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.lock().drain(..).collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.name)
    }
}

impl Object for Namespace {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.lock().get(key).cloned()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        // One is equal to itself alone.
        other.downcast_ref::<Self>().map(|_| Ordering::Less)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Namespace {")?;
        let attributes = self.lock().clone();
        for (at, (name, value)) in attributes.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "'{name}': ")?;
            print::write_repr(value, f)?;
        }
        f.write_str("}>")
    }
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_usize(), key.as_str()) {
            (Some(0), _) | (_, Some("grouper")) => Some(self.grouper.clone()),
            (Some(1), _) | (_, Some("list")) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write_items(&[self.grouper.clone(), self.list.clone()], ['(', ')'], f)
    }
}

macro_rules! buried {
    ($($type:ty => |$holder:ident| $values:expr),*) => {
        $(impl Drop for $type {
            fn drop(&mut self) {
                let $holder = self;
                bury($values);
            }
        })*
    };
}
buried!(
    List => |list| std::mem::take(&mut *list.lock()),
    Dict => |dict| std::mem::take(&mut *dict.lock()).into_iter().flat_map(|(key, value)| [key, value]),
    View => |view| std::mem::take(&mut view.items),
    Generator => |generator| std::mem::take(&mut *generator.lock()),
    Namespace => |namespace| std::mem::take(&mut *namespace.lock()).into_values(),
    Group => |group| [std::mem::take(&mut group.grouper), std::mem::take(&mut group.list)]
);

macro_rules! debug_by_name {
    ($($type:ty => $name:literal),*) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($name)
            }
        })*
    };
}
debug_by_name!(
    List => "list", Dict => "dict", View => "view", Generator => "generator", Namespace => "namespace",
    Group => "group"
);
