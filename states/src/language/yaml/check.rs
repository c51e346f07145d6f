//! A graph level by level, as PyYAML constructs it: what each node is, and the first error in that order.
//!
//! PyYAML makes a list or map empty and fills it only after everything of the level above is made. So of two errors the
//! one that is less deep comes first, and so it does here.

use std::collections::{HashMap, VecDeque};

use common::value::Value;

use super::compose::{Graph, Id, RawKind};
use super::fault::{Fault, Mark};
use super::flatten::{Flattener, IN_MAP, Pairs};
use super::resolve::Tag;
use super::scalar::scalar;

/// What a node is.
#[derive(Clone)]
pub(super) enum Content {
    /// Nothing that the document uses.
    Unused,
    /// A scalar.
    Scalar(Value),
    /// A list, of the items in the graph.
    List,
    /// `!!pairs`: a list of pairs, each written as a map with one key.
    Pairs,
    /// A map with what it merges.
    Map(Pairs),
    /// `!!set`: the keys of a map.
    Set(Pairs),
}

/// What the nodes of a graph are.
pub(super) fn check(graph: &Graph) -> Result<Vec<Content>, Box<Fault>> {
    let mut checker = Checker {
        graph,
        flattener: Flattener::new(graph),
        content: vec![Content::Unused; graph.nodes.len()],
        waiting: VecDeque::new(),
    };
    checker.meet(0)?;
    while let Some(id) = checker.waiting.pop_front() {
        checker.fill(id)?;
    }
    Ok(checker.content)
}

struct Checker<'g> {
    graph: &'g Graph,
    flattener: Flattener<'g>,
    content: Vec<Content>,
    /// Lists and maps that were met and whose items were not.
    waiting: VecDeque<Id>,
}

impl Checker<'_> {
    /// Makes a scalar; puts a list or map in line.
    fn meet(&mut self, id: Id) -> Result<(), Box<Fault>> {
        if !matches!(self.content[id], Content::Unused) {
            return Ok(());
        }
        let raw = &self.graph.nodes[id];
        let tag = if self.flattener.is_text(id) { &Tag::String } else { &raw.tag };
        self.content[id] = match tag {
            tag if tag.is_container() => {
                self.waiting.push_back(id);
                Content::List
            }
            Tag::Other(_) | Tag::Merge | Tag::Value => return Err(no_constructor(tag.name(), raw.mark)),
            tag => Content::Scalar(scalar(tag, self.text(id)?, raw.mark)?),
        };
        Ok(())
    }

    /// The text of a node that is to be a scalar. A map stands for what its key `=` has.
    fn text(&self, id: Id) -> Result<&str, Box<Fault>> {
        let raw = &self.graph.nodes[id];
        match &raw.kind {
            RawKind::Scalar(text) => return Ok(text),
            RawKind::Map(pairs) => {
                let value = pairs.iter().find(|(key, _)| self.graph.nodes[*key].tag == Tag::Value);
                if let Some(text) = value.and_then(|(_, value)| self.graph.text(*value)) {
                    return Ok(text);
                }
            }
            RawKind::List(_) => {}
        }
        Err(expected("scalar", &raw.kind, raw.mark))
    }

    fn fill(&mut self, id: Id) -> Result<(), Box<Fault>> {
        let graph = self.graph;
        let raw = &graph.nodes[id];
        self.content[id] = match (&raw.tag, &raw.kind) {
            (Tag::Map, RawKind::Map(_)) => Content::Map(self.map(id, raw.mark)?),
            (Tag::Set, RawKind::Map(_)) => Content::Set(self.map(id, raw.mark)?),
            (Tag::Pairs, RawKind::List(items)) => {
                for item in items {
                    let (key, value) = self.pair(*item, raw.mark)?;
                    self.meet(key)?;
                    self.meet(value)?;
                }
                Content::Pairs
            }
            (Tag::Pairs, kind) => {
                let message = format!("expected a sequence, but found {}", kind.name());
                return Err(Fault::within(IN_PAIRS, raw.mark, message, raw.mark));
            }
            (_, RawKind::List(items)) if raw.tag == Tag::List => {
                for item in items {
                    self.meet(*item)?;
                }
                Content::List
            }
            (Tag::List, kind) => return Err(expected("sequence", kind, raw.mark)),
            (_, kind) => return Err(expected("mapping", kind, raw.mark)),
        };
        Ok(())
    }

    /// The one pair of an item of `!!pairs`.
    fn pair(&self, item: Id, list: Mark) -> Result<(Id, Id), Box<Fault>> {
        let raw = &self.graph.nodes[item];
        let message = match &raw.kind {
            RawKind::Map(pairs) => match pairs[..] {
                [pair] => return Ok(pair),
                _ => format!("expected a single mapping item, but found {} items", pairs.len()),
            },
            kind => format!("expected a mapping of length 1, but found {}", kind.name()),
        };
        Err(Fault::within(IN_PAIRS, list, message, raw.mark))
    }

    fn map(&mut self, id: Id, mark: Mark) -> Result<Pairs, Box<Fault>> {
        let pairs = self.flattener.flatten(id)?;
        let mut first: HashMap<Value, Mark> = HashMap::with_capacity(pairs.len());
        let mut first_nan = None;
        for (key, value) in pairs.iter() {
            let key_mark = self.graph.nodes[*key].mark;
            self.meet(*key)?;
            let Content::Scalar(name) = &self.content[*key] else {
                return Err(unacceptable(self.graph, *key, mark, key_mark));
            };
            let name = name.clone();
            self.meet(*value)?;
            // PyYAML has one NaN for all, which as a key is itself, if not its equal.
            let is_nan = matches!(name, Value::Float(number) if number.is_nan());
            if let Some(before) = if is_nan { first_nan.as_ref() } else { first.get(&name) } {
                return Err(Fault::within(IN_MAP, mark, format!("found conflicting ID '{name}'"), key_mark)
                    .says(format!(
                        "'{name}' stands twice in one map (lines {} and {})",
                        before.line + 1,
                        key_mark.line + 1
                    ))
                    .relates("first here", *before)
                    .help("rename one of the two, or make them one"));
            }
            if is_nan {
                first_nan = Some(key_mark);
            }
            first.insert(name, key_mark);
        }
        Ok(pairs)
    }
}

