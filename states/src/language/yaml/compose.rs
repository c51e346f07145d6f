//! Events to a graph: aliases are edges to the node of their anchor, tags are resolved, nothing is a value yet.

use std::collections::HashMap;

use common::value::Value;
use libyaml_safer::EventData;

use super::events::{Events, parse};
use super::fault::{Fault, Mark};
use super::resolve::{Tag, resolve_plain};
use super::{DEPTH_LIMIT, NODE_LIMIT};

/// How many bytes of a node are printed in an error.
const REPR_LIMIT: usize = 1000;

/// A node's position in its graph.
pub(super) type Id = usize;

/// A document before its values are made.
pub(super) struct Graph {
    /// Every node; children come after their parents.
    pub(super) nodes: Vec<Raw>,
}

impl Graph {
    /// The text of a node that is written as a scalar.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[id].kind {
            RawKind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Writes integers with a leading zero, which are octal, in decimal.
    pub(super) fn read_octal(&mut self) {
        for node in &mut self.nodes {
            let (Tag::Int, RawKind::Scalar(text)) = (&node.tag, &mut node.kind) else { continue };
            let digits = text.replace('_', "");
            if digits.len() > 1
                && digits.starts_with('0')
                && let Ok(number) = i128::from_str_radix(&digits, 8)
            {
                *text = number.to_string();
            }
        }
    }

    /// PyYAML's print of what a node holds, as far as a sentence needs it.
    pub(super) fn repr(&self, id: Id) -> String {
        if let Some(text) = self.text(id) {
            return text.into();
        }
        let mut out = String::new();
        self.write_held(id, &mut out);
        out
    }

    fn write_held(&self, id: Id, out: &mut String) {
        match &self.nodes[id].kind {
            RawKind::Scalar(text) => out.push_str(&Value::from(text).repr()),
            RawKind::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push_str(", ");
                    }
                    self.write_node(*item, out);
                }
                out.push(']');
            }
            RawKind::Map(pairs) => {
                out.push('[');
                for (position, (key, value)) in pairs.iter().enumerate() {
                    out.push_str(if position > 0 { ", (" } else { "(" });
                    self.write_node(*key, out);
                    out.push_str(", ");
                    self.write_node(*value, out);
                    out.push(')');
                }
                out.push(']');
            }
        }
    }

    fn write_node(&self, id: Id, out: &mut String) {
        if out.len() > REPR_LIMIT {
            out.push('…');
            return;
        }
        let node = &self.nodes[id];
        let class = match node.kind {
            RawKind::Scalar(_) => "ScalarNode",
            RawKind::List(_) => "SequenceNode",
            RawKind::Map(_) => "MappingNode",
        };
        out.push_str(&format!("{class}(tag={}, value=", Value::from(node.tag.name()).repr()));
        self.write_held(id, out);
        out.push(')');
    }
}

/// A node before its value is made.
pub(super) struct Raw {
    pub(super) tag: Tag,
    pub(super) kind: RawKind,
    pub(super) mark: Mark,
}

/// What a node is in the text.
pub(super) enum RawKind {
    Scalar(String),
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
}

impl RawKind {
    /// PyYAML's name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "scalar",
            Self::List(_) => "sequence",
            Self::Map(_) => "mapping",
        }
    }
}

/// Reads the one document of a text; an empty graph when there is none.
pub(super) fn compose(text: &str) -> Result<Graph, Box<Fault>> {
    parse(text, |events| {
        let mut composer = Composer { nodes: Vec::new(), open: Vec::new(), anchors: HashMap::new() };
        composer.run(events)?;
        Ok(Graph { nodes: composer.nodes })
    })
}

/// The lone `!` is as good as no tag.
fn specific(tag: Option<String>) -> Option<String> {
    tag.filter(|tag| tag != "!")
}

/// A list or map whose end has not come.
struct Open {
    id: Id,
    /// The key that waits for its value.
    key: Option<Id>,
}

struct Composer {
    nodes: Vec<Raw>,
    open: Vec<Open>,
    anchors: HashMap<String, Anchor>,
}

