//! The top file: which SLS files a host gets.

use std::sync::Arc;

use common::target::{Known, matches_kind};
use common::value::{Map, Value, get};
use indexmap::IndexMap;

use super::faults::rendering_failed;
use super::high::{describe, salt_repr};
use super::load::Wanted;
use super::sections::{Sections, TopOf, Tops, merge};
use super::tree::Tree;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::{self, Kind, Node};

/// How many top files may be included.
const INCLUDE_LIMIT: usize = 1000;

/// What the top file gives the host: for each environment its SLS files, in their order, duplicates among them.
pub(super) fn matches(tree: &mut Tree<'_>) -> Result<Vec<(String, Vec<Wanted>)>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let context = tree.context();
    let tops = read(tree, &environments(tree), TopOf::States, &mut errors);
    let sections = merge(tops, context, &mut errors);
    let matches = select(tree, &sections, &mut errors);
    if errors.is_empty() { Ok(matches) } else { Err(errors) }
}

/// The environments whose top files count, in their order.
fn environments(tree: &Tree<'_>) -> Vec<String> {
    let opts = &tree.context().opts;
    for key in ["saltenv", "state_top_saltenv"] {
        if let Some(Value::String(only)) = get(opts, key)
            && !only.is_empty()
        {
            return vec![only.as_ref().into()];
        }
    }
    tree.environments().to_vec()
}

/// Reads the top files of these environments, and those they include.
pub(super) fn read(
    tree: &mut Tree<'_>,
    environments: &[String],
    of: TopOf,
    errors: &mut Vec<Diagnostic>,
) -> Tops {
    let name = file_name(tree.context()).to_owned();
    let mut tops = Tops::new();
    for saltenv in environments {
        let mut files = Vec::new();
        let mut includes = Vec::new();
        match tree.read(saltenv, &name, "") {
            Ok(Some(source)) => files.extend(render(tree, &source, of, &mut includes, errors)),
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
        let mut seen = std::collections::HashSet::new();
        // An included top file is not asked for includes of its own, as in Salt; nor does Salt miss one that is not there.
        for pattern in includes {
            let names = match of {
                TopOf::States => tree.matching(saltenv, &pattern).unwrap_or_else(|error| {
                    errors.push(error);
                    Vec::new()
                }),
                TopOf::Pillar => vec![pattern],
            };
            for included in names.into_iter().take(INCLUDE_LIMIT) {
                if !seen.insert(included.clone()) {
                    continue;
                }
                match tree.read_sls(saltenv, &included) {
                    Ok(Some(source)) => files.extend(render(tree, &source, of, &mut Vec::new(), errors)),
                    Ok(None) => {}
                    Err(error) => errors.push(error),
                }
            }
        }
        tops.push((saltenv.clone(), files));
    }
    tops
}

/// The path of the top file: `state_top` of the configuration, which may be written as a `salt://` address.
pub(super) fn file_name(context: &Context) -> &str {
    let name = get(&context.opts, "state_top").and_then(Value::as_str).unwrap_or("top.sls");
    name.strip_prefix("salt://").unwrap_or(name).trim_start_matches('/')
}

/// Renders a top file and takes its includes out of it.
fn render(
    tree: &Tree<'_>,
    source: &language::Source,
    of: TopOf,
    includes: &mut Vec<String>,
    errors: &mut Vec<Diagnostic>,
) -> Option<Arc<Node>> {
    let node = match language::render(tree.context(), source, &Map::new()) {
        Ok(node) => node,
        Err(error) => {
            let salt = match of {
                // Salt only logs it, and goes on as if there were no top file.
                TopOf::States => None,
                TopOf::Pillar if source.sls.is_empty() => {
                    Some("Rendering Primary Top file failed, render error:".into())
                }
                TopOf::Pillar => Some(format!("Rendering Top file {} failed, render error:", source.sls)),
            };
            errors.push(Diagnostic { salt, ..rendering_failed(error, source) });
            return None;
        }
    };
    let pairs = match node.kind {
        Kind::Map(pairs) => pairs,
        Kind::Scalar(value) if !value.is_true() => return None,
        Kind::List(items) if items.is_empty() => return None,
        _ => {
            let found = describe(&node.to_value());
            errors.push(
                Diagnostic::new(format!(
                    "the top file {} is not a map of environments: it is {found}",
                    source.path
                ))
                .at(node.place)
                .help("begin with `base:`, below it a target such as `'*':`, below that a list of SLS names"),
            );
            return None;
        }
    };
    let (include, pairs): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(key, _)| key.as_str() == Some("include"));
    for (_, list) in include {
        let value = list.to_value();
        match list.as_list() {
            Some(items) => {
                for item in items {
                    match item.as_str() {
                        Some(name) => includes.push(name.into()),
                        None => errors.push(
                            Diagnostic::new(format!(
                                "an item of the top file's include is {}, not the name of an SLS",
                                describe(&item.to_value())
                            ))
                            .at(item.place.clone())
                            .help("write the name of an SLS, such as `tops.web`"),
                        ),
                    }
                }
            }
            // Of an empty text or map Salt includes nothing.
            None if value.as_map().is_some_and(Map::is_empty) || value.as_str() == Some("") => {}
            None => errors.push(
                Diagnostic::new(format!("include of the top file is {}", describe(&value)))
                    .at(list.place.clone())
                    .help("include is a list of SLS names"),
            ),
        }
    }
    Some(Arc::new(Node { kind: Kind::Map(pairs), place: node.place }))
}

