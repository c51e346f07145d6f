//! Values that hold values are dropped one after the other, not one inside the other: a template can nest them a million
//! deep, step by step, and dropping them must not go as deep.

use std::cell::RefCell;

use minijinja::Value;

thread_local! {
    /// What waits to be dropped, while something is.
    static WAITING: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Drops values that something held which is being dropped itself.
pub(super) fn bury(values: impl IntoIterator<Item = Value>) {
    let mut held: Vec<Value> = values.into_iter().filter(|value| value.as_object().is_some()).collect();
    if held.is_empty() {
        return;
    }
    let first = WAITING.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        match &mut *waiting {
            Some(waiting) => {
                waiting.append(&mut held);
                false
            }
            None => {
                *waiting = Some(std::mem::take(&mut held));
                true
            }
        }
    });
    if first != Ok(true) {
        return;
    }
    let next = || WAITING.with(|waiting| waiting.borrow_mut().as_mut().and_then(Vec::pop));
    while let Some(value) = next() {
        drop(value);
    }
    WAITING.with(|waiting| *waiting.borrow_mut() = None);
}

#[cfg(test)]
mod tests {
    use super::super::values::{dict, generator, list, view};
    use super::*;

    #[test]
    fn a_deep_value_is_dropped_without_going_deep() {
        let wraps: [fn(Value) -> Value; 4] = [
            |value| list(vec![value]),
            |value| dict([(Value::from(1), value)]),
            |value| view("dict_values", vec![value]),
            |value| generator("generator", vec![value]),
        ];
        let mut value = Value::from(1);
        for _ in 0..100_000 {
            value = wraps.iter().fold(value, |value, wrap| wrap(value));
        }
        drop(value);
        assert!(WAITING.with(|waiting| waiting.borrow().is_none()));
    }
}
