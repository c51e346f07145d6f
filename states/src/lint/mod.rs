//! Warnings about a tree that compiles: what may not do what its author meant.
//!
//! Each warning has a stable name. A comment `# lint: allow NAME` on the line that is warned of, or on the line above it,
//! silences it there; several names are divided by commas. The rules look at four things: [`text`] at the template as it
//! is written, [`scalars`] at what YAML reads, [`states`] at the compiled states, [`pillar`] at how pillar files are merged.

mod allow;
mod pillar;
mod scalars;
mod states;
mod text;

use std::sync::Arc;

use common::value::Map;

use crate::compile::Examined;
use crate::compile::pillar::ExaminedPillar;
use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// A rule: its name, and what it warns of in one sentence.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name, by which it is silenced.
    pub name: &'static str,
    /// What it warns of.
    pub what: &'static str,
}

/// Every rule, by name.
pub const RULES: &[Rule] = &[
    Rule {
        name: "cmd-without-guard",
        what: "a command that runs each time, because nothing says when it is needed",
    },
    Rule { name: "deprecated-argument", what: "an argument that newer Salt has dropped" },
    Rule { name: "dict-not-list", what: "a map where a list is meant" },
    Rule { name: "duplicate-name", what: "two states that manage the same thing" },
    Rule {
        name: "lost-zero",
        what: "a number such as 1.10, which YAML reads as 1.1; in pillar also 0123, which YAML reads as 123",
    },
    Rule { name: "missing-dash", what: "several arguments in one item of a list" },
    Rule { name: "missing-source", what: "a source that is not in the tree" },
    Rule { name: "octal-mode", what: "a file mode without quotes" },
    Rule {
        name: "pillar-get-without-default",
        what: "pillar.get without a default, which gives nothing where the key is missing",
    },
    Rule {
        name: "pillar-overwritten",
        what: "values of a pillar file that another one beside it replaces, and a key without a value that empties a map",
    },
    Rule { name: "python2-method", what: "a method that only Python 2 has" },
    Rule { name: "sexagesimal", what: "a value such as 12:30, which YAML reads as a number to base 60" },
    Rule { name: "stray-argument", what: "an argument that the function does not have and silently takes" },
    Rule { name: "under-indented", what: "an argument whose value stands beside it in place of below it" },
    Rule {
        name: "unquoted-jinja",
        what: "text of a template that YAML reads as something else, because it has no quotes",
    },
    Rule { name: "user-on-cmd", what: "`user` or `group` of a command, which newer Salt ignores" },
    Rule {
        name: "watch-without-effect",
        what: "`watch` on a function that does nothing when what it watches changes",
    },
    Rule { name: "yaml-boolean", what: "yes, no, on or off as text, which YAML reads as true or false" },
];

/// Which tree a file is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    States,
    Pillar,
}

/// The warnings of a compiled tree, without those that comments allow. Where the same line gives the same warning in
/// several states, it is one warning.
#[must_use]
pub fn lint(context: &Arc<Context>, examined: &Examined) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in examined.files() {
        text::lint(file, Tree::States, &mut found);
        scalars::lint(context, file, Tree::States, &Map::new(), &mut found);
    }
    states::lint(context, examined, &mut found);
    found.retain(|warning| !allow::is_allowed(warning, examined.memory()));
    examined.memory().illustrate(found)
}

/// The warnings of a host's pillar, likewise. No message has a value in it that is not written in the line that it points at.
#[must_use]
pub fn lint_pillar(context: &Arc<Context>, examined: &ExaminedPillar) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for part in examined.parts() {
        text::lint(&part.source, Tree::Pillar, &mut found);
        scalars::lint(context, &part.source, Tree::Pillar, &part.variables, &mut found);
    }
    pillar::lint(examined, &mut found);
    found.retain(|warning| !allow::is_allowed(warning, examined.memory()));
    let found = examined.memory().illustrate(found);
    found.into_iter().map(|warning| warning.note("in the pillar tree")).collect()
}

#[cfg(test)]
mod tests;