const IN_PAIRS: &str = "while constructing pairs";

fn unacceptable(graph: &Graph, key: Id, map: Mark, mark: Mark) -> Box<Fault> {
    let kind = graph.nodes[key].kind.name();
    let fault = Fault::within(IN_MAP, map, format!("found unacceptable key {}", graph.repr(key)), mark);
    // `{{ x }}` reads as a map whose key is a map whose key is `x`.
    let mut at = key;
    let mut braces = 0;
    while let RawKind::Map(pairs) = &graph.nodes[at].kind
        && let [(inner, _)] = pairs[..]
        && inner > at
    {
        braces += 1;
        at = inner;
    }
    match (braces, graph.text(at)) {
        (1.., Some(name)) => fault
            .says(format!("`{{{{ {name} }}}}` was not rendered: YAML reads it as a map inside a map"))
            .help("this file is not rendered by Jinja (look at its first line, `#!…`), or the expression stands inside `{% raw %}` or in text that is rendered later: put quotes around it"),
        _ => fault.says(format!("a {kind} cannot be the key of a map")).help("put quotes around the key"),
    }
}

fn expected(what: &str, found: &RawKind, mark: Mark) -> Box<Fault> {
    Fault::new(format!("expected a {what} node, but found {}", found.name()), mark)
}

fn no_constructor(tag: &str, mark: Mark) -> Box<Fault> {
    let shown = Value::from(tag).repr();
    let fault = Fault::new(format!("could not determine a constructor for the tag {shown}"), mark);
    match tag {
        "tag:yaml.org,2002:value" => fault.says("a plain `=` is no value").help("put quotes around it"),
        "tag:yaml.org,2002:merge" => fault.says("a plain `<<` is no value").help("put quotes around it"),
        tag => fault
            .says(format!("the tag `{tag}` is not known"))
            .help("put quotes around text that begins with `!`"),
    }
}
