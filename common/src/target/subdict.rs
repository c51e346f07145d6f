//! Matching `key:key:value` in nested data, as Salt's grain and pillar matchers do.

use super::fnmatch;
use crate::regex::{Flags, Subject, compile, match_at_start};
use crate::value::{DEFAULT_DELIMITER, Map, Value, get};

/// How a value is compared. Case never counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Glob,
    Regex,
    Exact,
}

/// How many comparisons one match may take: data nested to the pattern's shape could otherwise make it try every split.
const STEP_LIMIT: usize = 50_000;

/// Whether the data has what the expression says. A key may hold the delimiter: the longest key is tried first.
pub(super) fn matches(data: &Map, expression: &str, delimiter: &str, comparison: Comparison) -> bool {
    Search { comparison, steps: 0 }.in_data(data, expression, delimiter)
}

/// Descends along a path from a map, as [`Value::traverse`] does from a value.
fn descend<'a>(map: &'a Map, path: &str, delimiter: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once(delimiter).map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value =
        get(map, first).or_else(|| first.parse().ok().and_then(|number| map.get(&Value::Int(number))))?;
    rest.map_or(Some(value), |rest| value.traverse(rest, delimiter))
}

struct Search {
    comparison: Comparison,
    steps: usize,
}

impl Search {
    fn in_data(&mut self, data: &Map, expression: &str, delimiter: &str) -> bool {
        let splits: Vec<usize> = expression.match_indices(delimiter).map(|(at, _)| at).collect();
        for at in splits.into_iter().rev() {
            self.steps += 1;
            if self.steps > STEP_LIMIT {
                return false;
            }
            let key = &expression[..at];
            let fits = if key == "*" {
                // Everything under the top level.
                self.in_map(data, expression)
            } else {
                let wanted = &expression[at + delimiter.len()..];
                descend(data, key, delimiter).is_some_and(|found| self.in_value(found, wanted))
            };
            if fits {
                return true;
            }
        }
        false
    }

    fn in_value(&mut self, value: &Value, wanted: &str) -> bool {
        match value {
            Value::Map(map) => !map.is_empty() && self.in_map(map, wanted),
            Value::List(items) => items.iter().any(|item| {
                item.as_map().is_some_and(|map| self.in_map(map, wanted)) || self.fits(item, wanted)
            }),
            value => self.fits(value, wanted),
        }
    }

    /// A map fits when it has the key, or something below it fits.
    fn in_map(&mut self, map: &Map, pattern: &str) -> bool {
        self.steps += 1;
        if self.steps > STEP_LIMIT {
            return false;
        }
        let (wildcard, pattern) = match pattern.strip_prefix("*:") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        if pattern == "*" || get(map, pattern).is_some() || map.keys().any(|key| self.fits(key, pattern)) {
            return true;
        }
        if self.in_data(map, pattern, DEFAULT_DELIMITER) {
            return true;
        }
        wildcard
            && map.values().any(|value| match value {
                Value::Map(map) => self.in_map(map, pattern),
                Value::List(items) => items.iter().any(|item| self.fits(item, pattern)),
                value => self.fits(value, pattern),
            })
    }

    fn fits(&self, value: &Value, pattern: &str) -> bool {
        let text = value.to_string().to_lowercase();
        match self.comparison {
            Comparison::Glob => fnmatch(&text, &pattern.to_lowercase()),
            Comparison::Exact => text == pattern.to_lowercase(),
            Comparison::Regex => {
                let flags = Flags { ignore_case: true, ..Flags::default() };
                compile(pattern, flags, Subject::Text)
                    .and_then(|regex| match_at_start(&regex, &text))
                    .unwrap_or(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn finds_values_as_salt_does() {
        let data = map([
            ("os", "Debian".into()),
            ("roles", vec!["proxy", "web"].into()),
            ("deep", map([("a", map([("b", "C:D".into())]).into()), ("n", 5.into())]).into()),
            ("list", Value::List(vec![map([("x", "y".into())]).into()])),
            ("empty", Map::new().into()),
        ]);
        for (expression, comparison, expected) in [
            ("os:debian", Comparison::Glob, true),
            ("os:Deb*", Comparison::Glob, true),
            ("os:Ubuntu", Comparison::Glob, false),
            ("os", Comparison::Glob, false),
            ("roles:proxy", Comparison::Glob, true),
            ("roles:pro?y", Comparison::Glob, true),
            ("roles:db", Comparison::Glob, false),
            ("deep:a:b:c:d", Comparison::Glob, true),
            ("deep:a", Comparison::Glob, true),
            ("deep:*", Comparison::Glob, true),
            ("deep:*:b", Comparison::Glob, true),
            ("deep:n:5", Comparison::Glob, true),
            ("list:x:y", Comparison::Glob, true),
            ("empty:*", Comparison::Glob, false),
            ("nope:*", Comparison::Glob, false),
            ("os:D.*n", Comparison::Regex, true),
            ("os:eb", Comparison::Regex, false),
            ("os:(", Comparison::Regex, false),
            ("os:debian", Comparison::Exact, true),
            ("os:deb*", Comparison::Exact, false),
        ] {
            assert_eq!(matches(&data, expression, ":", comparison), expected, "{expression}");
        }
        assert!(matches(&data, "os|debian", "|", Comparison::Glob));
    }
}