/// Picks the targets that mean the host.
fn select(tree: &Tree<'_>, sections: &Sections, errors: &mut Vec<Diagnostic>) -> Vec<(String, Vec<Wanted>)> {
    let context = tree.context();
    let only = get(&context.opts, "saltenv").and_then(Value::as_str).filter(|only| !only.is_empty());
    let mut found: IndexMap<String, Vec<Wanted>> = IndexMap::new();
    for (saltenv, targets) in sections {
        if saltenv.is_empty() {
            let error = Diagnostic::new("an environment of the top file has no name")
                .help("its name is mostly `base`");
            errors.push(error.salt("Empty saltenv statement in top file"));
        }
        for (target, list) in targets.values() {
            let Some(items) = list_of(saltenv, target, list, errors) else { continue };
            if only.is_some_and(|only| only != saltenv)
                || !means(context, target, &items.iter().collect::<Vec<_>>(), errors)
            {
                continue;
            }
            found.entry(saltenv.clone()).or_default();
            let shown: Arc<str> = match kind_of(items.iter()) {
                Some(kind) => format!("'{}' (match: {})", target.to_value(), kind.to_value()).into(),
                None => format!("'{}'", target.to_value()).into(),
            };
            for item in items {
                let (env, name) = match item.as_map() {
                    None => (saltenv.clone(), item),
                    // `{match: …}` and options are no environments, and pass by.
                    Some(pairs) => match pairs.last() {
                        Some((env, name)) if tree.has_environment(&env.to_value().to_string()) => {
                            (env.to_value().to_string(), name)
                        }
                        _ => continue,
                    },
                };
                let Some(pattern) = name.as_str() else {
                    // Salt overlooks a list, and does not survive anything else.
                    if name.as_scalar().is_some() || item.as_map().is_some() {
                        errors.push(not_a_name(target, name));
                    }
                    continue;
                };
                let wanted = Wanted {
                    pattern: pattern.into(),
                    place: Some(name.place.clone()),
                    target: Some(Arc::clone(&shown)),
                };
                found.entry(env).or_default().push(wanted);
            }
        }
    }
    found.into_iter().collect()
}

fn not_a_name(target: &Node, name: &Node) -> Diagnostic {
    let (target, value) = (target.to_value().repr(), name.to_value());
    Diagnostic::new(format!("an SLS name of {target} in the top file is {}", describe(&value)))
        .at(name.place.clone())
        .help("the name of an SLS is text: put quotes around it")
}

