//! What holds for the order of a run, whatever the requisites.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use common::value::{Map, get};
use proptest::prelude::*;

use crate::compile;
use crate::context::Context;
use crate::engine::{self, Silent};
use crate::testing::{Book, Tree, context, output};

/// The kinds of requisites, and whether the one that says it runs before the one that is named. Those that make a dry run
/// come last.
const KINDS: [(&str, bool); 14] = [
    ("require", false),
    ("require_any", false),
    ("watch", false),
    ("watch_any", false),
    ("onchanges", false),
    ("onchanges_any", false),
    ("onfail", false),
    ("onfail_any", false),
    ("onfail_all", false),
    ("require_in", true),
    ("watch_in", true),
    ("onchanges_in", true),
    ("prereq", true),
    ("prereq_in", false),
];
/// How many of them make no dry run.
const PLAIN: usize = 12;
const FUNCTIONS: [&str; 4] =
    ["nop", "succeed_with_changes", "fail_without_changes", "succeed_without_changes"];

/// A requisite: who says it, of what kind, and whom it names.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: usize,
    kind: usize,
    to: usize,
}

impl Edge {
    /// The kind and direction that make `first` run before `second`.
    fn so_that(first: usize, second: usize, kind: usize) -> Self {
        let (from, to) = if KINDS[kind].1 { (first, second) } else { (second, first) };
        Self { from, kind, to }
    }

    fn first_and_second(self) -> (usize, usize) {
        if KINDS[self.kind].1 { (self.from, self.to) } else { (self.to, self.from) }
    }
}

/// A tree: for each state its function and its order, and the requisites.
#[derive(Clone, Debug)]
struct Plan {
    states: Vec<(usize, Option<i8>)>,
    edges: Vec<Edge>,
}

impl Plan {
    fn sls(&self) -> String {
        let mut text = String::new();
        for (index, (function, order)) in self.states.iter().enumerate() {
            let _ = write!(text, "s{index}:\n  test.{}:\n    - comment: c\n", FUNCTIONS[*function]);
            if let Some(order) = order {
                let _ = writeln!(text, "    - order: {order}");
            }
            for (kind, (name, _)) in KINDS.iter().enumerate() {
                let own = self.edges.iter().filter(|edge| edge.from == index && edge.kind == kind);
                let named: Vec<String> = own.map(|edge| format!("{{test: s{}}}", edge.to)).collect();
                if !named.is_empty() {
                    let _ = writeln!(text, "    - {name}: [{}]", named.join(", "));
                }
            }
        }
        text
    }

    fn compile(&self) -> (Arc<Context>, Result<compile::Plan, Vec<crate::diagnostic::Diagnostic>>) {
        let tree = Tree::new(&[("t.sls", &self.sls())]);
        let host = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let plan = compile::sls(&host, &["t".into()]);
        (host, plan)
    }

    /// The states in the order in which they ended, and whether each was run. `None` where a dry run waits for what is to wait for it: a `prereq`
    /// needs its target, dry, and all that the target needs.
    fn run(&self) -> Option<Vec<(usize, bool)>> {
        let (host, plan) = self.compile();
        let plan = match plan {
            Ok(plan) => plan,
            Err(errors) => {
                assert!(self.edges.iter().any(|edge| edge.kind >= PLAIN), "{errors:?}");
                return None;
            }
        };
        let report = engine::run(&plan, &host, &mut Silent);
        let mut ended: Vec<_> = report.entries.iter().collect();
        ended.sort_by_key(|entry| entry.run_num);
        let ran = |entry: &engine::Entry| get(&entry.extra, "__state_ran__").is_none();
        Some(ended.iter().map(|entry| (entry.id[1..].parse().unwrap(), ran(entry))).collect())
    }
}

/// Trees in which whatever runs first has the lower number of a hidden ranking, so that there is no circle.
fn without_circles(kinds: usize) -> impl Strategy<Value = Plan> {
    (2_usize..10).prop_flat_map(move |count| {
        let states = prop::collection::vec((0..FUNCTIONS.len(), prop::option::of(-3_i8..4)), count);
        let ranking = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let pairs = prop::collection::vec((0..count, 0..count, 0..kinds), 0..2 * count);
        (states, ranking, pairs).prop_map(|(states, ranking, pairs)| {
            let pairs = pairs.into_iter().filter(|(one, other, _)| one != other);
            let edges = pairs.map(|(one, other, kind)| {
                Edge::so_that(ranking[one.min(other)], ranking[one.max(other)], kind)
            });
            Plan { states, edges: edges.collect() }
        })
    })
}

/// The same with a ring of requisites in it.
fn with_a_circle() -> impl Strategy<Value = (Plan, HashSet<usize>)> {
    (without_circles(PLAIN), prop::collection::vec((0_usize..10, 0..KINDS.len()), 2..5)).prop_filter_map(
        "a ring needs two states",
        |(mut plan, ring)| {
            let count = plan.states.len();
            let mut nodes: Vec<usize> = Vec::new();
            for (node, _) in &ring {
                if !nodes.contains(&(node % count)) {
                    nodes.push(node % count);
                }
            }
            if nodes.len() < 2 {
                return None;
            }
            for (position, node) in nodes.iter().enumerate() {
                let next = nodes[(position + 1) % nodes.len()];
                plan.edges.push(Edge::so_that(*node, next, ring[position].1));
            }
            Some((plan, nodes.into_iter().collect()))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_state_runs_once_and_after_what_it_needs(plan in without_circles(KINDS.len())) {
        let Some(order) = plan.run() else { return Ok(()) };
        let all: HashSet<usize> = order.iter().map(|(state, _)| *state).collect();
        prop_assert_eq!(order.len(), plan.states.len(), "each once: {:?}", order);
        prop_assert_eq!(all.len(), plan.states.len(), "none lost: {:?}", order);
        for edge in &plan.edges {
            let (first, second) = edge.first_and_second();
            let place = |state| order.iter().position(|(other, _)| *other == state).unwrap();
            // A state that cannot be run dry, since what it needs failed, has ended by then.
            let ran = order[place(second)].1;
            prop_assert!(!ran || place(first) < place(second), "s{first} before s{second} in {order:?}:\n{}", plan.sls());
        }
        prop_assert_eq!(plan.run(), Some(order), "another run has the same order");
    }

    #[test]
    fn a_circle_is_named_and_nothing_is_compiled((plan, ring) in with_a_circle()) {
        let (_, compiled) = plan.compile();
        let errors = compiled.expect_err("a circle");
        let circle = errors.iter().find(|error| error.message.contains("circle"));
        let sentence = circle.and_then(|error| error.salt.as_deref()).expect("an error about a circle");
        let named = |node: &usize| sentence.contains(&format!("'ID': 's{node}'"));
        prop_assert!(ring.iter().any(named), "{sentence}");
    }
}
