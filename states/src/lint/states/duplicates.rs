//! Two states that manage the same thing.

use std::collections::HashMap;

use common::value::get;

use super::warning;
use crate::compile::{Examined, Examinee};
use crate::diagnostic::Diagnostic;

/// Functions that manage all of what their name stands for. Those of one line contradict each other for one name.
const WHOLE: &[&[&str]] = &[
    &["file.managed", "file.absent", "file.symlink", "file.directory"],
    &["file.recurse", "file.absent"],
    &["service.running", "service.dead"],
    &["user.present", "user.absent"],
    &["group.present", "group.absent"],
    &["pkg.installed", "pkg.removed", "pkg.purged"],
];

/// Requisites and guards that may keep all but one of several states from running.
const ALTERNATIVES: &[&str] =
    &["unless", "onlyif", "creates", "onfail", "onfail_any", "onfail_all", "onchanges", "prereq"];

/// Looks for pairs.
pub(super) fn lint(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let mut first: HashMap<(usize, &str), Examinee<'_>> = HashMap::new();
    for state in examined.states() {
        let chunk = state.chunk;
        let of_its_own = ["pkgs", "sources"].iter().any(|key| get(&chunk.arguments, key).is_some());
        if of_its_own || ALTERNATIVES.iter().any(|key| get(&chunk.arguments, key).is_some()) {
            continue;
        }
        let function = chunk.function();
        for (group, _) in WHOLE.iter().enumerate().filter(|(_, group)| group.contains(&function.as_str())) {
            let Some(other) = first.insert((group, &chunk.name), state) else { continue };
            if other.chunk.id == chunk.id && other.chunk.state == chunk.state {
                continue;
            }
            let message = match other.chunk.function() {
                same if same == function => format!("two states manage '{}' with `{function}`", chunk.name),
                other => format!("`{function}` and `{other}` manage the same '{}'", chunk.name),
            };
            let warning = warning(state, "duplicate-name", message, None)
                .help("make one state of them, or give each another name");
            found.push(match &other.chunk.place {
                Some(place) => warning.related("and here", place.clone()),
                None => warning,
            });
        }
    }
}
