//! What the states of a run gather for a file that a later state writes (`file.accumulated`).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::value::{Map, Value};

/// The accumulators of a run, by the file they are for.
#[derive(Default)]
pub(crate) struct Accumulators(Mutex<HashMap<String, Gathered>>);

/// What was gathered for one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gathered {
    /// The texts of each accumulator, in the order in which they came: a list by its name.
    pub(crate) texts: Map,
    /// The ids of the states that each accumulator names in `require_in` and `watch_in`.
    claims: HashMap<String, Vec<String>>,
}

impl Accumulators {
    /// Adds texts to an accumulator of a file. Says whether any of them was new to it.
    pub(crate) fn add(&self, file: &str, name: &str, texts: &[Value], ids: Vec<String>) -> bool {
        let mut all = self.lock();
        let gathered = all.entry(file.into()).or_default();
        gathered.claims.entry(name.into()).or_default().extend(ids);
        let entry = gathered.texts.entry(name.into()).or_insert_with(|| Value::List(Vec::new()));
        let Value::List(known) = entry else { return false };
        let before = known.len();
        for text in texts {
            if !known.contains(text) {
                known.push(text.clone());
            }
        }
        known.len() > before
    }

    /// What was gathered for a file so far.
    #[must_use]
    pub(crate) fn of(&self, file: &str) -> Option<Gathered> {
        self.lock().get(file).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Gathered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gathered {
    /// The texts of the accumulators that name the state with this id; of all of them when none does.
    #[must_use]
    pub(crate) fn texts_for(&self, id: &str) -> Vec<&Value> {
        let is_for = |name: &Value| {
            name.as_str()
                .and_then(|name| self.claims.get(name))
                .is_some_and(|ids| ids.iter().any(|other| other == id))
        };
        let claimed = self.texts.keys().any(is_for);
        let chosen = self.texts.iter().filter(|(name, _)| !claimed || is_for(name));
        chosen.filter_map(|(_, texts)| texts.as_list()).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_once_and_a_state_gets_what_names_it() {
        let accumulators = Accumulators::default();
        let add =
            |name: &str, text: &str, id: &str| accumulators.add("/f", name, &[text.into()], vec![id.into()]);
        assert!(add("a", "one", "x"));
        assert!(!add("a", "one", "x"));
        assert!(add("a", "two", "x"));
        assert!(add("b", "three", "y"));
        assert!(!accumulators.add("/f", "c", &[], Vec::new()));
        let gathered = accumulators.of("/f").unwrap();
        assert_eq!(gathered.texts_for("x"), [&Value::from("one"), &Value::from("two")]);
        assert_eq!(gathered.texts_for("y"), [&Value::from("three")]);
        assert_eq!(gathered.texts_for("z").len(), 3);
        assert_eq!(gathered.texts.len(), 3);
        assert_eq!(accumulators.of("/g"), None);
    }
}
