//! Blocks, and templates that extend others.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

use super::fault::{Fault, template_error};
use super::scope::Scope;
use super::{Frame, Instance, Run, Unit, Within};
use crate::language::jinja::syntax::tree::{Block, Expression};

/// The blocks of a template and of those it extends.
#[derive(Debug)]
pub(super) struct Blocks(Mutex<Table>);

/// A block and the template it stands in.
type Placed = (Arc<Unit>, Arc<Block>);

#[derive(Debug, Default)]
struct Table {
    /// For each name, the blocks from that of the template itself to that of the last one it extends.
    chains: HashMap<Arc<str>, Vec<Placed>>,
    /// The template that is extended, and the line that says so.
    parent: Option<(Arc<Unit>, u32)>,
    /// How many templates are part of it.
    depth: usize,
}

impl Blocks {
    /// Those of one template.
    pub(super) fn of(unit: &Arc<Unit>) -> Self {
        let blocks = Self(Mutex::default());
        blocks.lock().add(unit);
        blocks
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The template that is extended and not yet run.
    pub(super) fn take_parent(&self) -> Option<(Arc<Unit>, u32)> {
        self.lock().parent.take()
    }

    pub(super) fn depth(&self) -> usize {
        self.lock().depth
    }

    fn get(&self, name: &str, depth: usize) -> Option<Placed> {
        self.lock().chains.get(name)?.get(depth).cloned()
    }
}

impl Table {
    fn add(&mut self, unit: &Arc<Unit>) {
        self.depth += 1;
        for block in &unit.parsed.blocks {
            self.chains.entry(block.name.clone()).or_default().push((unit.clone(), block.clone()));
        }
    }
}

/// `self.name`, and the `super` of a block.
pub(super) struct BlockReference {
    instance: Arc<Instance>,
    name: Arc<str>,
    depth: usize,
    around: Arc<Scope>,
}

/// `self`.
struct OwnBlocks(Arc<Instance>);

impl Run<'_, '_, '_> {
    /// `{% extends … %}`
    pub(super) fn extend(
        &mut self,
        template: &Expression,
        line: u32,
        scope: &Arc<Scope>,
    ) -> Result<(), Fault> {
        let name = self.evaluate(template, scope)?;
        let unit = self.template_of(&name)?;
        let mut table = self.frame.instance.blocks.lock();
        if table.parent.is_some() {
            return Err(template_error("extended multiple times").into());
        }
        table.add(&unit);
        table.parent = Some((unit, line));
        drop(table);
        self.frame.muted = true;
        Ok(())
    }

    /// `{% block … %}` where it stands: the block of the template that extends the others most.
    pub(super) fn place_block(&mut self, block: &Arc<Block>, scope: &Arc<Scope>) -> Result<(), Fault> {
        let instance = self.frame.instance.clone();
        let around = if block.scoped { scope.clone() } else { instance.top.clone() };
        let Some((unit, found)) = instance.blocks.get(&block.name, 0) else { return Ok(()) };
        if block.required && instance.blocks.get(&block.name, 1).is_none() && Arc::ptr_eq(&found, block) {
            return Err(template_error(format!("Required block '{}' not found", block.name)).into());
        }
        self.run_block(&instance, &unit, &found, 0, &around)
    }

    fn run_block(
        &mut self,
        instance: &Arc<Instance>,
        unit: &Arc<Unit>,
        block: &Arc<Block>,
        depth: usize,
        around: &Arc<Scope>,
    ) -> Result<(), Fault> {
        let frame = Frame {
            unit: unit.clone(),
            instance: instance.clone(),
            within: Within::Block(block.name.clone()),
            toplevel: false,
            muted: false,
            autoescape: self.frame.autoescape,
        };
        let scope = Scope::within(around);
        let parent = match instance.blocks.get(&block.name, depth + 1) {
            Some(_) => Value::from_object(BlockReference {
                instance: instance.clone(),
                name: block.name.clone(),
                depth: depth + 1,
                around: around.clone(),
            }),
            None => self.session.undefined(
                format!("there is no parent block called '{}'.", block.name),
                Some("super".into()),
            ),
        };
        scope.set(&"super".into(), parent);
        self.enter(frame, |run| run.body(&block.body, &scope).map(drop))
    }

    /// `self.name()` and `super()`.
    pub(super) fn call_block(&mut self, reference: &BlockReference) -> Result<Value, Fault> {
        let BlockReference { instance, name, depth, around } = reference;
        let Some((unit, block)) = instance.blocks.get(name, *depth) else { return Ok(Value::from("")) };
        let text = self.capture(|run| run.run_block(instance, &unit, &block, *depth, around))?;
        Ok(self.made(text))
    }

    /// `self`.
    pub(super) fn own_blocks(&self) -> Value {
        Value::from_object(OwnBlocks(self.frame.instance.clone()))
    }
}

impl Object for OwnBlocks {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.blocks.get(key, 0)?;
        let (instance, around) = (self.0.clone(), self.0.top.clone());
        Some(Value::from_object(BlockReference { instance, name: key.into(), depth: 0, around }))
    }
}

impl Object for BlockReference {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    /// `super.super`
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let depth = self.depth + 1;
        self.instance.blocks.get(&self.name, depth).filter(|_| key == "super")?;
        let (instance, around) = (self.instance.clone(), self.around.clone());
        Some(Value::from_object(BlockReference { instance, name: self.name.clone(), depth, around }))
    }
}

impl fmt::Debug for BlockReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<BlockReference '{}'>", self.name)
    }
}

impl fmt::Debug for OwnBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<TemplateReference>")
    }
}
