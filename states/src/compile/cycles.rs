//! Requisites that lead back to themselves.

use common::value::{Map, Value};

use super::high::first_pair;
use super::low::Draft;
use super::plan::Chunk;
use crate::diagnostic::{Diagnostic, Place};

/// Finds a cycle, if there is one. Nodes are the chunks and, for targets of `prereq`, their dry runs; an edge leads from what
/// runs first to what runs after it.
pub(super) fn find(drafts: &[Draft]) -> Option<Diagnostic> {
    let graph = Graph::new(drafts);
    let cycle = graph.cycle()?;
    let chunk = |node: usize| &drafts[graph.draft(node)].chunk;
    let describe = |node: usize| {
        let chunk = chunk(node);
        let mut map = Map::new();
        map.insert("SLS".into(), (&chunk.sls).into());
        map.insert("ID".into(), (&chunk.id).into());
        if chunk.id != chunk.name {
            map.insert("NAME".into(), (&chunk.name).into());
        }
        Value::Map(map).repr()
    };
    let sentence: Vec<String> = cycle
        .iter()
        .map(|edge| format!("({}, '{}', {})", describe(edge.to), edge.kind, describe(edge.from)))
        .collect();
    let first = cycle.first().map_or(0, |edge| graph.draft(edge.to));
    let mut error = Diagnostic::new("requisites run in a circle");
    if let Some(place) = &drafts[first].chunk.place {
        error = error.at(place.clone());
    }
    // Along the circle: each state waits for the next.
    for (number, edge) in cycle.iter().rev().enumerate().take(SHOWN) {
        let then = if number == 0 { "" } else { "which " };
        let (waits, other) = (chunk(edge.to), chunk(edge.from));
        let subject =
            if number == 0 { format!("'{}' ({}) ", waits.id, waits.function()) } else { String::new() };
        let place = written(&drafts[graph.draft(edge.to)], &edge.kind, other);
        let place = place.map_or_else(String::new, |place| format!(" at {place}"));
        error = error.note(format!(
            "{then}{subject}waits by `{}` for '{}' ({}){place}",
            edge.kind,
            other.id,
            other.function()
        ));
    }
    if cycle.len() > SHOWN {
        error = error.note(format!("and so on, over {} states", cycle.len()));
    }
    Some(
        error
            .help("take one of these requisites away")
            .salt(format!("Recursive requisites were found: {}", sentence.join(", "))),
    )
}

/// How many steps of a circle are told.
const SHOWN: usize = 12;

/// Where a state says that it waits for another.
fn written(draft: &Draft, kind: &str, target: &Chunk) -> Option<Place> {
    let lists = draft.items.iter().filter_map(|item| item.as_map()).flatten();
    // A watch on a function that cannot watch is a require by then.
    let lists = lists.filter(|(key, _)| {
        key.as_str().is_some_and(|written| written == kind || written.replace("watch", "require") == kind)
    });
    let names = |text: Option<&str>| text.is_some_and(|text| text == target.id || text == target.name);
    let items = lists.filter_map(|(_, list)| list.as_list()).flatten();
    let found = items
        .into_iter()
        .find(|item| names(item.as_str()) || first_pair(item).is_some_and(|(_, id)| names(id.as_str())))?;
    Some(found.place.clone())
}

#[derive(Clone, Debug)]
struct Edge {
    from: usize,
    to: usize,
    kind: String,
}

struct Graph {
    /// Edges by their start, in Salt's order, so that it is Salt's cycle that is found.
    out: Vec<Vec<(usize, String)>>,
    /// Chunks by their position before sorting.
    drafts: Vec<usize>,
}

impl Graph {
    fn new(drafts: &[Draft]) -> Self {
        let count = drafts.len();
        let mut by_position = vec![0; count];
        for (sorted, draft) in drafts.iter().enumerate() {
            by_position[draft.position] = sorted;
        }
        let mut graph = Self { out: vec![Vec::new(); 2 * count], drafts: by_position };
        let position = |sorted: usize| drafts[sorted].position;
        // A dry run needs what the state needs, but for its prereqs.
        let mut has_dry_run = vec![false; count];
        for requisite in drafts.iter().flat_map(|draft| &draft.chunk.requisites) {
            if requisite.kind == "prereq" {
                requisite.targets.iter().for_each(|target| has_dry_run[*target] = true);
            }
        }
        for node in 0..count {
            let sorted = graph.drafts[node];
            for requisite in &drafts[sorted].chunk.requisites {
                for target in &requisite.targets {
                    let (first, kind) = (position(*target), requisite.kind.as_str());
                    match kind {
                        "listen" => {}
                        "prereq" => {
                            graph.edge(count + first, node, "prereq");
                            graph.edge(node, first, "prereq");
                            if has_dry_run[sorted] {
                                graph.edge(count + first, count + node, "prereq");
                            }
                        }
                        kind => {
                            if has_dry_run[sorted] {
                                graph.edge(first, count + node, kind);
                            }
                            graph.edge(first, node, kind);
                        }
                    }
                }
            }
        }
        graph
    }

    fn edge(&mut self, from: usize, to: usize, kind: &str) {
        self.out[from].push((to, kind.into()));
    }

    /// The chunk, by its sorted position, that a node stands for.
    fn draft(&self, node: usize) -> usize {
        self.drafts[node % self.drafts.len()]
    }

    /// A cycle as its edges in a row. Depth first, with a stack of its own: chains of requisites may be long.
    fn cycle(&self) -> Option<Vec<Edge>> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks = vec![Mark::New; self.out.len()];
        for start in 0..self.out.len() {
            if marks[start] != Mark::New {
                continue;
            }
            // The path from the start: each node with the next of its edges to follow.
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            marks[start] = Mark::Open;
            while let Some((node, next)) = path.last_mut() {
                let Some((to, _)) = self.out[*node].get(*next) else {
                    marks[*node] = Mark::Done;
                    path.pop();
                    continue;
                };
                *next += 1;
                match marks[*to] {
                    Mark::New => {
                        marks[*to] = Mark::Open;
                        path.push((*to, 0));
                    }
                    Mark::Open => {
                        let begin = path.iter().position(|(node, _)| node == to)?;
                        let edges = path[begin..].iter().map(|(from, next)| {
                            let (to, kind) = &self.out[*from][next - 1];
                            Edge { from: *from, to: *to, kind: kind.clone() }
                        });
                        return Some(edges.collect());
                    }
                    Mark::Done => {}
                }
            }
        }
        None
    }
}