/// The list that a target has; anything else is an error.
fn list_of<'a>(
    saltenv: &str,
    target: &Node,
    list: &'a Node,
    errors: &mut Vec<Diagnostic>,
) -> Option<&'a [Arc<Node>]> {
    let (shown, value) = (target.to_value(), list.to_value());
    let Some(items) = list.as_list() else {
        let message = format!("what the top file gives {} is {}, not a list", shown.repr(), describe(&value));
        let error = Diagnostic::new(message)
            .at(target.place.clone())
            .help("write a list: below the target `- name` for each SLS");
        let got = match &value {
            // A run does not survive it under Salt.
            Value::Null => None,
            Value::Map(_) => Some("OrderedDict"),
            other => Some(other.type_name()),
        };
        errors.push(match got {
            None => error,
            Some(got) => error.salt(format!(
                "Malformed topfile: state declarations for matcher {} in saltenv {} are not formed as a list (got {got})",
                shown.repr(),
                Value::from(saltenv).repr(),
            )),
        });
        return None;
    };
    let mut sound = true;
    for item in items {
        for (option, value) in item.as_map().unwrap_or_default() {
            if !value.to_value().is_true() {
                let (item, value) = (item.to_value(), value.to_value());
                sound = false;
                let value = if value.as_map().is_some() { salt_repr(&value) } else { value.to_string() };
                errors.push(
                    Diagnostic::new(format!(
                        "an option of {} in the top file has no value: {}",
                        shown.repr(),
                        option.to_value()
                    ))
                    .at(option.place.clone())
                    .help("write `- match: KIND`, with the same indent as the SLS names")
                    .salt(format!(
                        "Improperly formatted top file matcher in saltenv {}: {value} file",
                        salt_repr(&item)
                    )),
                );
            }
        }
        if item.as_map().is_some_and(<[_]>::is_empty) {
            sound = false;
            errors.push(
                Diagnostic::new(format!("an item of {} in the top file is an empty map", shown.repr()))
                    .at(item.place.clone())
                    .help("write the name of an SLS, or take the item away"),
            );
        }
        if item.as_str() == Some("") {
            errors.push(
                Diagnostic::new(format!("an SLS name of {} in the top file is empty", shown.repr()))
                    .at(item.place.clone())
                    .salt(format!("Environment {saltenv} contains an empty sls index")),
            );
        }
    }
    sound.then_some(items)
}

/// Whether a target means the host. It is compound unless an item says `match: KIND`.
pub(super) fn means(
    context: &Context,
    target: &Node,
    items: &[&Arc<Node>],
    errors: &mut Vec<Diagnostic>,
) -> bool {
    let option = kind_of(items.iter().copied());
    let kind = option.map_or_else(|| "compound".into(), |kind| kind.to_value().to_string());
    if kind == "compound" && target.as_str().is_none() {
        // Salt logs that such a target is no text.
        return false;
    }
    let host = Known { id: &context.id, grains: &context.grains, pillar: &context.pillar };
    let nothing = Map::new();
    let nodegroups = get(&context.opts, "nodegroups").and_then(Value::as_map).unwrap_or(&nothing);
    match matches_kind(&kind, &target.to_value().to_string(), &host, nodegroups) {
        Ok(meant) => meant,
        Err(error) => {
            let place = option.map_or(&target.place, |kind| &kind.place);
            errors.push(Diagnostic::new(error.to_string()).at(place.clone()));
            false
        }
    }
}

/// What the items of a target say of its kind: the value of `match`.
fn kind_of<'a>(items: impl DoubleEndedIterator<Item = &'a Arc<Node>>) -> Option<&'a Arc<Node>> {
    items.rev().find_map(|item| {
        let (_, kind) = item.as_map()?.iter().find(|(key, _)| key.as_str() == Some("match"))?;
        Some(kind)
    })
}
