//! Requisites that lead back to themselves.

use common::value::{Map, Value};
use indexmap::{IndexMap, IndexSet};

use super::low::Draft;
use crate::diagnostic::Diagnostic;

/// Finds a cycle, if there is one. Nodes are the chunks and, for targets of `prereq`, their dry runs; an edge leads from what
/// runs first to what runs after it.
pub(super) fn find(drafts: &[Draft]) -> Option<Diagnostic> {
    let graph = Graph::new(drafts);
    let mut cycle = graph.cycle()?;
    for edge in &mut cycle {
        // A state requires whoever has it as its prereq, without saying so.
        let own = &drafts[graph.draft(edge.to)].chunk.requisites;
        if edge.kind == "require" && !own.iter().any(|requisite| requisite.kind == "require") {
            edge.kind = "prereq".into();
        }
    }
    let chunk = |node: usize| &drafts[graph.draft(node)].chunk;
    let shown: Vec<String> = cycle
        .iter()
        .map(|edge| {
            let (first, second) = (&chunk(edge.from), &chunk(edge.to));
            format!(
                "'{}' ({}) {} '{}' ({})",
                second.id,
                second.function(),
                edge.kind,
                first.id,
                first.function()
            )
        })
        .collect();
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
    let mut error = Diagnostic::new(format!(
        "requisites run in a circle: {}",
        shown.iter().rev().map(String::as_str).collect::<Vec<_>>().join(", ")
    ));
    if let Some(place) = &drafts[first].chunk.place {
        error = error.at(place.clone());
    }
    Some(
        error
            .help("take one of these requisites away")
            .salt(format!("Recursive requisites were found: {}", sentence.join(", "))),
    )
}

#[derive(Clone, Debug)]
struct Edge {
    from: usize,
    to: usize,
    kind: String,
}

/// Neighbours of a node in the order in which they were found, with the kinds of the edges to each.
type Neighbours = IndexMap<usize, Vec<String>>;

struct Graph {
    /// Edges by their start and by their end, in Salt's order, so that it is Salt's cycle that is found.
    out: Vec<Neighbours>,
    into: Vec<Neighbours>,
    /// Chunks by their position before sorting.
    drafts: Vec<usize>,
    /// The dry runs, in the order in which the first `prereq` of each was met.
    dry_runs: IndexSet<usize>,
}

impl Graph {
    fn new(drafts: &[Draft]) -> Self {
        let count = drafts.len();
        let mut by_position = vec![0; count];
        for (sorted, draft) in drafts.iter().enumerate() {
            by_position[draft.position] = sorted;
        }
        let mut graph = Self {
            out: vec![Neighbours::new(); 2 * count],
            into: vec![Neighbours::new(); 2 * count],
            drafts: by_position,
            dry_runs: IndexSet::new(),
        };
        for node in 0..count {
            let chunk = &drafts[graph.drafts[node]].chunk;
            for requisite in &chunk.requisites {
                for target in &requisite.targets {
                    let first = drafts[*target].position;
                    if requisite.kind == "prereq" {
                        graph.prereq(first, node);
                        continue;
                    }
                    // A dry run needs what the state needs, but for its prereqs.
                    if graph.dry_runs.contains(&(count + node)) {
                        graph.edge(first, count + node, &requisite.kind);
                    }
                    graph.edge(first, node, &requisite.kind);
                }
            }
        }
        graph
    }

    /// The target is run dry before the state that names it, and in its turn after it.
    fn prereq(&mut self, target: usize, node: usize) {
        let count = self.drafts.len();
        let dry_run = count + target;
        if self.dry_runs.insert(dry_run) {
            let needed: Vec<(usize, Vec<String>)> =
                self.into[target].iter().map(|(from, kinds)| (*from, kinds.clone())).collect();
            for (from, kinds) in needed {
                for kind in kinds.iter().filter(|kind| *kind != "prereq") {
                    self.edge(from, dry_run, kind);
                }
            }
        }
        self.edge(dry_run, node, "prereq");
        self.edge(node, target, "require");
        if self.dry_runs.contains(&(count + node)) {
            self.edge(dry_run, count + node, "prereq");
        }
    }

    fn edge(&mut self, from: usize, to: usize, kind: &str) {
        for kinds in [self.out[from].entry(to).or_default(), self.into[to].entry(from).or_default()] {
            if !kinds.iter().any(|known| known == kind) {
                kinds.push(kind.into());
            }
        }
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
        let edges: Vec<Vec<(usize, &str)>> = self
            .out
            .iter()
            .map(|neighbours| {
                let edges = neighbours.iter();
                edges.map(|(to, kinds)| (*to, kinds.first().map_or("", String::as_str))).collect()
            })
            .collect();
        let mut marks = vec![Mark::New; self.out.len()];
        for start in (0..self.drafts.len()).chain(self.dry_runs.iter().copied()) {
            if marks[start] != Mark::New {
                continue;
            }
            // The path from the start: each node with the next of its edges to follow.
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            marks[start] = Mark::Open;
            while let Some((node, next)) = path.last_mut() {
                let Some((to, _)) = edges[*node].get(*next) else {
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
                        let cycle = path[begin..].iter().map(|(from, next)| {
                            let (to, kind) = edges[*from][next - 1];
                            Edge { from: *from, to, kind: kind.into() }
                        });
                        return Some(cycle.collect());
                    }
                    Mark::Done => {}
                }
            }
        }
        None
    }
}
