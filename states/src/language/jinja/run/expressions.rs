//! Expressions.

use std::sync::Arc;

use minijinja::{Error, Value};

use super::Run;
use super::attributes::{attribute, item, slice};
use super::fault::{Fault, template_error};
use super::operators::{binary, compare, concat, hashable, sign};
use super::scope::Scope;
use super::searches::Sought;
use super::statements::truth;
use super::undefined::{Severity, defined, undefined};
use crate::language::jinja::budget;
use crate::language::jinja::syntax::tree::{Arguments, Expression, Extent, Kind};
use crate::language::jinja::values::{dict, items_of, list, nested_tuple, pairs_of};
use crate::language::jinja::{arguments, filters, print, tests};

/// The arguments of a call, by position and by name.
pub(super) type Given = (Vec<Value>, Vec<(Arc<str>, Value)>);

impl Run<'_, '_, '_> {
    /// The value of an expression.
    pub(super) fn evaluate(&mut self, expression: &Expression, scope: &Arc<Scope>) -> Result<Value, Fault> {
        let value = self.value_of(expression, scope);
        self.about(expression.extent, value)
    }

    fn value_of(&mut self, expression: &Expression, scope: &Arc<Scope>) -> Result<Value, Fault> {
        match &expression.kind {
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Name(name) => Ok(self.lookup(name, scope, expression.extent)),
            _ => self.deeper(|run| run.evaluate_parts(expression, scope)),
        }
    }

    fn evaluate_parts(&mut self, expression: &Expression, scope: &Arc<Scope>) -> Result<Value, Fault> {
        match &expression.kind {
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Name(name) => Ok(self.lookup(name, scope, expression.extent)),
            Kind::List(items) => Ok(list(self.all(items, scope)?)),
            Kind::Tuple(items) => Ok(nested_tuple(self.all(items, scope)?)?),
            Kind::Dict(pairs) => {
                let mut made = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.evaluate(key, scope)?;
                    defined(&key)?;
                    hashable(&key)?;
                    made.push((key, self.evaluate(value, scope)?));
                }
                Ok(dict(made))
            }
            Kind::Attribute(value, name) => {
                let of = self.evaluate(value, scope)?;
                let found = attribute(&of, name)?;
                Ok(found.unwrap_or_else(|| self.lacking(&of, &Value::from(&**name), expression)))
            }
            Kind::Item(value, key) => {
                let of = self.evaluate(value, scope)?;
                if let Kind::Slice(parts) = &key.kind {
                    let mut bounds = [None, None, None];
                    for (bound, part) in bounds.iter_mut().zip(&**parts) {
                        if let Some(part) = part {
                            *bound = Some(self.evaluate(part, scope)?);
                        }
                    }
                    return match slice(&of, &bounds)? {
                        Some(value) => Ok(value),
                        None => {
                            let bound =
                                |bound: &Option<Value>| bound.as_ref().map_or("None".into(), print::repr);
                            let shown = bounds.iter().map(bound).collect::<Vec<_>>().join(", ");
                            let message = format!("{} has no element slice({shown})", type_of(&of));
                            Ok(self.session.undefined(message, None))
                        }
                    };
                }
                let key = self.evaluate(key, scope)?;
                let found = item(&of, &key)?;
                Ok(found.unwrap_or_else(|| self.lacking(&of, &key, expression)))
            }
            Kind::Slice(_) => Ok(Value::from(())),
            Kind::Call(callee, arguments) => self.evaluate_call(callee, arguments, None, scope),
            Kind::Filter(..) => self.filter_chain(expression, None, scope),
            Kind::Test(value, name, arguments) => {
                // Whether a name is there may be asked without it being there.
                let value = self.evaluate(value, scope)?;
                let (positional, keyword) = self.given(arguments, scope)?;
                let mut given = vec![value];
                given.extend(positional);
                if !keyword.is_empty() {
                    given.push(keywords(keyword));
                }
                budget::steps(1)?;
                budget::go_over(&given)?;
                match tests::find(name) {
                    Some(test) => {
                        let given = arguments::Arguments::new(name, &given);
                        Ok(Value::from(test(self.state, &given)?))
                    }
                    None => Err(template_error(format!("No test named '{name}'.")).into()),
                }
            }
            Kind::Not(value) => {
                let value = self.evaluate(value, scope)?;
                Ok(Value::from(!truth(&value)?))
            }
            Kind::Sign(which, value) => {
                let value = self.evaluate(value, scope)?;
                Ok(sign(*which, &value)?)
            }
            Kind::Binary(operator, operands) => {
                let left = self.evaluate(&operands[0], scope)?;
                let right = self.evaluate(&operands[1], scope)?;
                budget::steps(1)?;
                Ok(kept(binary(operator, &left, &right)?)?)
            }
            Kind::And(operands) => {
                let left = self.evaluate(&operands[0], scope)?;
                if truth(&left)? { self.evaluate(&operands[1], scope) } else { Ok(left) }
            }
            Kind::Or(operands) => {
                let left = self.evaluate(&operands[0], scope)?;
                if truth(&left)? { Ok(left) } else { self.evaluate(&operands[1], scope) }
            }
            Kind::Concat(parts) => {
                let parts = self.all(parts, scope)?;
                budget::steps(1)?;
                Ok(kept(concat(&parts, self.frame.autoescape)?)?)
            }
            Kind::Compare(first, rest) => {
                let mut left = self.evaluate(first, scope)?;
                for (comparison, right) in rest {
                    let right = self.evaluate(right, scope)?;
                    budget::steps(1)?;
                    budget::go_over(std::slice::from_ref(&left))?;
                    budget::go_over(std::slice::from_ref(&right))?;
                    let holds = compare(*comparison, &left, &right)?;
                    budget::check()?;
                    if !holds {
                        return Ok(Value::from(false));
                    }
                    left = right;
                }
                Ok(Value::from(true))
            }
            Kind::Conditional(operands, otherwise) => {
                let test = self.evaluate(&operands[0], scope)?;
                match (truth(&test)?, otherwise) {
                    (true, _) => self.evaluate(&operands[1], scope),
                    (false, Some(otherwise)) => self.evaluate(otherwise, scope),
                    (false, None) => {
                        let message = format!(
                            "the inline if-expression on line {} evaluated to false and no else section was defined.",
                            expression.line
                        );
                        Ok(undefined(message, None, Severity::Lenient))
                    }
                }
            }
        }
    }

    fn all(&mut self, items: &[Expression], scope: &Arc<Scope>) -> Result<Vec<Value>, Fault> {
        items.iter().map(|item| self.evaluate(item, scope)).collect()
    }

    /// The value of a name.
    pub(super) fn lookup(&self, name: &str, scope: &Arc<Scope>, extent: Extent) -> Value {
        if let Some(value) = scope.get(name).or_else(|| self.session.global(name)) {
            return value;
        }
        if name == "self" {
            return self.own_blocks();
        }
        let sought = Sought::Name(scope.clone());
        self.not_found(format!("'{name}' is undefined"), Some(name.into()), extent, sought)
    }

    /// What stands for an attribute or an item that a value does not have.
    fn lacking(&self, of: &Value, key: &Value, expression: &Expression) -> Value {
        let sought = Sought::Key(of.clone(), key.clone());
        self.not_found(lack(of, key), spelled(expression), expression.extent, sought)
    }

    /// The arguments of a call.
    pub(super) fn given(&mut self, arguments: &Arguments, scope: &Arc<Scope>) -> Result<Given, Fault> {
        let mut positional = self.all(&arguments.positional, scope)?;
        let mut keyword = Vec::with_capacity(arguments.keyword.len());
        for (name, value) in &arguments.keyword {
            keyword.push((name.clone(), self.evaluate(value, scope)?));
        }
        if let Some(items) = &arguments.items {
            positional.extend(items_of(&self.evaluate(items, scope)?)?);
        }
        if let Some(pairs) = &arguments.pairs {
            let value = self.evaluate(pairs, scope)?;
            defined(&value)?;
            let Some(pairs) = pairs_of(&value) else {
                let kind = print::type_name(&value);
                let message = format!("argument after ** must be a mapping, not {kind}");
                return Err(super::fault::exception(message).into());
            };
            for (key, value) in pairs {
                let Some(key) = key.as_str() else {
                    return Err(super::fault::exception("keywords must be strings").into());
                };
                keyword.push((key.into(), value));
            }
        }
        Ok((positional, keyword))
    }

    /// A filter and what it is applied to; `text` is what the first of a block's filters works on.
    pub(super) fn filter_chain(
        &mut self,
        expression: &Expression,
        text: Option<Value>,
        scope: &Arc<Scope>,
    ) -> Result<Value, Fault> {
        let Kind::Filter(value, name, arguments) = &expression.kind else {
            return self.evaluate(expression, scope);
        };
        let extent = expression.extent;
        let value = match value {
            Some(value) if text.is_some() => self.filter_chain(value, text, scope)?,
            Some(value) => self.evaluate(value, scope)?,
            None => text.unwrap_or_default(),
        };
        let (positional, keyword) = self.given(arguments, scope)?;
        let mut given = vec![value];
        given.extend(positional);
        if &**name == "random" && given.len() == 1 {
            // The line makes a random choice the same on every run.
            given.push(Value::from(expression.line));
        }
        if !keyword.is_empty() {
            given.push(keywords(keyword));
        }
        let made = self.filter_by_name(name, &given);
        self.about(extent, made)
    }

    /// Applies a filter.
    pub(super) fn filter_by_name(&mut self, name: &str, given: &[Value]) -> Result<Value, Fault> {
        budget::steps(1)?;
        budget::go_over(given)?;
        Ok(kept(filters::apply(self.state, name, given)?)?)
    }
}

