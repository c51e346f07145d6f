//! A checked graph to values that know their places.

use std::sync::Arc;

use common::value::Value;

use super::check::{Content, check};
use super::compose::{Graph, Id, RawKind};
use super::fault::{Fault, Mark};
use super::{DEPTH_LIMIT, NODE_LIMIT};
use crate::diagnostic::Place;
use crate::language::node::{Kind, Node};

/// Makes the value of a graph's first node. Each node is made once: an alias is the same `Arc` as its anchor's value.
pub(super) fn construct(graph: &Graph, place: &dyn Fn(Mark) -> Place) -> Result<Node, Box<Fault>> {
    if graph.nodes.is_empty() {
        return Ok(Node { kind: Kind::Scalar(Value::Null), place: place(Mark::default()) });
    }
    let content = check(graph)?;
    let made = vec![None; graph.nodes.len()];
    let mut constructor = Constructor { graph, content, place, made, open: Vec::new() };
    let root = constructor.make(0)?.node;
    drop(constructor);
    Ok(Arc::try_unwrap(root).unwrap_or_else(|shared| (*shared).clone()))
}

/// A value.
#[derive(Clone)]
struct Made {
    node: Arc<Node>,
    /// How many values it is with its aliases written out.
    size: u64,
    /// How deep it is with its aliases written out; 0 for a scalar.
    depth: usize,
}

struct Constructor<'a> {
    graph: &'a Graph,
    content: Vec<Content>,
    place: &'a dyn Fn(Mark) -> Place,
    made: Vec<Option<Made>>,
    /// The lists and maps that are being made, the outermost first.
    open: Vec<Id>,
}

impl Constructor<'_> {
    fn make(&mut self, id: Id) -> Result<Made, Box<Fault>> {
        if let Some(made) = &self.made[id] {
            return Ok(made.clone());
        }
        let mark = self.graph.nodes[id].mark;
        let mut extent = Extent { size: 1, depth: 0 };
        let content = std::mem::replace(&mut self.content[id], Content::Unused);
        let kind = match content {
            Content::Scalar(value) => Kind::Scalar(value),
            content => {
                if self.open.len() >= DEPTH_LIMIT {
                    return Err(too_deep(mark));
                }
                self.open.push(id);
                let kind = self.container(id, &content, &mut extent)?;
                self.open.pop();
                kind
            }
        };
        if extent.size > NODE_LIMIT {
            let message = format!("with its aliases written out this has more than {NODE_LIMIT} values");
            return Err(Fault::bound(message, mark));
        }
        if extent.depth > DEPTH_LIMIT {
            return Err(too_deep(mark));
        }
        let node = Arc::new(Node { kind, place: (self.place)(mark) });
        let made = Made { node, size: extent.size, depth: extent.depth };
        self.made[id] = Some(made.clone());
        Ok(made)
    }

    fn container(&mut self, id: Id, content: &Content, extent: &mut Extent) -> Result<Kind, Box<Fault>> {
        let graph = self.graph;
        Ok(match (content, &graph.nodes[id].kind) {
            (Content::Map(pairs), _) => {
                let mut map = Vec::with_capacity(pairs.len());
                for (key, value) in pairs.iter() {
                    map.push((self.child(*key, extent)?, self.child(*value, extent)?));
                }
                Kind::Map(map)
            }
            (Content::Set(pairs), _) => {
                let keys = pairs.iter().map(|(key, _)| self.child(*key, extent));
                Kind::List(keys.collect::<Result<_, _>>()?)
            }
            (Content::List, RawKind::List(items)) => {
                let items = items.iter().map(|item| self.child(*item, extent));
                Kind::List(items.collect::<Result<_, _>>()?)
            }
            (Content::Pairs, RawKind::List(items)) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    let raw = &graph.nodes[*item];
                    let RawKind::Map(pairs) = &raw.kind else { continue };
                    for (key, value) in pairs {
                        let mut inner = Extent { size: 1, depth: 0 };
                        let pair = vec![self.child(*key, &mut inner)?, self.child(*value, &mut inner)?];
                        extent.size = extent.size.saturating_add(inner.size);
                        extent.depth = extent.depth.max(inner.depth + 1);
                        list.push(Arc::new(Node { kind: Kind::List(pair), place: (self.place)(raw.mark) }));
                    }
                }
                Kind::List(list)
            }
            // Its content was taken: it is being made, so it stands inside itself.
            _ => {
                let mark = graph.nodes[id].mark;
                return Err(Fault::raised("maximum recursion depth exceeded", mark)
                    .says("an alias stands inside the value that it names"));
            }
        })
    }

    fn child(&mut self, id: Id, extent: &mut Extent) -> Result<Arc<Node>, Box<Fault>> {
        let made = self.make(id)?;
        extent.size = extent.size.saturating_add(made.size);
        extent.depth = extent.depth.max(made.depth + 1);
        Ok(made.node)
    }
}

/// What a list or map that is being made has come to.
struct Extent {
    size: u64,
    depth: usize,
}

fn too_deep(mark: Mark) -> Box<Fault> {
    Fault::bound(format!("with aliases written out this is nested more than {DEPTH_LIMIT} deep"), mark)
}
