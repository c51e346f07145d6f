//! The sections of top files: targets and what they get, merged from the files of several environments.

use std::collections::HashSet;
use std::sync::Arc;

use common::value::{Value, get};
use indexmap::IndexMap;
use indexmap::map::Entry;

use super::high::describe;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::{Kind, Node};

/// The top files of a tree by the environment they were read from, each a list of rendered files.
pub(super) type Tops = Vec<(String, Vec<Arc<Node>>)>;

/// Sections of a top file: targets and what they get, by environment.
pub(super) type Sections = IndexMap<String, IndexMap<Value, (Arc<Node>, Arc<Node>)>>;

/// Which top file it is: Salt's sentences differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TopOf {
    /// The top file of the state tree.
    States,
    /// The top file of the pillar tree.
    Pillar,
}

/// What Salt says of a pillar top file whose form is wrong.
pub(super) const MALFORMED: &str = "Error encountered while rendering pillar top file.";

/// Merges the top files of several environments by the configured strategy.
pub(super) fn merge(tops: Tops, context: &Context, errors: &mut Vec<Diagnostic>) -> Sections {
    let mut sections = Sections::new();
    let strategy = get(&context.opts, "top_file_merging_strategy").and_then(Value::as_str).unwrap_or("merge");
    match strategy {
        "same" => {
            let default =
                get(&context.opts, "default_top").and_then(Value::as_str).unwrap_or("base").to_owned();
            for (saltenv, files) in &tops {
                let own = files.iter().any(|file| file.as_map().is_some_and(|pairs| !pairs.is_empty()));
                let fallback = tops.iter().find(|(name, _)| *name == default).map(|(_, files)| files);
                let files = if own { Some(files) } else { fallback };
                for file in files.into_iter().flatten() {
                    insert(&mut sections, file, TopOf::States, |name| name == saltenv, errors);
                }
            }
        }
        "merge_all" => {
            for file in tops.iter().flat_map(|(_, files)| files) {
                merge_all(&mut sections, file, errors);
            }
        }
        // `merge`, and what Salt does not know.
        _ => {
            let (base, others): (Vec<_>, Vec<_>) = tops.iter().partition(|(saltenv, _)| saltenv == "base");
            for file in base.into_iter().flat_map(|(_, files)| files) {
                insert(&mut sections, file, TopOf::States, |_| true, errors);
            }
            let of_base: Vec<String> = sections.keys().cloned().collect();
            for (saltenv, files) in others {
                for file in files {
                    insert(
                        &mut sections,
                        file,
                        TopOf::States,
                        |name| name == saltenv && !of_base.iter().any(|n| n == name),
                        errors,
                    );
                }
            }
        }
    }
    sections
}

/// Adds the sections of a file that are wanted. A target that is there already is replaced in its place.
pub(super) fn insert(
    sections: &mut Sections,
    file: &Node,
    of: TopOf,
    wanted: impl Fn(&str) -> bool,
    errors: &mut Vec<Diagnostic>,
) {
    for (saltenv, targets) in section_pairs(file, of, errors) {
        if !wanted(&saltenv) {
            continue;
        }
        let section = sections.entry(saltenv).or_default();
        for (target, list) in targets {
            section.insert(target.to_value(), (Arc::clone(target), Arc::clone(list)));
        }
    }
}

type Targets<'a> = &'a [(Arc<Node>, Arc<Node>)];

/// The environments of a top file with their targets; what is not of that form is an error.
fn section_pairs<'a>(file: &'a Node, of: TopOf, errors: &mut Vec<Diagnostic>) -> Vec<(String, Targets<'a>)> {
    let mut found = Vec::new();
    for (saltenv, targets) in file.as_map().unwrap_or_default() {
        let name = saltenv.to_value();
        match (name.as_str(), targets.as_map()) {
            (Some(name), Some(targets)) => found.push((name.to_owned(), targets)),
            (None, _) => errors.push(
                Diagnostic::new(format!("the environment {} in the top file is not text", name.repr()))
                    .at(saltenv.place.clone())
                    .help("put it in quotes")
                    .salt(match of {
                        TopOf::States => format!("Environment {name} in top file is not formed as a string"),
                        TopOf::Pillar if targets.as_map().is_none() => MALFORMED.into(),
                        TopOf::Pillar => {
                            format!("No matching pillar environment for environment '{name}' found")
                        }
                    }),
            ),
            (_, None) => {
                let value = targets.to_value();
                // Of nothing Salt takes nothing.
                if !value.is_null() && !value.is_true() && value.as_bool().is_none() {
                    continue;
                }
                let sentence = match of {
                    TopOf::States => "Unable to render top file. No targets found.",
                    TopOf::Pillar => MALFORMED,
                };
                let error = Diagnostic::new(format!(
                    "environment '{name}' of the top file is {}",
                    describe(&value)
                ))
                .at(saltenv.place.clone())
                .help("below an environment write targets such as `'*':`, below each a list of SLS names");
                // Salt does not survive a list whose first item is neither text nor empty.
                let first = value.as_list().and_then(<[_]>::first);
                let survives = first.is_none_or(|item| item.as_int().is_none());
                errors.push(if survives { error.salt(sentence) } else { error });
            }
        }
    }
    found
}

/// The strategy `merge_all`: lists of the same target in several files become one.
fn merge_all(sections: &mut Sections, file: &Node, errors: &mut Vec<Diagnostic>) {
    for (saltenv, targets) in section_pairs(file, TopOf::States, errors) {
        let section = sections.entry(saltenv).or_default();
        for (target, list) in targets {
            let entry = section.entry(target.to_value());
            match entry {
                Entry::Vacant(entry) => {
                    entry.insert((Arc::clone(target), Arc::clone(list)));
                }
                Entry::Occupied(mut entry) => {
                    let first = entry.get().1.as_list().unwrap_or_default();
                    let second = list.as_list().unwrap_or_default();
                    let is_map = |node: &&Arc<Node>| node.as_map().is_some();
                    let kind = second.iter().rev().find(is_map).or_else(|| first.iter().rev().find(is_map));
                    let mut merged: Vec<Arc<Node>> = kind.into_iter().cloned().collect();
                    merged.extend(first.iter().filter(|node| node.as_str().is_some()).cloned());
                    let mut known: HashSet<Value> = merged.iter().map(|n| n.to_value()).collect();
                    for node in second.iter().filter(|node| node.as_str().is_some()) {
                        if known.insert(node.to_value()) {
                            merged.push(Arc::clone(node));
                        }
                    }
                    let place = list.place.clone();
                    entry.get_mut().1 = Arc::new(Node { kind: Kind::List(merged), place });
                }
            }
        }
    }
}
