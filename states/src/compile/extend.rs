//! `extend`: changing declarations of other files. The `_in` requisites and `use` are applied through it as well.

use std::collections::HashMap;
use std::sync::Arc;

use super::high::{Body, Declaration, High, Items, first_pair};
use super::keywords::REQUISITES;
use crate::diagnostic::Diagnostic;
use crate::language::{Kind, Node};
use crate::nearest::nearest;

/// How an extension finds what it extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// `extend`: an id, which may get a new module; else a name that one state of the module has.
    Lenient,
    /// An `_in` requisite: an id with that module; else a name that one state of the module has.
    Strict,
}

/// Applies the extensions to the declarations.
pub(super) fn apply(
    high: &mut High,
    extensions: Vec<(Arc<str>, Declaration)>,
    finding: Finding,
    errors: &mut Vec<Diagnostic>,
) {
    let mut names = Names::default();
    let excluded = excluded_sls(high);
    for (id, extension) in extensions {
        // Extensions of an excluded file go with it.
        let skipped = excluded.iter().any(|sls| *sls == *extension.sls);
        // The first module says which state is meant.
        let Some((module, body)) = extension.modules.first() else {
            errors.push(
                Diagnostic::new(format!("extend of '{id}' names no module: nothing stands below the id"))
                    .at(extension.place.clone())
                    .help("write the module below the id, and below it a list of arguments"),
            );
            continue;
        };
        let Some(target) = find(high, &mut names, &id, module, finding) else {
            let error = missing(high, &id, module, body, &extension.sls, &extension.saltenv);
            errors.push(match body.arguments().next().filter(|_| finding == Finding::Strict) {
                Some((kind, ..)) => {
                    let message = format!("there is no `{module}` state '{id}', which a `{kind}_in` names");
                    Diagnostic { message, ..error }
                }
                None => error,
            });
            continue;
        };
        let Some(declaration) = high.states.get_mut(&target).filter(|_| !skipped) else { continue };
        for (module, body) in extension.modules {
            match declaration.modules.get_mut(&module) {
                Some(own) => merge(own, &body),
                None => {
                    declaration.modules.insert(module, body.clone());
                }
            }
            if body.arguments().any(|(key, ..)| key == "name") {
                names = Names::default();
            }
        }
    }
}

/// The SLS files that are excluded by name.
fn excluded_sls(high: &High) -> Vec<String> {
    let named = high.excludes.iter().flatten().filter_map(|item| match first_pair(item) {
        Some((key, value)) => (key.as_str() == Some("sls")).then(|| value.as_str()).flatten(),
        None => item.as_str(),
    });
    named.map(Into::into).collect()
}

/// The id that is meant by an id or a name.
fn find(high: &High, names: &mut Names, id: &Arc<str>, module: &str, finding: Finding) -> Option<Arc<str>> {
    if let Some(declaration) = high.states.get(id)
        && (finding == Finding::Lenient || declaration.modules.contains_key(module))
    {
        return Some(Arc::clone(id));
    }
    match names.of(high).get(&(Arc::from(module), Arc::clone(id)))?.as_slice() {
        [only] => Some(Arc::clone(only)),
        _ => None,
    }
}

/// The ids by what their states are given as an argument: Salt takes any argument for a name.
#[derive(Default)]
struct Names(Option<Index>);

/// Ids by module and argument.
type Index = HashMap<(Arc<str>, Arc<str>), Vec<Arc<str>>>;

impl Names {
    fn of(&mut self, high: &High) -> &Index {
        self.0.get_or_insert_with(|| {
            let mut index = Index::new();
            for (id, declaration) in &high.states {
                for (module, body) in &declaration.modules {
                    for (_, value, _) in body.arguments() {
                        let Some(text) = value.as_str() else { continue };
                        let ids = index.entry((Arc::clone(module), Arc::from(text))).or_default();
                        if ids.last() != Some(id) {
                            ids.push(Arc::clone(id));
                        }
                    }
                }
            }
            index
        })
    }
}

/// Merges arguments into a body: requisites are added to, the function and other arguments are replaced.
fn merge(own: &mut Body, extension: &Body) {
    let (Items::List(own), Items::List(additions)) = (&mut own.items, &extension.items) else {
        // One of them is not a list: the check of the form says so.
        if let Items::Other(_) = extension.items {
            own.items = extension.items.clone();
        }
        return;
    };
    for addition in additions {
        let mut placed = false;
        for item in own.iter_mut() {
            if addition.as_str().is_some() && item.as_str().is_some() {
                *item = Arc::clone(addition);
                placed = true;
                continue;
            }
            let (Some((key, value)), Some((own_key, own_value))) = (first_pair(addition), first_pair(item))
            else {
                continue;
            };
            let (Some(key), Some(own_key)) = (key.as_str(), own_key.as_str()) else { continue };
            if key == own_key {
                placed = true;
                *item = match (REQUISITES.contains(&key), own_value.as_list(), value.as_list()) {
                    (true, Some(first), Some(second)) => joined(item, key, first, second),
                    // A requisite that is no list stays, for the check of the form to refuse.
                    (true, None, _) => continue,
                    _ => Arc::clone(addition),
                };
            } else if key == "name" && own_key == "names" {
                *item = Arc::clone(addition);
            }
        }
        if !placed {
            own.push(Arc::clone(addition));
        }
    }
}

/// A requisite item with the references of both lists; what else the item holds is kept for the check of the form.
fn joined(item: &Arc<Node>, key: &str, first: &[Arc<Node>], second: &[Arc<Node>]) -> Arc<Node> {
    let list = Kind::List(first.iter().chain(second).cloned().collect());
    let pairs = item.as_map().unwrap_or_default().iter().map(|(own_key, value)| {
        let value = if own_key.as_str() == Some(key) {
            Arc::new(Node { kind: list.clone(), place: value.place.clone() })
        } else {
            Arc::clone(value)
        };
        (Arc::clone(own_key), value)
    });
    Arc::new(Node { kind: Kind::Map(pairs.collect()), place: item.place.clone() })
}

fn missing(high: &High, id: &str, module: &str, body: &Body, sls: &str, saltenv: &str) -> Diagnostic {
    let error = Diagnostic::new(format!("there is no state '{id}' with `{module}` to extend"))
        .at(body.place.clone())
        .salt(format!(
            "Cannot extend ID '{id}' in '{saltenv}:{sls}'. It is not part of the high state.\nThis is likely due to a \
             missing include statement or an incorrectly typed ID.\nEnsure that a state with an ID of '{id}' is \
             available\nin environment '{saltenv}' and to SLS '{sls}'"
        ));
    match nearest(id, high.states.keys().map(AsRef::as_ref).filter(|known| *known != id)) {
        Some(near) => error.help(format!("did you mean '{near}'?")),
        None => match high.states.get(id) {
            Some(other) => {
                let has = other.modules.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                error.related(format!("it has {has} only"), other.place.clone())
            }
            None => error.help("include the SLS that declares it"),
        },
    }
}
