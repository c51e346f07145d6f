//! What can be seen of the compiled states.

mod duplicates;
mod sources;

use std::sync::Arc;

use common::value::get;

use crate::compile::keywords::is_keyword;
use crate::compile::{Examined, Examinee};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::Node;
use crate::modules::{self, Function};
use crate::nearest::nearest;

/// What says when a command is needed.
const GUARDS: &[&str] = &[
    "unless",
    "onlyif",
    "creates",
    "onchanges",
    "onchanges_any",
    "onfail",
    "onfail_any",
    "onfail_all",
    "prereq",
    "stateful",
];

/// Arguments that are lists.
const LISTS: &[&str] = &["pkgs", "groups", "optional_groups", "sources", "ssh_keys", "names", "exclude_pat"];

/// Arguments that newer Salt has dropped, with what is said of them.
const DROPPED: &[(&str, &str, &str)] = &[
    ("user.present", "gid_from_name", "write `usergroup: true`, or `gid: NAME`"),
    ("pip.installed", "use_wheel", "leave it out: pip takes wheels by itself"),
    ("pip.installed", "no_use_wheel", "leave it out: pip takes wheels by itself"),
];

/// Looks at every state.
pub(super) fn lint(context: &Arc<Context>, examined: &Examined, found: &mut Vec<Diagnostic>) {
    for state in examined.states() {
        let Some(function) = modules::find(&state.chunk.function()) else { continue };
        items(state, found);
        stray(state, function, found);
        command(state, found);
        watch(state, function, found);
        dropped(state, found);
        sources::lint(context, state, found);
    }
    duplicates::lint(examined, found);
}

/// A warning in a state, at one of its nodes or at its function.
fn warning(state: Examinee<'_>, name: &str, message: String, node: Option<&Arc<Node>>) -> Diagnostic {
    let warning = Diagnostic::warning(name, message)
        .note(format!("in state '{}' of SLS '{}'", state.chunk.id, state.chunk.sls));
    match node.map(|node| &node.place).or(state.chunk.place.as_ref()) {
        Some(place) => warning.at(place.clone()),
        None => warning,
    }
}

/// The key of an argument, as it is written.
fn key_of<'a>(state: Examinee<'a>, name: &str) -> Option<&'a Arc<Node>> {
    let pairs = state.items.iter().filter_map(|item| item.as_map()).flatten();
    pairs.map(|(key, _)| key).find(|key| key.as_str() == Some(name))
}

/// Items with several keys, and maps where lists are meant.
fn items(state: Examinee<'_>, found: &mut Vec<Diagnostic>) {
    for pairs in state.items.iter().filter_map(|item| item.as_map()) {
        if let [(first, value), (second, _), ..] = pairs {
            let (one, two) = (first.to_value(), second.to_value());
            let is_empty = value.as_scalar().is_some_and(common::value::Value::is_null);
            found.push(if is_empty {
                let message = format!("`{one}` is empty, and `{two}` stands beside it, not below it");
                warning(state, "under-indented", message, Some(second))
                    .help(format!("if `{two}` belongs to `{one}`, indent it by two blanks more"))
            } else {
                let message = format!("`{two}` is in the same item as `{one}`");
                warning(state, "missing-dash", message, Some(second))
                    .help(format!("begin an item of its own: `- {two}:`"))
            });
        }
        for (key, value) in pairs {
            let Some(name) = key.as_str().filter(|_| value.as_map().is_some()) else { continue };
            if LISTS.contains(&name) || name.ends_with("_in") {
                let message = format!("`{name}` is a map, and a list is meant");
                found.push(
                    warning(state, "dict-not-list", message, Some(key))
                        .help("begin each line below it with `- `"),
                );
            }
        }
    }
}

/// Arguments that the function swallows.
fn stray(state: Examinee<'_>, function: &Function, found: &mut Vec<Diagnostic>) {
    if !function.swallows || state.chunk.state == "test" {
        return;
    }
    let known = function.parameters();
    for key in state.chunk.arguments.keys().filter_map(|key| key.as_str()) {
        if known.contains(&key) || is_keyword(key) || key.starts_with("__") {
            continue;
        }
        let words = crate::compile::keywords::REQUISITES.iter().chain(known).copied();
        let help = match nearest(key, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None if state.chunk.state == "file" => {
                "it becomes a variable of the template; say so with `- context:` and below it the variable"
                    .into()
            }
            None => "leave it out: it has no effect".into(),
        };
        let message = format!("`{}` has no argument `{key}`, and takes it silently", function.name);
        found.push(warning(state, "stray-argument", message, key_of(state, key)).help(help));
    }
}

/// Commands without guards, or with a user under its old name.
fn command(state: Examinee<'_>, found: &mut Vec<Diagnostic>) {
    let chunk = state.chunk;
    if chunk.state != "cmd" {
        return;
    }
    // Root is whom newer Salt runs it as, too.
    let another = |old: &&str| get(&chunk.arguments, old).is_some_and(|user| user.as_str() != Some("root"));
    for old in ["user", "group"].into_iter().filter(another) {
        let message =
            format!("newer Salt ignores `{old}` of `{}` and runs the command as root", chunk.function());
        let warning = warning(state, "user-on-cmd", message, key_of(state, old));
        found.push(match old {
            "user" => warning.help("write `runas`"),
            _ => warning.help("write `runas` with a user of this group, or `sg` in the command"),
        });
    }
    let runs = matches!(chunk.fun.as_str(), "run" | "script");
    if runs && !GUARDS.iter().any(|guard| get(&chunk.arguments, guard).is_some()) {
        found.push(
            warning(state, "cmd-without-guard", "this command runs at every apply".into(), None)
                .help("say when it is needed: `creates`, `unless`, `onlyif` or `onchanges`"),
        );
    }
}

/// A watch that is a require.
fn watch(state: Examinee<'_>, function: &Function, found: &mut Vec<Diagnostic>) {
    if function.has_mod_watch() {
        return;
    }
    if let Some(key) = key_of(state, "watch").or_else(|| key_of(state, "watch_any")) {
        let message = format!("`{}` does nothing when what it watches changes", function.name);
        found.push(
            warning(state, "watch-without-effect", message, Some(key))
                .help("write `require` for the order, or `onchanges` to run only after a change"),
        );
    }
}

fn dropped(state: Examinee<'_>, found: &mut Vec<Diagnostic>) {
    for (function, argument, instead) in DROPPED {
        if state.chunk.function() == *function && get(&state.chunk.arguments, argument).is_some() {
            let message = format!("newer Salt's `{function}` has no `{argument}`");
            found
                .push(warning(state, "deprecated-argument", message, key_of(state, argument)).help(*instead));
        }
    }
}
