//! `listen` and `listen_in`: what is to happen at the end of a run.
//!
//! Salt looks these references up otherwise than those of the other requisites: a module and an id or name, taken
//! literally; and one that names nothing is an entry that failed, not an error of the tree.

use common::value::{Value, get};

use super::low::Draft;
use super::plan::{Reaction, Requisite};

/// Finds who listens to whom. The states that listen get it as a requisite too, for whoever shows the plan.
pub(super) fn resolve(drafts: &mut [Draft], warnings: &mut Vec<String>) -> Vec<Reaction> {
    let mut reactions = Vec::new();
    let speaks = |draft: &&Draft| {
        ["listen", "listen_in"].iter().any(|kind| get(&draft.chunk.arguments, kind).is_some())
    };
    for draft in drafts.iter().filter(speaks) {
        let own = named(drafts, &draft.chunk.state, &draft.chunk.id);
        for (module, id) in references(draft, "listen", drafts, warnings) {
            let to = named(drafts, &module, &id);
            reactions.push(if to.is_empty() {
                Reaction {
                    missing: Some(absent(draft, "listen", module, id, warnings)),
                    ..Reaction::default()
                }
            } else {
                Reaction { to, fires: own.clone(), missing: None }
            });
        }
        for (module, id) in references(draft, "listen_in", drafts, warnings) {
            let fires = named(drafts, &module, &id);
            let missing = fires.is_empty().then(|| absent(draft, "listen_in", module, id, warnings));
            reactions.push(Reaction { to: own.clone(), fires, missing });
        }
    }
    for Reaction { to, fires, .. } in &reactions {
        for index in fires {
            let requisites = &mut drafts[*index].chunk.requisites;
            match requisites.iter_mut().find(|requisite| requisite.kind == "listen") {
                Some(known) => {
                    let new: Vec<usize> =
                        to.iter().copied().filter(|to| !known.targets.contains(to)).collect();
                    known.targets.extend(new);
                }
                None => requisites.push(Requisite { kind: "listen".into(), targets: to.clone() }),
            }
        }
    }
    reactions
}

/// The references of one kind as module and id. A plain id stands for the first state that has it as its id or name.
fn references(
    draft: &Draft,
    kind: &str,
    drafts: &[Draft],
    warnings: &mut Vec<String>,
) -> Vec<(String, String)> {
    let items = match get(&draft.chunk.arguments, kind) {
        Some(Value::List(items)) => items.as_slice(),
        Some(map @ Value::Map(_)) => std::slice::from_ref(map),
        _ => &[],
    };
    let mut found = Vec::new();
    for item in items {
        match item {
            Value::Map(pairs) => {
                found.extend(pairs.iter().map(|(module, id)| (module.to_string(), id.to_string())));
            }
            plain => {
                let text = plain.to_string();
                match drafts.iter().find(|other| other.chunk.id == text || other.chunk.name == text) {
                    Some(other) => found.push((other.chunk.state.clone(), other.chunk.id.clone())),
                    None => warnings.push(no_effect(draft, kind, &text)),
                }
            }
        }
    }
    found
}

/// The states of a module with that id or name.
fn named(drafts: &[Draft], module: &str, id: &str) -> Vec<usize> {
    let fits =
        |draft: &Draft| draft.chunk.state == module && (draft.chunk.id == id || draft.chunk.name == id);
    drafts.iter().enumerate().filter(|(_, draft)| fits(draft)).map(|(index, _)| index).collect()
}

fn absent(
    draft: &Draft,
    kind: &str,
    module: String,
    id: String,
    warnings: &mut Vec<String>,
) -> (String, String) {
    warnings.push(format!(
        "{}; the run will say that this failed",
        no_effect(draft, kind, &format!("{module}: {id}"))
    ));
    (module, id)
}

fn no_effect(draft: &Draft, kind: &str, what: &str) -> String {
    let place = draft.chunk.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{kind} of state '{}' names '{what}', which does not exist", draft.chunk.id)
}
