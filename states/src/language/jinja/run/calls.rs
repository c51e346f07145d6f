//! Calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Error, ErrorKind, Value};

use super::Run;
use super::attributes::attribute;
use super::blocks::BlockReference;
use super::expressions::{kept, keywords, type_of};
use super::fault::{Fault, exception, template_error};
use super::loops::Loop;
use super::macros::Macro;
use super::scope::Scope;
use super::undefined::defined;
use crate::language::jinja::budget;
use crate::language::jinja::globals::{self, is_show_full_context};
use crate::language::jinja::methods;
use crate::language::jinja::print::type_name;
use crate::language::jinja::syntax::tree::{Arguments, Expression, Kind};
use crate::language::jinja::values::dict;

impl Run<'_, '_, '_> {
    /// `{% call callee(…) %}`
    pub(super) fn call_with_caller(
        &mut self,
        call: &Expression,
        caller: Value,
        scope: &Arc<Scope>,
    ) -> Result<Value, Fault> {
        match &call.kind {
            Kind::Call(callee, arguments) => self.evaluate_call(callee, arguments, Some(caller), scope),
            _ => Err(template_error("expected call").into()),
        }
    }

    /// `callee(…)`
    pub(super) fn evaluate_call(
        &mut self,
        callee: &Expression,
        arguments: &Arguments,
        caller: Option<Value>,
        scope: &Arc<Scope>,
    ) -> Result<Value, Fault> {
        budget::steps(1)?;
        // A method is called without making a value of it first.
        if let Kind::Attribute(of, name) = &callee.kind {
            let of = self.evaluate(of, scope)?;
            defined(&of)?;
            if methods::exists(&of, name) {
                let (positional, keyword) = self.given(arguments, scope)?;
                let given = flat(positional, keyword, caller);
                budget::go_over(std::slice::from_ref(&of))?;
                budget::go_over(&given)?;
                return Ok(kept(methods::call(self.state, &of, name, &given)?)?);
            }
            if let Some(callable) = attribute(&of, name)? {
                defined(&callable)?;
                let (positional, keyword) = self.given(arguments, scope)?;
                return self.call(&callable, positional, keyword, caller);
            }
            // Objects that answer to a name without having it as an attribute.
            if of.as_object().is_some() {
                let (positional, keyword) = self.given(arguments, scope)?;
                let given = flat(positional, keyword, caller);
                match of.call_method(self.state, name, &given) {
                    Err(error) if error.kind() == ErrorKind::UnknownMethod => {}
                    result => return Ok(kept(result?)?),
                }
            }
            let value = self.evaluate(callee, scope)?;
            defined(&value)?;
            return Err(not_callable(&value).into());
        }
        let callee = self.evaluate(callee, scope)?;
        defined(&callee)?;
        let (positional, keyword) = self.given(arguments, scope)?;
        self.call(&callee, positional, keyword, caller)
    }

    /// Every name that is seen at the top of the template, with its value.
    fn full_context(&self) -> Value {
        let top = &self.frame.instance.top;
        let names: BTreeSet<String> = globals::names()
            .map(Into::into)
            .chain(self.session.names())
            .chain(top.names().iter().map(ToString::to_string))
            .collect();
        let value = |name: &str| top.exported(name).or_else(|| self.session.global(name));
        dict(names.into_iter().filter_map(|name| Some((Value::from(&name), value(&name)?))))
    }

    /// Calls a value.
    pub(super) fn call(
        &mut self,
        callee: &Value,
        positional: Vec<Value>,
        mut keyword: Vec<(Arc<str>, Value)>,
        caller: Option<Value>,
    ) -> Result<Value, Fault> {
        if let Some(node) = callee.downcast_object_ref::<Macro>() {
            keyword.extend(caller.map(|caller| ("caller".into(), caller)));
            return self.call_macro(node, &positional, keyword);
        }
        if let Some(loop_object) = callee.downcast_object::<Loop>() {
            return self.recurse(&loop_object, positional);
        }
        if let Some(block) = callee.downcast_object_ref::<BlockReference>() {
            return self.call_block(block);
        }
        if is_show_full_context(callee) {
            return Ok(self.full_context());
        }
        if callee.as_object().is_none() || is_data(callee) {
            return Err(not_callable(callee).into());
        }
        let given = flat(positional, keyword, caller);
        Ok(kept(callee.call(self.state, &given)?)?)
    }
}

fn is_data(value: &Value) -> bool {
    matches!(
        type_name(value),
        "list" | "tuple" | "dict" | "dict_keys" | "dict_values" | "dict_items" | "range"
    )
}

fn not_callable(value: &Value) -> Error {
    let kind = type_of(value);
    let kind = kind.trim_end_matches(" object");
    let kind = if kind == "None" { "NoneType" } else { kind.rsplit('.').next().unwrap_or(kind) };
    exception(format!("'{kind}' object is not callable"))
}

fn flat(
    mut positional: Vec<Value>,
    mut keyword: Vec<(Arc<str>, Value)>,
    caller: Option<Value>,
) -> Vec<Value> {
    keyword.extend(caller.map(|caller| ("caller".into(), caller)));
    if !keyword.is_empty() {
        positional.push(keywords(keyword));
    }
    positional
}
