//! The functions that every template sees, and those that the rewriter calls.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::errors::Sentence;
use super::methods::{dict_entries, modulo};
use super::values::{dict, items_of, list, own, pairs_of, tuple};
use super::variadic::variadic;
use super::{functions, imports, print};

/// The name under which a template's root finds itself.
pub(super) const ROOT: &str = "__root";

/// The longest `range()`, in items.
const RANGE_LIMIT: usize = 1_000_000;

type Global = fn(&mut State, &Arguments<'_>) -> Result<Value, Error>;

static GLOBALS: &[(&str, Global)] = &[
    ("__dict", |_, arguments| {
        let literal = arguments.required(0, "dict")?;
        Ok(dict(pairs_of(&literal).unwrap_or_default()))
    }),
    ("__do", |_, _| Ok(Value::from(()))),
    ("__keep", imports::keep),
    ("__kept", imports::kept),
    ("__known", imports::known),
    ("__list", |_, arguments| Ok(list(items_of(&arguments.required(0, "list")?)?))),
    ("__mod", |_, arguments| modulo(&arguments.required(0, "left")?, &arguments.required(1, "right")?)),
    ("__own", |_, arguments| own(&arguments.required(0, "value")?)),
    ("__place", imports::place),
    ("__variadic", variadic),
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
    ("lipsum", |_, arguments| Err(arguments.error("is not available here"))),
    ("odict", new_dict),
    ("raise", |_, arguments| {
        let message = print::text(&arguments.required(0, "msg")?);
        let sentence = Sentence(format!("Jinja error: {message}"));
        Err(Error::new(ErrorKind::InvalidOperation, message).with_source(sentence))
    }),
    ("range", range),
    ("show_full_context", |state, _| {
        let Some(root) = state.lookup(ROOT) else { return Ok(dict([])) };
        Ok(dict(pairs_of(&root).unwrap_or_default()))
    }),
];

/// Adds the globals.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.remove_global("debug");
    for (name, global) in GLOBALS {
        environment.add_function(*name, move |state: &mut State, args: Rest<ValueOrKwargs>| {
            let args = args.into_values();
            global(state, &Arguments::new(name, &args))
        });
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

fn range(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let (start, stop, step) = match arguments.positional().len() {
        0 | 1 => (0, arguments.int(0, "stop")?, 1),
        2 => (arguments.int(0, "start")?, arguments.int(1, "stop")?, 1),
        _ => (arguments.int(0, "start")?, arguments.int(1, "stop")?, arguments.int(2, "step")?),
    };
    let distance = match step {
        0 => return Err(arguments.error("arg 3 must not be zero")),
        1.. => i128::from(stop) - i128::from(start),
        _ => i128::from(start) - i128::from(stop),
    };
    let step_size = i128::from(step.unsigned_abs());
    let length = usize::try_from((distance.max(0) + step_size - 1) / step_size).unwrap_or(usize::MAX);
    if length > RANGE_LIMIT {
        return Err(arguments.error(format!("Range too big. The maximum is {RANGE_LIMIT} items")));
    }
    state.consume_fuel(length as u64)?;
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

impl Object for Cycler {
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
