//! Merge keys: `<<: *defaults`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::compose::{Graph, Id, RawKind};
use super::fault::{Fault, Mark};
use super::resolve::Tag;
use super::{DEPTH_LIMIT, NODE_LIMIT};

pub(super) const IN_MAP: &str = "while constructing a mapping";

/// The pairs of a map.
pub(super) type Pairs = Arc<[(Id, Id)]>;

/// The maps of a graph with what they merge.
pub(super) struct Flattener<'g> {
    graph: &'g Graph,
    /// The pairs of the maps that were flattened.
    flat: HashMap<Id, Pairs>,
    /// The maps that are being flattened, the outermost first.
    open: Vec<Id>,
    /// How many pairs `flat` has.
    total: u64,
    /// Keys that are a plain `=`, which is text in a map and nowhere else.
    texts: HashSet<Id>,
}

impl<'g> Flattener<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        Self { graph, flat: HashMap::new(), open: Vec::new(), total: 0, texts: HashSet::new() }
    }

    /// Whether a `=` was found to be the key of a map.
    pub(super) fn is_text(&self, id: Id) -> bool {
        self.texts.contains(&id)
    }

    /// The pairs of a map with what it merges in front: its own keys win, and a key that two merged maps share is left
    /// twice, which is an error, as in Salt.
    pub(super) fn flatten(&mut self, id: Id) -> Result<Pairs, Box<Fault>> {
        if let Some(flat) = self.flat.get(&id) {
            return Ok(flat.clone());
        }
        let raw = &self.graph.nodes[id];
        let RawKind::Map(pairs) = &raw.kind else { return Ok(Arc::default()) };
        let own: Vec<(Id, Id)> =
            pairs.iter().copied().filter(|(key, _)| self.graph.nodes[*key].tag != Tag::Merge).collect();
        if self.open.contains(&id) {
            // A map that merges itself gets nothing by it.
            return Ok(own.into());
        }
        if self.open.len() >= DEPTH_LIMIT {
            return Err(Fault::bound(
                format!("maps merge each other more than {DEPTH_LIMIT} deep"),
                raw.mark,
            ));
        }
        self.texts
            .extend(own.iter().map(|(key, _)| *key).filter(|key| self.graph.nodes[*key].tag == Tag::Value));
        self.open.push(id);
        let mut merged = Vec::new();
        for (_, value) in pairs.iter().filter(|(key, _)| self.graph.nodes[*key].tag == Tag::Merge) {
            self.merge(*value, raw.mark, &mut merged)?;
        }
        self.open.pop();
        let flat: Pairs = if merged.is_empty() {
            own.into()
        } else {
            let taken: HashSet<&str> = own.iter().filter_map(|(key, _)| self.graph.text(*key)).collect();
            merged.retain(|(key, _)| self.graph.text(*key).is_none_or(|text| !taken.contains(text)));
            merged.extend(own);
            merged.into()
        };
        self.total = self.total.saturating_add(flat.len() as u64);
        if self.total > NODE_LIMIT {
            return Err(Fault::bound(format!("merges make more than {NODE_LIMIT} values"), raw.mark));
        }
        self.flat.insert(id, flat.clone());
        Ok(flat)
    }

    /// Adds what the value of one merge key brings: a map, or of a list of maps the last first.
    fn merge(&mut self, from: Id, map: Mark, merged: &mut Vec<(Id, Id)>) -> Result<(), Box<Fault>> {
        let source = &self.graph.nodes[from];
        match &source.kind {
            RawKind::Map(_) => merged.extend(self.flatten(from)?.iter()),
            RawKind::List(items) => {
                let mut parts = Vec::new();
                let mut total = merged.len();
                for item in items {
                    let source = &self.graph.nodes[*item];
                    if !matches!(source.kind, RawKind::Map(_)) {
                        let message =
                            format!("expected a mapping for merging, but found {}", source.kind.name());
                        return Err(Fault::within(IN_MAP, map, message, source.mark));
                    }
                    parts.push(self.flatten(*item)?);
                    total += parts.last().map_or(0, |part| part.len());
                    if total as u64 > NODE_LIMIT {
                        let message = format!("merges make more than {NODE_LIMIT} values");
                        return Err(Fault::bound(message, source.mark));
                    }
                }
                merged.extend(parts.iter().rev().flat_map(|part| part.iter()));
            }
            RawKind::Scalar(_) => {
                let message = "expected a mapping or list of mappings for merging, but found scalar";
                return Err(Fault::within(IN_MAP, map, message, source.mark)
                    .help("merge a map: `<<: *name`, where `&name` stands before a map"));
            }
        }
        Ok(())
    }
}
