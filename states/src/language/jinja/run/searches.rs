//! What a template looked for in vain, kept for the words of an error.
//!
//! An undefined value knows the number of its search alone: if it held the map it was looked for in, and were then put into
//! that map, neither would ever be freed.

use std::collections::VecDeque;
use std::sync::Arc;

use minijinja::Value;

use super::fault::About;
use super::scope::Scope;

/// How many searches are kept. An undefined value is mostly used where it was made.
const KEPT: usize = 16;

/// A search that found nothing.
#[derive(Clone, Debug)]
pub(in super::super) struct Search {
    /// The expression.
    pub(in super::super) about: About,
    pub(in super::super) sought: Sought,
}

/// Where something was looked for.
#[derive(Clone, Debug)]
pub(in super::super) enum Sought {
    /// A name, among those that are seen in a scope.
    Name(Arc<Scope>),
    /// A key or an attribute of a value.
    Key(Value, Value),
    /// A name that a template should export.
    Export(Value),
    /// An argument of a macro that its caller did not give.
    Argument,
}

/// The last searches.
#[derive(Default)]
pub(super) struct Searches {
    next: u64,
    last: VecDeque<Search>,
}

impl Searches {
    /// Keeps a search; its number.
    pub(super) fn keep(&mut self, search: Search) -> u64 {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(search);
        self.next += 1;
        self.next - 1
    }

    /// The search of a number, if it is still kept.
    pub(super) fn get(&self, number: u64) -> Option<&Search> {
        let back = usize::try_from(self.next.checked_sub(number)?).ok()?;
        self.last.get(self.last.len().checked_sub(back)?)
    }
}

impl Sought {
    /// The names that there would have been.
    pub(in super::super) fn names(&self) -> Vec<Arc<str>> {
        match self {
            Self::Name(scope) => scope.all_names(),
            Self::Export(module) => super::imports::exports(module),
            Self::Key(..) | Self::Argument => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::jinja::run::Unit;
    use crate::language::jinja::syntax::{Parsed, tree::Extent};

    #[test]
    fn the_last_are_kept() {
        let parsed = Arc::new(Parsed { source: "".into(), body: Vec::new(), blocks: Vec::new() });
        let unit = Arc::new(Unit { path: "t".into(), parsed });
        let mut searches = Searches::default();
        let numbers: Vec<u64> = (0..KEPT + 3)
            .map(|at| {
                let about = About { unit: unit.clone(), extent: Extent::new(at, at) };
                searches.keep(Search { about, sought: Sought::Argument })
            })
            .collect();
        for (at, number) in numbers.iter().enumerate() {
            let found = searches.get(*number).map(|search| search.about.extent.start());
            assert_eq!(found, (at >= 3).then_some(at));
        }
        assert!(searches.get(1000).is_none());
    }
}
