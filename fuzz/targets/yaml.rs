//! The YAML loader: any text is a value or an error, and a value survives being printed and read.
#![no_main]

use common::value::Value;
use libfuzzer_sys::fuzz_target;
use states::language::{text_of, value_of};

fuzz_target!(|text: &str| {
    let Ok(value) = value_of(text) else { return };
    // A document of aliases is small, but what it stands for is not.
    if !is_small(&value, &mut 10_000) {
        return;
    }
    for flow in [true, false] {
        let printed = text_of(&value, flow).expect("what was read can be printed");
        let again = value_of(&printed).unwrap_or_else(|error| panic!("{error}:\n{printed}"));
        assert!(same(&sorted(&value), &sorted(&again)), "{value:?}\nbecame\n{again:?}\nby\n{printed}");
    }
});

fn is_small(value: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match value {
        Value::List(items) => items.iter().all(|item| is_small(item, left)),
        Value::Map(map) => map.iter().all(|(key, value)| is_small(key, left) && is_small(value, left)),
        _ => true,
    }
}

/// Printing sorts the keys of maps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        Value::Map(map) => {
            let mut pairs: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.sort_by_cached_key(|(key, _)| format!("{key:?}"));
            Value::Map(pairs.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Equality of kinds too, and of what is no number with itself.
fn same(one: &Value, other: &Value) -> bool {
    format!("{one:?}") == format!("{other:?}")
}