/// A value that was made just now: text is counted, and the bounds of the rendering are looked at.
pub(super) fn kept(value: Value) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        budget::note(text.len());
    }
    budget::check()?;
    Ok(value)
}

/// Arguments by name as one value, which stands after those by position.
pub(super) fn keywords(keyword: Vec<(Arc<str>, Value)>) -> Value {
    keyword
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect::<minijinja::value::Kwargs>()
        .into()
}

/// What Jinja says of an attribute or an item that a value does not have.
fn lack(of: &Value, key: &Value) -> String {
    let kind = type_of(of);
    match key.as_str() {
        Some(_) => format!("'{kind}' has no attribute {}", print::repr(key)),
        None => format!("{kind} has no element {}", print::repr(key)),
    }
}

/// What stands for an item that a value does not have, where a filter looked for it.
pub(in super::super) fn lacking(of: &Value, key: &Value) -> Value {
    undefined(lack(of, key), None, Severity::Strict)
}

/// How Jinja's errors call a value.
pub(super) fn type_of(value: &Value) -> String {
    if value.is_none() {
        return "None".into();
    }
    let name = print::type_name(value);
    match name {
        "Macro" | "LoopContext" => format!("jinja2.runtime.{name} object"),
        "TemplateModule" => "jinja2.environment.TemplateModule object".into(),
        "Namespace" | "Cycler" | "Joiner" => format!("jinja2.utils.{name} object"),
        "_GroupTuple" => "jinja2.filters._GroupTuple object".into(),
        "AliasedLoader" | "AliasedModule" => format!("salt.utils.templates.{name} object"),
        "Markup" => "markupsafe.Markup object".into(),
        name => format!("{name} object"),
    }
}

/// An expression as it may be written, if it is a name, an attribute or an item with a constant key.
fn spelled(expression: &Expression) -> Option<String> {
    match &expression.kind {
        Kind::Name(name) => Some(name.to_string()),
        Kind::Attribute(value, name) => Some(format!("{}.{name}", spelled(value)?)),
        Kind::Item(value, key) => match &key.kind {
            Kind::Constant(key) => Some(format!("{}[{}]", spelled(value)?, print::repr(key))),
            _ => None,
        },
        _ => None,
    }
}
