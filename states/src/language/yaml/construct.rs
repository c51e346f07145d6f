//! A graph to values: merge keys, duplicate keys, and what each tag makes of its text.

use std::collections::HashMap;
use std::sync::Arc;

use common::value::Value;

use super::NODE_LIMIT;
use super::compose::{Graph, Id, RawKind};
use super::fault::{Fault, Mark};
use super::resolve::{IntError, Tag, read_binary, read_bool, read_float, read_int};
use crate::diagnostic::Place;
use crate::language::node::{Kind, Node};

const IN_MAP: &str = "while constructing a mapping";

/// Makes the value of a graph's first node. Each node is made once: an alias is the same `Arc` as its anchor's value.
pub(super) fn construct(graph: &Graph, place: &dyn Fn(Mark) -> Place) -> Result<Node, Box<Fault>> {
    if graph.nodes.is_empty() {
        return Ok(Node { kind: Kind::Scalar(Value::Null), place: place(Mark::default()) });
    }
    let mut constructor =
        Constructor { graph, place, made: vec![None; graph.nodes.len()], merged: HashMap::new() };
    let root = constructor.make(0)?;
    if root.1 > NODE_LIMIT {
        return Err(Fault::new(
            format!("with its aliases the document has more than {NODE_LIMIT} values"),
            graph.nodes[0].mark,
        ));
    }
    drop(constructor);
    Ok(Arc::try_unwrap(root.0).unwrap_or_else(|shared| (*shared).clone()))
}

/// A value, and how many values it is with its aliases written out.
type Made = (Arc<Node>, u64);

struct Constructor<'a> {
    graph: &'a Graph,
    place: &'a dyn Fn(Mark) -> Place,
    made: Vec<Option<Made>>,
    /// The pairs of maps that were flattened because another map merges them.
    merged: HashMap<Id, Arc<[(Id, Id)]>>,
}

