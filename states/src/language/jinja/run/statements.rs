//! Statements.

use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::fault::{Fault, exception, template_error};
use super::macros::Macro;
use super::scope::Scope;
use super::undefined::{Undefined, usable};
use super::{Run, Unit};
use crate::language::jinja::budget;
use crate::language::jinja::syntax::tree::{Action, Expression, Extent, Statement, Target};
use crate::language::jinja::values::{Dict, Namespace, items_of};
use crate::language::jinja::{markup, print};

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Run<'_, '_, '_> {
    /// Runs the whole of a template in the frame that is set up for it, and then what it extends.
    pub(super) fn root(&mut self, unit: &Arc<Unit>) -> Result<(), Fault> {
        let mut unit = unit.clone();
        loop {
            budget::steps(1)?;
            let top = self.frame.instance.top.clone();
            self.body(&unit.parsed.body, &top)?;
            let Some((parent, line)) = self.frame.instance.blocks.take_parent() else { return Ok(()) };
            if self.frame.instance.blocks.depth() > super::CALL_LIMIT {
                let error = exception("maximum recursion depth exceeded: the templates extend each other");
                let fault: Fault = error.into();
                return Err(fault.at(&unit.path, line, &self.frame.within));
            }
            unit = parent;
            self.frame.unit = unit.clone();
            self.frame.muted = false;
        }
    }

    /// Runs the statements of a body.
    pub(super) fn body(&mut self, body: &[Statement], scope: &Arc<Scope>) -> Result<Flow, Fault> {
        self.deeper(|run| run.statements(body, scope))
    }

    fn statements(&mut self, body: &[Statement], scope: &Arc<Scope>) -> Result<Flow, Fault> {
        for statement in body {
            match self.statement(statement, scope) {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(fault) => {
                    return Err(fault.at(&self.frame.unit.path, statement.line, &self.frame.within));
                }
            }
        }
        Ok(Flow::Next)
    }

    /// Runs a body inside something, which is no longer the top of the template.
    pub(super) fn inside(&mut self, body: &[Statement], scope: &Arc<Scope>) -> Result<Flow, Fault> {
        let toplevel = std::mem::take(&mut self.frame.toplevel);
        let flow = self.body(body, scope);
        self.frame.toplevel = toplevel;
        flow
    }

    fn statement(&mut self, statement: &Statement, scope: &Arc<Scope>) -> Result<Flow, Fault> {
        budget::steps(1)?;
        match &statement.kind {
            Action::Data(text, offset) => {
                if !self.frame.muted {
                    self.out.write(text, &self.frame.unit.path, statement.line, Some(*offset))?;
                }
            }
            Action::Print(expression) => {
                if !self.frame.muted {
                    let value = self.evaluate(expression, scope)?;
                    let printed = self.print(&value, expression.line).map_err(Fault::from);
                    self.about(expression.extent, printed)?;
                }
            }
            Action::If(branches, otherwise) => {
                for (line, test, body) in branches {
                    let truth = match self.evaluate(test, scope) {
                        Ok(value) => self.about(test.extent, truth(&value).map_err(Fault::from)),
                        Err(fault) => Err(fault),
                    };
                    let within = &self.frame.within;
                    if truth.map_err(|fault| fault.at(&self.frame.unit.path, *line, within))? {
                        return self.body(body, scope);
                    }
                }
                return self.body(otherwise, scope);
            }
            Action::For(node) => return self.run_for(node, scope).map(|()| Flow::Next),
            Action::Set(target, expression) => {
                self.check_namespaces(target, scope)?;
                let value = self.evaluate(expression, scope)?;
                let assigned = self.assign(target, value, scope).map_err(Fault::from);
                self.about(expression.extent, assigned)?;
            }
            Action::SetBlock(target, filter, body) => {
                self.check_namespaces(target, scope)?;
                let inner = Scope::within(scope);
                let muted = std::mem::take(&mut self.frame.muted);
                let mut flow = Flow::Next;
                let text = self.capture(|run| {
                    flow = run.inside(body, &inner)?;
                    Ok(())
                });
                self.frame.muted = muted;
                if flow != Flow::Next {
                    return Ok(flow);
                }
                let mut value = self.made(text?);
                if let Some(filter) = filter {
                    value = self.block_filter(filter, value, &inner)?;
                }
                self.assign(target, value, scope)?;
            }
            Action::With(pairs, body) => {
                let inner = Scope::within(scope);
                for (target, expression) in pairs {
                    let value = self.evaluate(expression, scope)?;
                    self.assign_in(target, value, &inner)?;
                }
                return self.inside(body, &inner);
            }
            Action::Macro(node) => {
                let value = Value::from_object(Macro::new(node, &self.frame, scope));
                if let Some(name) = &node.name {
                    self.session.clear_at_the_end(scope);
                    scope.set(name, value);
                }
            }
            Action::CallBlock(call, caller) => {
                let caller = Value::from_object(Macro::new(caller, &self.frame, scope));
                let value = self.call_with_caller(call, caller, scope)?;
                if !self.frame.muted {
                    self.print(&value, statement.line)?;
                }
            }
            Action::FilterBlock(filter, body) => {
                let inner = Scope::within(scope);
                let mut flow = Flow::Next;
                let text = self.capture(|run| {
                    flow = run.inside(body, &inner)?;
                    Ok(())
                })?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
                let text = self.made(text);
                let value = self.block_filter(filter, text, &inner)?;
                if !self.frame.muted {
                    self.print(&value, statement.line)?;
                }
            }
            Action::Autoescape(on, body) => {
                let on = truth(&self.evaluate(on, scope)?)?;
                let before = std::mem::replace(&mut self.frame.autoescape, on);
                let flow = self.inside(body, &Scope::within(scope));
                self.frame.autoescape = before;
                return flow;
            }
            Action::Do(expression) => {
                self.evaluate(expression, scope)?;
            }
            Action::Profile(label, body) => {
                self.evaluate(label, scope)?;
                return self.body(body, scope);
            }
            Action::Load(target, filter, body) => {
                let body = Macro::new(body, &self.frame, scope);
                let text = self.call_macro(&body, &[], Vec::new())?;
                let value = self.filter_by_name(filter, &[text])?;
                self.assign(target, value, scope)?;
            }
            Action::Block(block) => {
                if !self.frame.muted {
                    self.place_block(block, scope)?;
                }
            }
            Action::Extends(template) => self.extend(template, statement.line, scope)?,
            Action::Include { template, ignore_missing, with_context } => {
                self.include(template, *ignore_missing, *with_context, scope)?;
            }
            Action::Import(import) => {
                let module = self.import(import, scope)?;
                scope.set_imported(&import.target, module);
            }
            Action::ImportData(import, filter) => {
                let module = self.import(import, scope)?;
                let text = self.module_text(&module);
                let value = self.filter_by_name(filter, &[text])?;
                scope.set(&import.target, value);
            }
            Action::From(import, names) => {
                let module = self.import(import, scope)?;
                for (name, alias, extent) in names {
                    let value = self.taken(&module, name, statement.line, *extent);
                    scope.set_imported(alias, value);
                }
            }
            Action::Break => return Ok(Flow::Break),
            Action::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// Writes a value as `{{ … }}` prints it.
    pub(super) fn print(&mut self, value: &Value, line: u32) -> Result<(), Error> {
        usable(value)?;
        if Undefined::of(value).is_some() {
            return Ok(());
        }
        if let Some(dict) = value.downcast_object_ref::<Dict>() {
            // Salt prints the values of a dict one by one.
            dict.lock().values().try_for_each(usable)?;
        }
        let file = &self.frame.unit.path;
        let escape = self.frame.autoescape && !value.is_safe();
        match value.as_str() {
            Some(text) if !escape && value.kind() == ValueKind::String => {
                self.out.write(text, file, line, None)
            }
            _ => {
                let text = print::printed(value);
                budget::check()?;
                let text = if escape { markup::escape(&text) } else { text };
                self.out.write(&text, file, line, None)
            }
        }
    }

    /// The value of a name that is assigned to.
    fn named(&self, name: &str, scope: &Arc<Scope>) -> Value {
        self.lookup(name, scope, Extent::default())
    }

    fn check_namespaces(&self, target: &Target, scope: &Arc<Scope>) -> Result<(), Error> {
        match target {
            Target::Name(_) => Ok(()),
            Target::Tuple(targets) => {
                targets.iter().try_for_each(|target| self.check_namespaces(target, scope))
            }
            Target::Attribute(name, _) => match self.named(name, scope).downcast_object_ref::<Namespace>() {
                Some(_) => Ok(()),
                None => Err(template_error("cannot assign attribute on non-namespace object")),
            },
        }
    }

    /// Gives what stands before the `=` its value.
    pub(super) fn assign(&mut self, target: &Target, value: Value, scope: &Arc<Scope>) -> Result<(), Error> {
        self.assign_in(target, value, scope)
    }

    pub(super) fn assign_in(&self, target: &Target, value: Value, scope: &Arc<Scope>) -> Result<(), Error> {
        match target {
            Target::Name(name) => scope.set(name, value),
            Target::Attribute(name, attribute) => {
                if let Some(namespace) = self.named(name, scope).downcast_object_ref::<Namespace>() {
                    namespace.set(attribute, value)?;
                }
            }
            Target::Tuple(targets) => {
                let items = unpack(&value, targets.len())?;
                for (target, item) in targets.iter().zip(items) {
                    self.assign_in(target, item, scope)?;
                }
            }
        }
        Ok(())
    }

    fn block_filter(&mut self, filter: &Expression, text: Value, scope: &Arc<Scope>) -> Result<Value, Fault> {
        self.filter_chain(filter, Some(text), scope)
    }
}

/// Whether a value counts as true.
pub(super) fn truth(value: &Value) -> Result<bool, Error> {
    usable(value)?;
    Ok(value.is_true())
}

/// The items of a value that is unpacked into as many names.
fn unpack(value: &Value, wanted: usize) -> Result<Vec<Value>, Error> {
    if !matches!(print::type_name(value), "str" | "list" | "tuple" | "dict" | "_GroupTuple")
        && !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
    {
        super::undefined::defined(value)?;
        let kind = print::type_name(value);
        return Err(exception(format!("cannot unpack non-iterable {kind} object")));
    }
    let items = items_of(value)?;
    match items.len() {
        given if given == wanted => Ok(items),
        given if given < wanted => {
            Err(exception(format!("not enough values to unpack (expected {wanted}, got {given})")))
        }
        _ => Err(exception(format!("too many values to unpack (expected {wanted})"))),
    }
}