/// Where an anchor is and which node it names.
struct Anchor {
    id: Id,
    mark: Mark,
}

impl Composer {
    fn run(&mut self, events: &mut Events<'_>) -> Result<(), Box<Fault>> {
        loop {
            let event = events.next()?;
            let mark = events.mark(event.start_mark);
            match event.data {
                EventData::StreamStart { .. } | EventData::DocumentEnd { .. } => {}
                EventData::StreamEnd => return Ok(()),
                EventData::DocumentStart { .. } => {
                    if let Some(first) = self.nodes.first() {
                        let (single, other) =
                            ("expected a single document in the stream", "but found another document");
                        return Err(Fault::within(single, first.mark, other, mark)
                            .uncaught()
                            .says("a second document begins here, and a file of the tree is one document")
                            .help("remove the line `---`"));
                    }
                }
                EventData::Alias { anchor } => {
                    let Some(target) = self.anchors.get(&anchor) else {
                        return Err(Fault::new("found undefined alias", mark)
                            .uncaught()
                            .says(format!("the alias `*{anchor}` names no anchor before it"))
                            .help(format!(
                                "write `&{anchor}` at the value that is meant, or put quotes around the text"
                            )));
                    };
                    let id = target.id;
                    self.attach(id);
                }
                EventData::Scalar { anchor, tag, value, plain_implicit, .. } => {
                    let tag = match specific(tag) {
                        Some(tag) => Tag::named(&tag),
                        None if plain_implicit => resolve_plain(&value),
                        None => Tag::String,
                    };
                    self.add(anchor, tag, RawKind::Scalar(value), mark)?;
                }
                EventData::SequenceStart { anchor, tag, .. } => {
                    let tag = specific(tag).map_or(Tag::List, |tag| Tag::named(&tag));
                    let id = self.add(anchor, tag, RawKind::List(Vec::new()), mark)?;
                    self.enter(id, mark)?;
                }
                EventData::MappingStart { anchor, tag, .. } => {
                    let tag = specific(tag).map_or(Tag::Map, |tag| Tag::named(&tag));
                    let id = self.add(anchor, tag, RawKind::Map(Vec::new()), mark)?;
                    self.enter(id, mark)?;
                }
                EventData::SequenceEnd | EventData::MappingEnd => {
                    self.open.pop();
                }
            }
        }
    }

    fn add(&mut self, anchor: Option<String>, tag: Tag, kind: RawKind, mark: Mark) -> Result<Id, Box<Fault>> {
        let id = self.nodes.len();
        if id as u64 >= NODE_LIMIT {
            return Err(Fault::bound(format!("the document has more than {NODE_LIMIT} values"), mark));
        }
        if let Some(anchor) = anchor {
            if let Some(first) = self.anchors.get(&anchor) {
                let (first, again) = (first.mark, "found duplicate anchor; first occurrence");
                return Err(Fault::within(again, first, "second occurrence", mark)
                    .uncaught()
                    .says(format!("the anchor `&{anchor}` stands twice"))
                    .relates("first here", first));
            }
            self.anchors.insert(anchor, Anchor { id, mark });
        }
        self.nodes.push(Raw { tag, kind, mark });
        self.attach(id);
        Ok(id)
    }

    fn enter(&mut self, id: Id, mark: Mark) -> Result<(), Box<Fault>> {
        if self.open.len() >= DEPTH_LIMIT {
            return Err(Fault::bound(
                format!("lists and maps are nested more than {DEPTH_LIMIT} deep"),
                mark,
            ));
        }
        self.open.push(Open { id, key: None });
        Ok(())
    }

    /// Puts a node into the list or map that is open.
    fn attach(&mut self, child: Id) {
        let Some(open) = self.open.last_mut() else { return };
        match &mut self.nodes[open.id].kind {
            RawKind::Scalar(_) => {}
            RawKind::List(items) => items.push(child),
            RawKind::Map(pairs) => match open.key.take() {
                Some(key) => pairs.push((key, child)),
                None => open.key = Some(child),
            },
        }
    }
}
