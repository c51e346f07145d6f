//! `salt`: execution functions, called by name.

use std::fmt;
use std::sync::Arc;

use common::value::{Map, Value as Plain};
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::convert::{from_template, to_template};
use super::methods;
use super::values::Dict;
use crate::context::Context;
use crate::functions::{self, FunctionError};

/// The functions that change the dict they are given; templates that call them with `do` count on it.
static IN_PLACE: &[&str] = &["defaults.merge", "defaults.update", "slsutil.update"];

/// `salt` itself: `salt['cmd.run'](…)`, `salt.cmd.run(…)`, `'cmd.run' in salt`.
pub(super) struct Functions {
    context: Arc<Context>,
}

/// `salt.cmd`.
pub(super) struct Module {
    context: Arc<Context>,
    name: String,
}

/// `salt['cmd.run']`.
struct Function {
    context: Arc<Context>,
    name: &'static str,
}

impl Functions {
    /// The functions as `context` sees them.
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context }
    }
}

impl Object for Functions {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        if key.contains('.') {
            let name = functions::find(key)?.name;
            return Some(Value::from_object(Function { context: self.context.clone(), name }));
        }
        let known = functions::all().any(|function| module_of(function.name) == key);
        known.then(|| Value::from_object(Module { context: self.context.clone(), name: key.into() }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(functions::all().map(|function| Value::from(function.name)).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "get" => self.get(args),
            "items" | "keys" | "values" => {
                let all = Value::from_dyn_object(DynObject::new(self.clone()));
                methods::call(state, &all, method, args)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

impl Functions {
    /// `salt.get('cmd.run', default)`
    fn get(self: &Arc<Self>, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new("get", args);
        let found = self.get_value(&arguments.required(0, "key")?);
        Ok(found.or_else(|| arguments.optional(1, "default")).unwrap_or_else(|| Value::from(())))
    }
}

impl Object for Module {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = functions::find(&format!("{}.{}", self.name, key.as_str()?))?.name;
        Some(Value::from_object(Function { context: self.context.clone(), name }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = functions::all().filter(|function| module_of(function.name) == self.name);
        Enumerator::Values(own.map(|function| Value::from(function.name)).collect())
    }

    // The method comes before Python's methods of a dict: `salt.pillar.get(…)`, `salt.grains.items()`.
    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        call(&self.context, &format!("{}.{method}", self.name), args)
    }
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        call(&self.context, self.name, args)
    }
}

fn module_of(name: &str) -> &str {
    name.split_once('.').map_or(name, |(module, _)| module)
}

/// Calls an execution function with a template's arguments.
pub(super) fn call(context: &Arc<Context>, name: &str, args: &[Value]) -> Result<Value, Error> {
    let given = Arguments::new(name, args);
    let positional = given.positional().iter().map(from_template).collect::<Result<Vec<_>, _>>()?;
    let mut keyword = given
        .keyword()
        .iter()
        .map(|(name, value)| Ok((Plain::from(*name), from_template(value)?)))
        .collect::<Result<Map, Error>>()?;
    // In a template no shell stands between, unless it is asked for, or the configuration has `cmd_safe: False`.
    let shell = Plain::from("python_shell");
    let takes_shell =
        functions::find(name).is_some_and(|function| function.parameters.contains(&"python_shell"));
    if takes_shell && !name.ends_with(".shell") && !keyword.contains_key(&shell) {
        let unsafe_commands = context.opts.get(&Plain::from("cmd_safe")) == Some(&Plain::Bool(false));
        keyword.insert(shell, Plain::Bool(unsafe_commands));
    }
    let result =
        functions::call(context, name, &functions::Arguments { positional, keyword }).map_err(failed)?;
    let changes = IN_PLACE.contains(&name)
        && given.positional().get(3).is_none_or(Value::is_true)
        && given.keyword().iter().all(|(name, value)| *name != "in_place" || value.is_true());
    match (changes, given.positional().first(), &result) {
        (true, Some(target), Plain::Map(map))
            if let Some(target_dict) = target.downcast_object_ref::<Dict>() =>
        {
            let pairs = map.iter().map(|(key, value)| (to_template(key), to_template(value))).collect();
            *target_dict.lock() = pairs;
            Ok(target.clone())
        }
        _ => Ok(to_template(&result)),
    }
}

fn failed(error: FunctionError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}

macro_rules! debug_by_name {
    ($($type:ty => |$value:ident| $name:expr),*) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self;
                write!(f, "<{}>", $name)
            }
        })*
    };
}
debug_by_name!(
    Functions => |_all| "execution functions",
    Module => |module| format!("execution module {}", module.name),
    Function => |function| format!("execution function {}", function.name)
);

/// The context of the rendering.
pub(super) fn context_of(state: &State<'_, '_>) -> Option<Arc<Context>> {
    state.get_extension::<Arc<Context>>().cloned()
}
