//! Merging pillar files, as `pillar_source_merging_strategy` and `pillar_merge_lists` say.

use common::value::{Map, Value, get};

use crate::context::Context;

/// How deep maps are merged with maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// To any depth; lists are merged as well where `lists` says so.
    Whole {
        /// `pillar_merge_lists`.
        lists: bool,
    },
    /// Values of the first level are replaced.
    Flat,
    /// Nothing is replaced.
    Nothing,
}

/// How files are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merging {
    strategy: Strategy,
    lists: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    /// Maps are merged to any depth, everything else is replaced.
    Recurse,
    /// Values of the first level are replaced as a whole.
    Overwrite,
    /// Values of the first level become lists of both. What only the second has is dropped, as in Salt.
    List,
}

impl Merging {
    /// What the configuration says.
    pub(super) fn configured(context: &Context) -> Self {
        let name = get(&context.opts, "pillar_source_merging_strategy").and_then(Value::as_str);
        let lists = get(&context.opts, "pillar_merge_lists").is_some_and(Value::is_true);
        let (strategy, lists) = match name.filter(|name| !name.is_empty()).unwrap_or("smart") {
            // To aggregate deeper, values would have to be marked in yamlex, which is no renderer here.
            "overwrite" | "aggregate" => (Strategy::Overwrite, false),
            "list" => (Strategy::List, false),
            // `smart` chooses by the renderer, which is never yamlex here.
            "smart" | "recurse" => (Strategy::Recurse, lists),
            // `none` reads one environment only; what Salt does not know recurses like it, without regard to lists.
            _ => (Strategy::Recurse, false),
        };
        Self { strategy, lists }
    }

    /// How deep it goes.
    pub(super) fn depth(self) -> Depth {
        match self.strategy {
            Strategy::Recurse => Depth::Whole { lists: self.lists },
            Strategy::Overwrite => Depth::Flat,
            Strategy::List => Depth::Nothing,
        }
    }

    /// Merges the second map into the first.
    pub(super) fn merge(self, first: &mut Map, second: Map) {
        match self.strategy {
            Strategy::Recurse => update(first, second, self.lists),
            Strategy::Overwrite => {
                for (key, value) in second {
                    first.insert(key, value);
                }
            }
            Strategy::List => {
                for (key, value) in second {
                    if let Some(own) = first.get_mut(&key) {
                        *own = Value::List(vec![std::mem::take(own), value]);
                    }
                }
            }
        }
    }
}

fn update(first: &mut Map, second: Map, lists: bool) {
    for (key, value) in second {
        match (first.get_mut(&key), value) {
            (Some(Value::Map(own)), Value::Map(value)) => update(own, value, lists),
            (Some(Value::List(own)), Value::List(items)) if lists => {
                for item in items {
                    if !own.contains(&item) {
                        own.push(item);
                    }
                }
            }
            (_, value) => {
                first.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn merged(strategy: Strategy, lists: bool) -> String {
        let mut first = map([
            ("a", map([("x", 1.into()), ("y", 2.into())]).into()),
            ("l", vec![1, 2].into()),
            ("only", 1.into()),
        ]);
        let second = map([("a", map([("y", 3.into())]).into()), ("l", vec![2, 3].into()), ("new", 1.into())]);
        Merging { strategy, lists }.merge(&mut first, second);
        Value::Map(first).to_string()
    }

    #[test]
    fn strategies() {
        assert_eq!(
            merged(Strategy::Recurse, false),
            "{'a': {'x': 1, 'y': 3}, 'l': [2, 3], 'only': 1, 'new': 1}"
        );
        assert_eq!(
            merged(Strategy::Recurse, true),
            "{'a': {'x': 1, 'y': 3}, 'l': [1, 2, 3], 'only': 1, 'new': 1}"
        );
        assert_eq!(merged(Strategy::Overwrite, false), "{'a': {'y': 3}, 'l': [2, 3], 'only': 1, 'new': 1}");
        assert_eq!(
            merged(Strategy::List, false),
            "{'a': [{'x': 1, 'y': 2}, {'y': 3}], 'l': [[1, 2], [2, 3]], 'only': 1}"
        );
    }
}
