//! `state_aggregate` and `aggregate: True`: one call of the package manager for the packages of several states.
//!
//! The first of these states installs the packages of all that may run by then; the others find theirs installed when it
//! is their turn. A state joins in only when all it waits for has run and lets it run, it has no guard, and its other
//! arguments are the same: Salt joins more, and then installs what a guard would have kept out.

use common::value::{Map, Value, get};

use crate::compile::Chunk;
use crate::compile::keywords::is_keyword;
use crate::context::Context;

/// The functions of `pkg` that take several packages.
const FUNCTIONS: [&str; 4] = ["installed", "latest", "removed", "purged"];
const GUARDS: [&str; 3] = ["onlyif", "unless", "creates"];

/// Whether a state may be joined with others of its kind.
pub(super) fn is_asked(context: &Context, chunk: &Chunk) -> bool {
    if chunk.state != "pkg" || !FUNCTIONS.contains(&chunk.fun.as_str()) {
        return false;
    }
    let asked = get(&chunk.arguments, "aggregate").or_else(|| get(&context.opts, "state_aggregate"));
    match asked {
        Some(Value::Bool(asked)) => *asked,
        Some(Value::List(modules)) => modules.iter().any(|module| module.as_str() == Some("pkg")),
        _ => false,
    }
}

/// Whether the packages of `other` can be handled in the same call as those of `chunk`, as far as their arguments tell.
pub(super) fn joins(chunk: &Chunk, other: &Chunk) -> bool {
    let has = |chunk: &Chunk, key: &str| get(&chunk.arguments, key).is_some();
    other.state == chunk.state
        && other.fun == chunk.fun
        && has(other, "sources") == has(chunk, "sources")
        && !has(other, "hold")
        && !GUARDS.iter().any(|guard| has(other, guard))
        && options(chunk) == options(other)
}

/// What a state says besides which packages it means.
fn options(chunk: &Chunk) -> Map {
    let is_option = |key: &Value| {
        key.as_str().is_none_or(|key| !is_keyword(key) && !matches!(key, "pkgs" | "sources" | "version"))
    };
    let options = chunk.arguments.iter().filter(|(key, _)| is_option(key));
    options.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The state with the packages of the others besides its own.
pub(super) fn joined<'a>(chunk: &Chunk, others: impl IntoIterator<Item = &'a Chunk>) -> Chunk {
    let key = if get(&chunk.arguments, "sources").is_some() { "sources" } else { "pkgs" };
    let mut packages = packages(chunk, key);
    for package in others.into_iter().flat_map(|other| self::packages(other, key)) {
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    let mut joined = chunk.clone();
    joined.arguments.shift_remove(&Value::from("version"));
    joined.arguments.insert(key.into(), Value::List(packages));
    joined
}

/// The packages of one state: those it lists, or the one of its name.
fn packages(chunk: &Chunk, key: &str) -> Vec<Value> {
    let name = Value::from(&chunk.name);
    match (get(&chunk.arguments, key), get(&chunk.arguments, "version")) {
        (Some(Value::List(packages)), _) => packages.clone(),
        (Some(Value::Map(packages)), _) => {
            packages.iter().map(|pair| Map::from_iter([(pair.0.clone(), pair.1.clone())]).into()).collect()
        }
        (_, Some(version)) if !version.is_null() => vec![Map::from_iter([(name, version.clone())]).into()],
        _ => vec![name],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FAILS, NOP, entry, of, plan};
    use super::super::{Silent, run};
    use crate::modules::trial::{Host, below};
    use crate::testing::output;

    #[test]
    fn packages_of_several_states_are_installed_in_one_call() {
        const STATUS: &str = "/var/lib/dpkg/status";
        let install = |root: &std::path::Path, names: &[&str]| {
            let path = below(root, STATUS);
            let mut text = std::fs::read_to_string(&path).unwrap();
            for name in names {
                text += &format!(
                    "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                );
            }
            std::fs::write(path, text).unwrap();
        };
        let host = Host::new(&[(STATUS, "")], move |root, line| {
            let words: Vec<_> = line.split(' ').collect();
            if let Some(at) = words.iter().position(|word| *word == "install") {
                install(root, &words[at + 1..]);
            }
            output(i32::from(line == "false"), "")
        });
        let installed = |id: &str| of(id, "pkg.installed").with("aggregate", true);
        let chunks = vec![
            installed("one"),
            of("bad", FAILS),
            installed("two").needs("require", &[4]),
            installed("three").with("pkgs", vec!["three", "four"]),
            of("ok", NOP),
            installed("guarded").with("unless", "true"),
            installed("unwanted").needs("require", &[1]),
            of("alone", "pkg.installed"),
        ];
        let report = run(&plan(chunks), &host.context, &mut Silent);
        let installs: Vec<String> =
            host.lines().into_iter().filter(|line| line.contains(" install ")).collect();
        let packages = |line: &String| line.split_once(" install ").unwrap().1.to_owned();
        assert_eq!(installs.iter().map(packages).collect::<Vec<_>>(), ["one three four", "two", "alone"]);
        assert_eq!(entry(&report, "three").comment, "All specified packages are already installed");
        assert_eq!(entry(&report, "one").changes.len(), 3, "it has installed them");
    }
}
