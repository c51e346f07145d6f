//! Finding values by text keys and by Salt's colon paths.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;

use super::Value;

/// What separates the steps of a path such as `users:ops:uid`.
pub const DEFAULT_DELIMITER: &str = ":";

/// A borrowed text key, so that a lookup does not allocate.
pub(super) struct TextKey<'a>(pub(super) &'a str);

impl Hash for TextKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        super::python::hash_text(self.0, state);
    }
}

impl Equivalent<Value> for TextKey<'_> {
    fn equivalent(&self, key: &Value) -> bool {
        key.as_str() == Some(self.0)
    }
}

impl Value {
    /// Descends along a path such as `users:ops:uid`, the way `pillar.get` and `grains.get` do: map keys (as text, else as
    /// an integer), and list positions; a list of maps is searched for the first map that has the key.
    #[must_use]
    pub fn traverse(&self, path: &str, delimiter: &str) -> Option<&Value> {
        let mut at = self;
        for step in path.split(delimiter) {
            at = match at {
                Value::Map(map) => map
                    .get(&TextKey(step))
                    .or_else(|| step.parse().ok().and_then(|number| map.get(&Value::Int(number))))?,
                // A position below zero counts from the end, as in Python.
                Value::List(items) => match step.parse::<isize>() {
                    Ok(position) if position < 0 => items.get(items.len().checked_add_signed(position)?)?,
                    Ok(position) => items.get(position.unsigned_abs())?,
                    Err(_) => items.iter().find_map(|item| item.as_map()?.get(&TextKey(step)))?,
                },
                _ => return None,
            };
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Value, map};

    #[test]
    fn descends_maps_and_lists() {
        let tree = Value::from(map([(
            "a",
            Value::List(vec![Value::from(1), Value::from(map([("b", Value::from("x"))]))]),
        )]));
        assert_eq!(tree.traverse("a:1:b", ":"), Some(&Value::from("x")));
        assert_eq!(tree.traverse("a:b", ":"), Some(&Value::from("x")));
        assert_eq!(tree.traverse("a:9", ":"), None);
        assert_eq!(tree.traverse("a:-2", ":"), Some(&Value::from(1)));
        assert_eq!(tree.traverse("a:-3", ":"), None);
    }
}
