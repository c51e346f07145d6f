//! Which files a job is going to read, so that they are fetched together and not one round trip each.

use common::value::{Map, Value};
use states::compile::Plan;

/// The files that a plan names (`salt://web/nginx.conf` anywhere in a state's arguments), as environments and paths.
#[must_use]
pub fn named_files(plan: &Plan) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for chunk in &plan.chunks {
        in_map(&chunk.arguments, &chunk.saltenv, &mut found);
        in_text(&chunk.name, &chunk.saltenv, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn in_map(map: &Map, saltenv: &str, found: &mut Vec<(String, String)>) {
    for (key, value) in map {
        in_value(key, saltenv, found);
        in_value(value, saltenv, found);
    }
}

fn in_value(value: &Value, saltenv: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => in_text(text, saltenv, found),
        Value::List(items) => items.iter().for_each(|item| in_value(item, saltenv, found)),
        Value::Map(map) => in_map(map, saltenv, found),
        _ => {}
    }
}

/// `salt://path`, or `salt://path?saltenv=name`. Several sources of one state may be separated by `|`, of which the first
/// character is Salt's way to quote a path.
fn in_text(text: &str, saltenv: &str, found: &mut Vec<(String, String)>) {
    let Some(rest) = text.strip_prefix("salt://") else { return };
    let (path, environment) = match rest.split_once("?saltenv=") {
        Some((path, environment)) => (path, environment),
        None => (rest, saltenv),
    };
    found.push((environment.into(), path.trim_start_matches('|').into()));
}

#[cfg(test)]
mod tests {
    use common::value::map;
    use states::compile::Chunk;

    use super::*;

    #[test]
    fn finds_what_a_plan_names() {
        let arguments = map([
            ("source", Value::from(vec!["salt://a/b", "salt://c?saltenv=dev"])),
            ("context", Value::Map(map([("x", Value::from("salt://nested"))]))),
            ("contents", Value::from("see salt://not-this")),
        ]);
        let chunk = Chunk {
            state: "file".into(),
            fun: "managed".into(),
            name: "salt://script.sh".into(),
            id: "x".into(),
            sls: "x".into(),
            saltenv: "base".into(),
            order: 1.into(),
            arguments,
            requisites: Vec::new(),
            place: None,
        };
        let named = named_files(&Plan { chunks: vec![chunk.clone(), chunk], ..Plan::default() });
        let expected = [("base", "a/b"), ("base", "nested"), ("base", "script.sh"), ("dev", "c")];
        assert_eq!(named, expected.map(|(saltenv, path)| (saltenv.to_owned(), path.to_owned())));
    }
}
