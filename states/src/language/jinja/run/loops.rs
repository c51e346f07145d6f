//! Loops, and what they know of themselves.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::fault::{Fault, exception};
use super::scope::Scope;
use super::statements::{Flow, truth};
use super::undefined::{Severity, undefined};
use super::{Frame, Run};
use crate::language::jinja::budget;
use crate::language::jinja::graves::bury;
use crate::language::jinja::syntax::tree::For;
use crate::language::jinja::values::{List, items_of, tuple};

/// `loop`: where a loop is. It moves on with the loop.
pub(super) struct Loop {
    items: Vec<Value>,
    at: AtomicUsize,
    depth: usize,
    lenient: bool,
    /// What `changed` was asked last.
    last: Mutex<Option<Value>>,
    /// What a recursive loop runs anew.
    again: Option<(Arc<For>, Frame, Arc<Scope>)>,
}

impl Run<'_, '_, '_> {
    /// `{% for … %}`
    pub(super) fn run_for(&mut self, node: &Arc<For>, scope: &Arc<Scope>) -> Result<(), Fault> {
        let items = self.evaluate(&node.items, scope)?;
        if node.recursive {
            let text = self.loop_text(node, &items, scope, 0)?;
            if !self.frame.muted {
                self.out.write(&text, &self.frame.unit.path, node.line, None)?;
            }
            return Ok(());
        }
        self.iterate(node, &items, scope, 0)
    }

    /// `loop(items)` in a recursive loop.
    pub(super) fn recurse(&mut self, outer: &Loop, positional: Vec<Value>) -> Result<Value, Fault> {
        let Some((node, frame, scope)) = &outer.again else {
            return Err(
                exception("The loop must have the 'recursive' marker to be called recursively.").into()
            );
        };
        let [items] = &positional[..] else {
            return Err(exception("a loop is called with one argument").into());
        };
        let text = self.enter(frame.clone(), |run| run.loop_text(node, items, scope, outer.depth + 1))?;
        Ok(self.made(text))
    }

    fn loop_text(
        &mut self,
        node: &Arc<For>,
        items: &Value,
        scope: &Arc<Scope>,
        depth: usize,
    ) -> Result<String, Fault> {
        self.capture(|run| run.iterate(node, items, scope, depth))
    }

    fn iterate(
        &mut self,
        node: &Arc<For>,
        value: &Value,
        scope: &Arc<Scope>,
        depth: usize,
    ) -> Result<(), Fault> {
        let items = items_of(value).map_err(Fault::from);
        let mut items = self.about(node.items.extent, items)?;
        if let Some(test) = &node.test {
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                budget::steps(1)?;
                let inner = Scope::within(scope);
                self.assign_in(&node.target, item.clone(), &inner)?;
                let chosen = self.evaluate(test, &inner)?;
                if truth(&chosen)? {
                    kept.push(item);
                }
            }
            items = kept;
        }
        if items.is_empty() {
            return self.inside(&node.otherwise, &Scope::within(scope)).map(drop);
        }
        if node.recursive {
            self.session.clear_at_the_end(scope);
        }
        let again = node.recursive.then(|| (node.clone(), self.frame.clone(), scope.clone()));
        let state = node.has_loop.then(|| {
            let (last, at) = (Mutex::default(), AtomicUsize::new(0));
            let lenient = self.session.undefined(String::new(), None);
            let lenient = super::undefined::Undefined::of(&lenient)
                .is_some_and(super::undefined::Undefined::is_lenient);
            Arc::new(Loop { items: items.clone(), at, depth, lenient, last, again })
        });
        let name: Arc<str> = "loop".into();
        let live = value.downcast_object::<List>().filter(|_| node.test.is_none());
        let mut completed = false;
        for at in 0.. {
            budget::steps(1)?;
            // What is put into a list while a loop is over it comes in its turn.
            let item = match &live {
                Some(list) => list.lock().get(at).cloned(),
                None => items.get(at).cloned(),
            };
            let Some(item) = item else { break };
            let inner = Scope::within(scope);
            if let Some(state) = &state {
                state.at.store(at, Ordering::Relaxed);
                inner.set(&name, Value::from_dyn_object(state.clone()));
            }
            let assigned = self.assign_in(&node.target, item, &inner).map_err(Fault::from);
            self.about(node.items.extent, assigned)?;
            match self.inside(&node.body, &inner)? {
                Flow::Break => break,
                Flow::Continue => {}
                Flow::Next => completed = true,
            }
        }
        if !completed {
            // As in Jinja, a loop that no turn of has come to its end counts as one without items.
            return self.inside(&node.otherwise, &Scope::within(scope)).map(drop);
        }
        Ok(())
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        bury(std::mem::take(&mut self.items));
    }
}

impl Loop {
    fn beside(&self, at: Option<usize>, which: &str) -> Value {
        match at.and_then(|at| self.items.get(at)) {
            Some(item) => item.clone(),
            None => {
                let kind = if self.lenient { Severity::Lenient } else { Severity::Strict };
                undefined(format!("there is no {which} item"), Some(format!("loop.{which}item")), kind)
            }
        }
    }
}

impl Object for Loop {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let (at, length) = (self.at.load(Ordering::Relaxed), self.items.len());
        Some(match key {
            "index" => (at + 1).into(),
            "index0" => at.into(),
            "revindex" => (length - at).into(),
            "revindex0" => (length - at - 1).into(),
            "first" => (at == 0).into(),
            "last" => (at + 1 == length).into(),
            "length" => length.into(),
            "depth" => (self.depth + 1).into(),
            "depth0" => self.depth.into(),
            "previtem" => self.beside(at.checked_sub(1), "previous"),
            "nextitem" => self.beside(Some(at + 1), "next"),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "cycle" => {
                if args.is_empty() {
                    return Err(exception("no items for cycling given"));
                }
                Ok(args[self.at.load(Ordering::Relaxed) % args.len()].clone())
            }
            "changed" => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                let now = tuple(args.to_vec());
                let changed = last.as_ref() != Some(&now);
                *last = Some(now);
                Ok(changed.into())
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Debug for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<LoopContext {}/{}>", self.at.load(Ordering::Relaxed) + 1, self.items.len())
    }
}
