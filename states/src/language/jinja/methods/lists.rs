//! Methods of lists and tuples.

use std::cmp::Ordering;
use std::sync::Arc;

use minijinja::{Error, ErrorKind, Value};

use super::clamp_index;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::{exception, order};
use crate::language::jinja::values::{self, List, items_of};

/// Calls a method of a list.
pub(in crate::language::jinja) fn call(
    list: &Arc<List>,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::new(method, args);
    let nothing = Ok(Value::from(()));
    let holder = Arc::as_ptr(list).cast();
    match method {
        "append" => {
            let given = arguments.positional().len();
            if given != 1 {
                return Err(exception(format!("list.append() takes exactly one argument ({given} given)")));
            }
            let item = arguments.required(0, "object")?;
            values::check_nesting(holder, &item)?;
            list.lock().push(item);
            nothing
        }
        "extend" => {
            arguments.at_most(1)?;
            let items = items_of(&arguments.required(0, "iterable")?)?;
            items.iter().try_for_each(|item| values::check_nesting(holder, item))?;
            list.lock().extend(items);
            nothing
        }
        "insert" => {
            arguments.at_most(2)?;
            let (index, item) = (arguments.int(0, "index")?, arguments.required(1, "object")?);
            values::check_nesting(holder, &item)?;
            let mut items = list.lock();
            let index = clamp_index(index, items.len());
            items.insert(index, item);
            nothing
        }
        "pop" => {
            arguments.at_most(1)?;
            let index = arguments.optional_int(0, "index")?.unwrap_or(-1);
            let mut items = list.lock();
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let at = if index < 0 { index + length } else { index };
            if items.is_empty() {
                return Err(arguments.error("pop from empty list"));
            }
            match usize::try_from(at).ok().filter(|at| *at < items.len()) {
                Some(at) => Ok(items.remove(at)),
                None => Err(arguments.error("pop index out of range")),
            }
        }
        "remove" => {
            arguments.at_most(1)?;
            let item = arguments.required(0, "value")?;
            // A copy is compared: the item may be the list, or hold it.
            let items = list.lock().clone();
            match items.iter().position(|other| *other == item) {
                Some(at) => {
                    list.lock().remove(at);
                    nothing
                }
                None => Err(exception("list.remove(x): x not in list")),
            }
        }
        "clear" => {
            list.lock().clear();
            nothing
        }
        "reverse" => {
            list.lock().reverse();
            nothing
        }
        "sort" => {
            // The copy keeps a comparison that prints the list from waiting for itself.
            let mut items = list.lock().clone();
            sort(&mut items)?;
            if arguments.flag(1, "reverse", false) {
                items.reverse();
            }
            *list.lock() = items;
            nothing
        }
        "copy" => Ok(values::list(list.lock().clone())),
        _ => {
            let items = list.lock().clone();
            read(&items, &arguments)
        }
    }
}

/// Calls a method of a sequence that does not change.
pub(in crate::language::jinja) fn call_fixed(
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let arguments = Arguments::new(method, args);
    if matches!(method, "append" | "extend" | "insert" | "pop" | "remove" | "clear" | "reverse" | "sort") {
        let what = if value.is_tuple() { "a tuple" } else { "this sequence" };
        return Err(arguments
            .error(format!("{what} cannot be changed; make a list of it with `|list` and `set` first")));
    }
    let items = items_of(value)?;
    match method {
        "copy" => Ok(values::list(items)),
        _ => read(&items, &arguments),
    }
}

fn read(items: &[Value], arguments: &Arguments<'_>) -> Result<Value, Error> {
    match arguments.name() {
        "index" => {
            let item = arguments.required(0, "value")?;
            match items.iter().position(|other| *other == item) {
                Some(at) => Ok(Value::from(at)),
                None => Err(arguments.error(format!("{} is not in list", print::repr(&item)))),
            }
        }
        "count" => {
            let item = arguments.required(0, "value")?;
            Ok(Value::from(items.iter().filter(|other| **other == item).count()))
        }
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Sorts as Python does; values of types that have no order between them are an error.
pub(in crate::language::jinja) fn sort(items: &mut [Value]) -> Result<(), Error> {
    for pair in items.windows(2) {
        order("<", &pair[1], &pair[0])?;
    }
    let mut failed = None;
    items.sort_by(|left, right| match order("<", left, right) {
        Ok(ordering) => ordering.unwrap_or(Ordering::Equal),
        Err(error) => {
            failed.get_or_insert(error);
            Ordering::Equal
        }
    });
    failed.map_or(Ok(()), Err)
}
