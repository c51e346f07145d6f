//! How the pillar files of a host are merged: what one of them says and another one replaces.
//!
//! Files that stand beside each other, below one target of the top file or in one include list, are taken for parts of one
//! whole, and a value that two of them have for a mistake. A file that comes later by another target, or that includes the other,
//! is taken for a layer that is meant to replace values. So is one whose name a template or a pattern makes, and one with a
//! comment beside its name in that list.

use std::collections::HashMap;
use std::sync::Arc;

use common::value::Value;

use super::allow::is_allowed_at;
use crate::compile::pillar::{Depth, ExaminedPillar, Part};
use crate::diagnostic::{Diagnostic, line_of};
use crate::language::{Kind, Node};

/// The rule.
const OVERWRITTEN: &str = "pillar-overwritten";

/// How many keys of two files are named.
const NAMED: usize = 3;

/// Looks at every file, and at what they come to.
pub(super) fn lint(examined: &ExaminedPillar, found: &mut Vec<Diagnostic>) {
    for (_, value) in examined.parts().iter().flat_map(|part| &part.pairs) {
        under_indented(value, found);
    }
    let mut merge = Merge { examined, known: HashMap::new(), replaced: Vec::new(), found };
    for (number, part) in examined.parts().iter().enumerate() {
        merge.pairs(number, &mut part.below.clone(), &part.pairs);
    }
    merge.tell();
}

/// Items of lists whose first key is empty, with others beside it.
fn under_indented(node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Map(pairs) => pairs.iter().for_each(|(_, value)| under_indented(value, found)),
        Kind::List(items) => {
            for item in items {
                if let Some([(first, value), (second, _), ..]) = item.as_map()
                    && value.as_scalar().is_some_and(Value::is_null)
                {
                    let (one, two) = (first.to_value(), second.to_value());
                    let message = format!("`{one}` is empty, and `{two}` stands beside it, not below it");
                    found.push(
                        Diagnostic::warning("under-indented", message)
                            .at(second.place.clone())
                            .help(format!("if `{two}` belongs to `{one}`, indent it by two blanks more")),
                    );
                }
                under_indented(item, found);
            }
        }
    }
}

/// A value as the last file that has it says it.
#[derive(Clone, Copy)]
struct Known<'a> {
    part: usize,
    key: &'a Arc<Node>,
    value: &'a Arc<Node>,
}

/// A value that is replaced.
struct Replaced<'a> {
    path: String,
    before: Known<'a>,
    after: Known<'a>,
}

/// The files merged so far.
struct Merge<'a, 'f> {
    examined: &'a ExaminedPillar,
    known: HashMap<Vec<Value>, Known<'a>>,
    replaced: Vec<Replaced<'a>>,
    found: &'f mut Vec<Diagnostic>,
}

impl<'a> Merge<'a, '_> {
    fn pairs(&mut self, part: usize, path: &mut Vec<Value>, pairs: &'a [(Arc<Node>, Arc<Node>)]) {
        for (key, value) in pairs {
            path.push(key.to_value());
            let after = Known { part, key, value };
            let before = self.known.insert(path.clone(), after);
            if let Some(before) = before {
                self.replace(path, before, after);
            }
            if let Some(pairs) = value.as_map() {
                self.pairs(part, path, pairs);
            }
            path.pop();
        }
    }

    /// Looks at a value that two files have. Maps become one.
    fn replace(&mut self, path: &[Value], before: Known<'a>, after: Known<'a>) {
        let are_maps = before.value.as_map().is_some() && after.value.as_map().is_some();
        if are_maps && matches!(self.examined.depth(), Depth::Whole { .. }) {
            return;
        }
        self.clash(path, before, after);
        // Nothing that was below it is left.
        self.known.retain(|known, _| known.len() <= path.len() || !known.starts_with(path));
    }

    fn clash(&mut self, path: &[Value], before: Known<'a>, after: Known<'a>) {
        let parts = self.examined.parts();
        let (first, second) = (&parts[before.part], &parts[after.part]);
        let told: Vec<String> = path.iter().map(ToString::to_string).collect();
        let path = told.join(":");
        let merged_lists = match self.examined.depth() {
            Depth::Nothing => return,
            Depth::Flat => false,
            Depth::Whole { lists } => lists,
        };
        let (old, new) = (before.value.to_value(), after.value.to_value());
        if first.source.path == second.source.path || old == new {
            return;
        }
        match (&old, &new) {
            (Value::List(_), Value::List(_)) if merged_lists => {}
            (Value::Map(_) | Value::List(_), Value::Null) if old.is_true() => {
                let what = if matches!(old, Value::Map(_)) { "map" } else { "list" };
                let message =
                    format!("`{path}` is empty here, and nothing is left of the {what} it replaces");
                let warning = Diagnostic::warning(OVERWRITTEN, message).at(after.key.place.clone());
                self.found.push(
                    warning
                        .related("replaced", before.key.place.clone())
                        .help("take the key out, or write `{}` or `[]` where nothing is meant"),
                );
            }
            _ if beside(first, second) => self.replaced.push(Replaced { path, before, after }),
            _ => {}
        }
    }

    /// One warning for each pair of files.
    fn tell(self) {
        let memory = self.examined.memory();
        let parts = self.examined.parts();
        let is_layer = |part: usize| {
            let source = &parts[part].source;
            let Some(place) = memory.way_to(&source.path).first().map(|asked| &asked.place) else {
                return false;
            };
            let line =
                memory.text(&place.file).and_then(|text| line_of(text, place.line)).unwrap_or_default();
            // A name that a template or a pattern makes is chosen for the host.
            let last = source.sls.rsplit('.').next().unwrap_or_default();
            !line.contains(last) || is_allowed_at(OVERWRITTEN, place, memory)
        };
        let mut pairs: Vec<(usize, usize, Vec<&Replaced<'a>>)> = Vec::new();
        for replaced in &self.replaced {
            let (before, after) = (replaced.before.part, replaced.after.part);
            if is_layer(after) || is_allowed_at(OVERWRITTEN, &replaced.after.key.place, memory) {
                continue;
            }
            match pairs.iter_mut().find(|(one, two, _)| (*one, *two) == (before, after)) {
                Some((_, _, all)) => all.push(replaced),
                None => pairs.push((before, after, vec![replaced])),
            }
        }
        for (before, after, all) in pairs {
            let [first, others @ ..] = all.as_slice() else { continue };
            let (loser, winner) = (&parts[before].source.path, &parts[after].source.path);
            let mut message = format!("`{}` of {winner} replaces that of {loser}", first.path);
            if !others.is_empty() {
                let named: Vec<_> = others.iter().take(NAMED).map(|one| format!("`{}`", one.path)).collect();
                let more = if others.len() > NAMED { ", …" } else { "" };
                message = format!("{message}, and so do {} more: {}{more}", others.len(), named.join(", "));
            }
            self.found.push(
                Diagnostic::warning(OVERWRITTEN, message)
                    .at(first.after.key.place.clone())
                    .related("replaced", first.before.key.place.clone())
                    .help(format!(
                        "keep it in one file; if {winner} is meant to come over the other, say so beside its name: \
                         `# lint: allow {OVERWRITTEN}`"
                    )),
            );
        }
    }
}

/// Whether two files stand beside each other.
fn beside(one: &Part, other: &Part) -> bool {
    let same_target = one.source.saltenv == other.source.saltenv && one.target == other.target;
    same_target && !one.above.contains(&other.source.path) && !other.above.contains(&one.source.path)
}
