//! The functions that every template sees.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::errors::Sentence;
use super::graves::bury;
use super::methods::dict_entries;
use super::run::exception;
use super::values::{Namespace, dict, tuple};
use super::{budget, functions, print};

/// The name under which a template's root finds itself.
pub(super) const ROOT: &str = "__root";

/// The longest `range()`, in items.
const RANGE_LIMIT: usize = 100_000;

type Global = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

static GLOBALS: &[(&str, Global)] = &[
    ("cycler", |_, arguments| {
        if arguments.positional().is_empty() {
            return Err(arguments.error("at least one item has to be provided"));
        }
        Ok(Value::from_object(Cycler { items: arguments.positional().to_vec(), at: AtomicUsize::new(0) }))
    }),
    ("dict", new_dict),
    ("ifelse", ifelse),
    ("joiner", |_, arguments| {
        let separator = arguments.optional_text(0, "sep")?.unwrap_or_else(|| ", ".into());
        Ok(Value::from_object(Joiner { separator, used: AtomicBool::new(false) }))
    }),
    ("lipsum", super::lipsum::lipsum),
    ("namespace", |_, arguments| {
        let mut attributes = Vec::new();
        if let Some(from) = arguments.positional().first() {
            attributes.extend(dict_entries(from)?.into_iter().map(|(key, value)| (print::text(&key), value)));
        }
        attributes.extend(arguments.keyword().into_iter().map(|(name, value)| (name.to_owned(), value)));
        Ok(Value::from_object(Namespace::new(attributes)))
    }),
    ("odict", new_dict),
    ("raise", |_, arguments| {
        let message = print::text(&arguments.required(0, "msg")?);
        let sentence = Sentence(format!("Jinja error: {message}"));
        Err(Error::new(ErrorKind::InvalidOperation, message).with_source(sentence))
    }),
    ("range", range),
    ("show_full_context", |_, _| Ok(dict([]))),
];

/// The function of that name.
pub(super) fn find(name: &str) -> Option<Value> {
    static BY_NAME: OnceLock<HashMap<&str, Value>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let functions = GLOBALS.iter();
        functions.map(|(name, call)| (*name, Value::from_object(Function { name, call: *call }))).collect()
    });
    by_name.get(name).cloned()
}

/// Whether a value is the function that shows every name: only a run knows them.
pub(super) fn is_show_full_context(value: &Value) -> bool {
    value.downcast_object_ref::<Function>().is_some_and(|function| function.name == "show_full_context")
}

/// The names of all functions, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    GLOBALS.iter().map(|(name, _)| *name)
}

/// A function that every template sees.
struct Function {
    name: &'static str,
    call: Global,
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        (self.call)(state, &Arguments::new(self.name, args))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            "dict" | "range" => write!(f, "<class '{}'>", self.name),
            "odict" => f.write_str("<class 'collections.OrderedDict'>"),
            name => write!(f, "<function {name}>"),
        }
    }
}

fn new_dict(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(1)?;
    let mut pairs = match arguments.positional() {
        [from] => dict_entries(from)?,
        _ => Vec::new(),
    };
    pairs.extend(arguments.keyword().into_iter().map(|(name, value)| (Value::from(name), value)));
    Ok(dict(pairs))
}

fn range(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let (start, stop, step) = match arguments.positional().len() {
        0 | 1 => (0, arguments.int(0, "stop")?, 1),
        2 => (arguments.int(0, "start")?, arguments.int(1, "stop")?, 1),
        _ => (arguments.int(0, "start")?, arguments.int(1, "stop")?, arguments.int(2, "step")?),
    };
    let distance = match step {
        0 => return Err(exception("range() arg 3 must not be zero")),
        1.. => i128::from(stop) - i128::from(start),
        _ => i128::from(start) - i128::from(stop),
    };
    let step_size = i128::from(step.unsigned_abs());
    let length = usize::try_from((distance.max(0) + step_size - 1) / step_size).unwrap_or(usize::MAX);
    if length > RANGE_LIMIT {
        let message = "Range too big. The sandbox blocks ranges larger than MAX_RANGE";
        return Err(exception(format!("{message} ({RANGE_LIMIT}).")));
    }
    budget::steps(length as u64)?;
    Ok(Value::from_object(Range { start, stop, step, length }))
}

/// `ifelse(target, value, …, default)`: the value of the first target that this host matches.
fn ifelse(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let Some(context) = functions::context_of(state) else {
        return Err(arguments.error("there is no host to match"));
    };
    let cases = arguments.positional();
    for case in cases.chunks_exact(2) {
        let matched = match case[0].as_str() {
            Some(_) => functions::call(&context, "match.compound", &case[..1])?,
            None => case[0].clone(),
        };
        if matched.is_true() {
            return Ok(case[1].clone());
        }
    }
    match cases.len() % 2 {
        1 => Ok(cases[cases.len() - 1].clone()),
        _ => Ok(Value::from("")),
    }
}

/// `range(3)`.
pub(super) struct Range {
    start: i64,
    stop: i64,
    step: i64,
    length: usize,
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = key.as_usize().filter(|at| *at < self.length)?;
        Some(Value::from(self.start + i64::try_from(at).ok()? * self.step))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.length)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// `cycler('a', 'b')`.
struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl Drop for Cycler {
    fn drop(&mut self) {
        bury(std::mem::take(&mut self.items));
    }
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "current" => Some(self.items[self.at.load(Ordering::Relaxed) % self.items.len()].clone()),
            "items" => Some(tuple(self.items.clone())),
            "pos" => Some(Value::from(self.at.load(Ordering::Relaxed) % self.items.len())),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        _: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "next" => Ok(self.items[self.at.fetch_add(1, Ordering::Relaxed) % self.items.len()].clone()),
            "reset" => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// `joiner(', ')`: nothing at the first call, the separator at every later one.
struct Joiner {
    separator: String,
    used: AtomicBool,
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(if self.used.swap(true, Ordering::Relaxed) {
            Value::from(&self.separator)
        } else {
            Value::from("")
        })
    }
}

impl fmt::Debug for Cycler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<cycler>")
    }
}

impl fmt::Debug for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            1 => write!(f, "range({}, {})", self.start, self.stop),
            step => write!(f, "range({}, {}, {step})", self.start, self.stop),
        }
    }
}

impl fmt::Debug for Joiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<joiner>")
    }
}