impl Constructor<'_> {
    fn make(&mut self, id: Id) -> Result<Made, Box<Fault>> {
        if let Some(made) = &self.made[id] {
            return Ok(made.clone());
        }
        let raw = &self.graph.nodes[id];
        let mark = raw.mark;
        let (kind, size) = match (&raw.tag, &raw.kind) {
            (Tag::Map, RawKind::Map(_)) => self.map(id, mark)?,
            (Tag::List, RawKind::List(items)) => self.list(items)?,
            (Tag::Set, RawKind::Map(pairs)) => {
                let keys: Vec<Id> = pairs.iter().map(|(key, _)| *key).collect();
                self.list(&keys)?
            }
            (Tag::Pairs, RawKind::List(items)) => self.pairs(items)?,
            (Tag::Map | Tag::Set, kind) => return Err(expected("mapping", kind, mark)),
            (Tag::List | Tag::Pairs, kind) => return Err(expected("sequence", kind, mark)),
            (Tag::Other(tag), _) => return Err(no_constructor(tag, mark)),
            (Tag::Merge, _) => return Err(no_constructor("tag:yaml.org,2002:merge", mark)),
            (Tag::Value, _) => return Err(no_constructor("tag:yaml.org,2002:value", mark)),
            (tag, RawKind::Scalar(text)) => (Kind::Scalar(scalar(tag, text, mark)?), 1),
            (_, kind) => return Err(expected("scalar", kind, mark)),
        };
        let made = (Arc::new(Node { kind, place: (self.place)(mark) }), size);
        self.made[id] = Some(made.clone());
        Ok(made)
    }

    fn list(&mut self, items: &[Id]) -> Result<(Kind, u64), Box<Fault>> {
        let mut list = Vec::with_capacity(items.len());
        let mut size = 1u64;
        for item in items {
            let (node, nodes) = self.make(*item)?;
            list.push(node);
            size = size.saturating_add(nodes);
        }
        Ok((Kind::List(list), size))
    }

    /// `!!omap` and `!!pairs`: a list of pairs, each written as a map with one key.
    fn pairs(&mut self, items: &[Id]) -> Result<(Kind, u64), Box<Fault>> {
        let mut list = Vec::with_capacity(items.len());
        let mut size = 1u64;
        for item in items {
            let raw = &self.graph.nodes[*item];
            let RawKind::Map(pairs) = &raw.kind else { return Err(expected("mapping", &raw.kind, raw.mark)) };
            for (key, value) in pairs {
                let (kind, nodes) = self.list(&[*key, *value])?;
                list.push(Arc::new(Node { kind, place: (self.place)(raw.mark) }));
                size = size.saturating_add(nodes);
            }
        }
        Ok((Kind::List(list), size))
    }

    fn map(&mut self, id: Id, mark: Mark) -> Result<(Kind, u64), Box<Fault>> {
        let flat = self.flatten(id)?;
        let mut pairs: Vec<(Arc<Node>, Arc<Node>)> = Vec::with_capacity(flat.len());
        let mut first: HashMap<Value, Mark> = HashMap::with_capacity(flat.len());
        let mut size = 1u64;
        for (key_id, value_id) in flat.iter() {
            let key_mark = self.graph.nodes[*key_id].mark;
            if self.graph.nodes[*key_id].tag == Tag::Value {
                // `=` as a key is text.
                let node = Node { kind: Kind::Scalar(Value::from("=")), place: (self.place)(key_mark) };
                self.made[*key_id] = Some((Arc::new(node), 1));
            }
            let (key, _) = self.make(*key_id)?;
            let Some(name) = key.as_scalar() else {
                return Err(self.unacceptable(*key_id, mark, key_mark));
            };
            if let Some(before) = first.insert(name.clone(), key_mark) {
                return Err(Fault::within(IN_MAP, mark, format!("found conflicting ID '{name}'"), key_mark)
                    .says(format!(
                        "'{name}' stands twice in one map (lines {} and {})",
                        before.line + 1,
                        key_mark.line + 1
                    ))
                    .relates("first here", before)
                    .help("rename one of the two, or make them one"));
            }
            let (value, nodes) = self.make(*value_id)?;
            size = size.saturating_add(1).saturating_add(nodes);
            pairs.push((key, value));
        }
        Ok((Kind::Map(pairs), size))
    }

    /// The pairs of a map with what it merges in front: its own keys win, and a key that two merged maps share is left
    /// twice, which is an error, as in Salt.
    fn flatten(&mut self, id: Id) -> Result<Arc<[(Id, Id)]>, Box<Fault>> {
        if let Some(flat) = self.merged.get(&id) {
            return Ok(flat.clone());
        }
        let raw = &self.graph.nodes[id];
        let RawKind::Map(pairs) = &raw.kind else { return Ok(Arc::default()) };
        let mut own = Vec::with_capacity(pairs.len());
        let mut merge: Vec<(Id, Id)> = Vec::new();
        for (key, value) in pairs {
            if self.graph.nodes[*key].tag != Tag::Merge {
                own.push((*key, *value));
                continue;
            }
            let from = &self.graph.nodes[*value];
            match &from.kind {
                RawKind::Map(_) => merge.extend(self.flatten(*value)?.iter()),
                RawKind::List(items) => {
                    for item in items.iter().rev() {
                        let source = &self.graph.nodes[*item];
                        if !matches!(source.kind, RawKind::Map(_)) {
                            let message =
                                format!("expected a mapping for merging, but found {}", source.kind.name());
                            return Err(Fault::within(IN_MAP, raw.mark, message, source.mark));
                        }
                        merge.extend(self.flatten(*item)?.iter());
                    }
                }
                RawKind::Scalar(_) => {
                    let message = "expected a mapping or list of mappings for merging, but found scalar";
                    return Err(Fault::within(IN_MAP, raw.mark, message, from.mark));
                }
            }
            if merge.len() as u64 > NODE_LIMIT {
                return Err(Fault::new(format!("merges make more than {NODE_LIMIT} values"), raw.mark));
            }
        }
        let flat: Arc<[(Id, Id)]> = if merge.is_empty() {
            own.into()
        } else {
            let taken: std::collections::HashSet<&str> =
                own.iter().filter_map(|(key, _)| self.text(*key)).collect();
            merge.retain(|(key, _)| self.text(*key).is_none_or(|text| !taken.contains(text)));
            merge.extend(own);
            merge.into()
        };
        self.merged.insert(id, flat.clone());
        Ok(flat)
    }

    fn text(&self, id: Id) -> Option<&str> {
        match &self.graph.nodes[id].kind {
            RawKind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    fn unacceptable(&self, key: Id, map: Mark, mark: Mark) -> Box<Fault> {
        let kind = self.graph.nodes[key].kind.name();
        let fault = Fault::within(IN_MAP, map, format!("found unacceptable key {}", self.repr(key, 0)), mark);
        // `{{ x }}` reads as a map whose key is a map whose key is `x`.
        let mut at = key;
        let mut braces = 0;
        while let RawKind::Map(pairs) = &self.graph.nodes[at].kind
            && let [(inner, _)] = pairs[..]
        {
            braces += 1;
            at = inner;
        }
        match (braces, self.text(at)) {
            (1.., Some(name)) => fault
                .says(format!("`{{{{ {name} }}}}` was not rendered: YAML reads it as a map inside a map"))
                .help("this file is not rendered by Jinja (look at its first line, `#!…`), or the expression stands inside `{% raw %}` or in text that is rendered later: put quotes around it"),
            _ => fault.says(format!("a {kind} cannot be the key of a map")).help("put quotes around the key"),
        }
    }

    /// PyYAML's print of a node, as far as a sentence needs it.
    fn repr(&self, id: Id, depth: usize) -> String {
        let raw = &self.graph.nodes[id];
        let tag = match &raw.tag {
            Tag::Null => "null",
            Tag::Map => "map",
            Tag::List => "seq",
            _ => "str",
        };
        let inner =
            |class: &str, value: String| format!("{class}(tag='tag:yaml.org,2002:{tag}', value={value})");
        if depth > 4 {
            return "…".into();
        }
        let list = |parts: Vec<String>| format!("[{}]", parts.join(", "));
        let value = match &raw.kind {
            RawKind::Scalar(text) => return inner("ScalarNode", Value::from(text).repr()),
            RawKind::List(items) => list(items.iter().map(|item| self.repr(*item, depth + 1)).collect()),
            RawKind::Map(pairs) => list(
                pairs
                    .iter()
                    .map(|(key, value)| {
                        format!("({}, {})", self.repr(*key, depth + 1), self.repr(*value, depth + 1))
                    })
                    .collect(),
            ),
        };
        match (depth, &raw.kind) {
            (0, _) => value,
            (_, RawKind::List(_)) => inner("SequenceNode", value),
            _ => inner("MappingNode", value),
        }
    }
}

fn scalar(tag: &Tag, text: &str, mark: Mark) -> Result<Value, Box<Fault>> {
    let invalid = |what: &str| Fault::new(format!("{} is not {what}", Value::from(text).repr()), mark);
    Ok(match tag {
        Tag::Null => Value::Null,
        Tag::Bool => Value::Bool(read_bool(text).ok_or_else(|| invalid("a boolean"))?),
        Tag::Int => match read_int(text) {
            Ok(number) => Value::Int(number),
            Err(IntError::Invalid) => return Err(invalid("an integer").help("put quotes around it")),
            Err(IntError::Large) => {
                return Err(Fault::new(format!("the integer {text} is past 64 bits"), mark)
                    .help("put quotes around it, so that it is text"));
            }
        },
        Tag::Float => Value::Float(read_float(text).ok_or_else(|| invalid("a number"))?),
        Tag::Binary => Value::Bytes(read_binary(text).ok_or_else(|| invalid("base64"))?.into()),
        _ => Value::from(text),
    })
}

fn expected(what: &str, found: &RawKind, mark: Mark) -> Box<Fault> {
    Fault::new(format!("expected a {what} node, but found {}", found.name()), mark)
}

fn no_constructor(tag: &str, mark: Mark) -> Box<Fault> {
    let fault = Fault::new(format!("could not determine a constructor for the tag '{tag}'"), mark);
    match tag {
        "tag:yaml.org,2002:value" => fault.says("a plain `=` is no value").help("put quotes around it"),
        "tag:yaml.org,2002:merge" => fault.says("a plain `<<` is no value").help("put quotes around it"),
        tag => fault
            .says(format!("the tag `{tag}` is not known"))
            .help("put quotes around text that begins with `!`"),
    }
}
