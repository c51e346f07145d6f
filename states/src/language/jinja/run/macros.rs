//! Macros, and what `call` blocks hand over.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, State, Value};

use super::fault::{Fault, exception};
use super::scope::Scope;
use super::searches::Sought;
use super::{Frame, Run, Within};
use crate::language::jinja::budget;
use crate::language::jinja::syntax::tree;
use crate::language::jinja::values::{dict, nested_tuple, tuple};

/// A macro and the names around it.
pub(in super::super) struct Macro {
    node: Arc<tree::Macro>,
    frame: Frame,
    scope: Arc<Scope>,
}

impl Macro {
    pub(super) fn new(node: &Arc<tree::Macro>, frame: &Frame, scope: &Arc<Scope>) -> Self {
        let within = Within::Macro(node.name.clone().unwrap_or_else(|| "caller".into()));
        let frame = Frame { within, toplevel: false, muted: false, ..frame.clone() };
        Self { node: node.clone(), frame, scope: scope.clone() }
    }

    fn name(&self) -> Value {
        match &self.node.name {
            Some(name) => Value::from(&**name),
            None => Value::from("caller"),
        }
    }
}

impl Run<'_, '_, '_> {
    /// Calls a macro: what it prints is its value.
    pub(super) fn call_macro(
        &mut self,
        called: &Macro,
        positional: &[Value],
        mut keyword: Vec<(Arc<str>, Value)>,
    ) -> Result<Value, Fault> {
        budget::steps(1)?;
        let node = &called.node;
        let scope = Scope::within(&called.scope);
        let shown = node.name.as_deref().unwrap_or("caller");
        let mut take = |name: &str| {
            let at = keyword.iter().position(|(known, _)| **known == *name)?;
            Some(keyword.remove(at).1)
        };
        let mut missing = Vec::new();
        for (at, name) in node.parameters.iter().enumerate() {
            match positional.get(at).cloned().or_else(|| take(name)) {
                Some(value) => scope.set(name, value),
                None => missing.push(at),
            }
        }
        let explicit = node.parameters.iter().any(|name| &**name == "caller");
        if node.caller && !explicit {
            let caller = take("caller");
            let caller = caller.unwrap_or_else(|| self.session.undefined("No caller defined".into(), None));
            scope.set(&"caller".into(), caller);
        }
        if node.kwargs {
            let rest = keyword.drain(..).map(|(name, value)| (Value::from(&*name), value));
            scope.set(&"kwargs".into(), dict(rest));
        } else if let Some((name, _)) = keyword.first() {
            let twice = keyword.iter().any(|(name, _)| &**name == "caller");
            return Err(exception(if twice {
                format!(
                    "macro '{shown}' was invoked with two values for the special caller argument. This is most \
                     likely a bug."
                )
            } else {
                format!("macro '{shown}' takes no keyword argument '{name}'")
            })
            .into());
        }
        let further = positional.get(node.parameters.len()..).unwrap_or_default();
        if node.varargs {
            scope.set(&"varargs".into(), nested_tuple(further.to_vec())?);
        } else if !further.is_empty() {
            let count = node.parameters.len();
            return Err(exception(format!("macro '{shown}' takes not more than {count} argument(s)")).into());
        }
        let mut frame = called.frame.clone();
        frame.autoescape = self.frame.autoescape;
        let text = self.enter(frame, |run| {
            let file = run.frame.unit.path.clone();
            for at in missing {
                let name = &node.parameters[at];
                let default = at.checked_sub(node.parameters.len() - node.defaults.len());
                let value = match default.and_then(|at| node.defaults.get(at)) {
                    Some(default) => run
                        .evaluate(default, &scope)
                        .map_err(|fault| fault.at(&file, default.line, &run.frame.within))?,
                    None => run.not_found(
                        format!("parameter '{name}' was not provided"),
                        Some(name.to_string()),
                        node.extent,
                        Sought::Argument,
                    ),
                };
                scope.set(name, value);
            }
            run.capture(|run| run.body(&node.body, &scope).map(drop))
        })?;
        Ok(self.made(text))
    }
}

impl Object for Macro {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let node = &self.node;
        Some(match key {
            "name" => self.name(),
            "arguments" => tuple(node.parameters.iter().map(|name| Value::from(&**name)).collect()),
            "catch_kwargs" => node.kwargs.into(),
            "catch_varargs" => node.varargs.into(),
            "caller" => node.caller.into(),
            "explicit_caller" => node.parameters.iter().any(|name| &**name == "caller").into(),
            _ => return None,
        })
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Err(exception("a macro can only be called by a template"))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Debug for Macro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Macro '{}'>", self.node.name.as_deref().unwrap_or("caller"))
    }
}
