//! `file_roots` and `pillar_roots`: the folders of a tree by environment.

use std::path::{Path, PathBuf};

use common::regex::{Flags, Subject, compile};
use common::value::{Map, Value, get};
use indexmap::IndexMap;

use super::pattern::{expand, has_magic};
use crate::diagnostic::Diagnostic;
use crate::files::Ignored;

/// Folders by environment; in an environment the first folder that has a file wins.
pub type Roots = IndexMap<String, Vec<PathBuf>>;

/// Where Salt looks when the key has the wrong form.
fn usual(key: &str) -> &'static str {
    if key == "file_roots" { "/srv/salt" } else { "/srv/pillar" }
}

/// Brings a key into its proper form: environments that are text, lists of folders, wildcards expanded.
pub(super) fn normalise(opts: &mut Map, key: &str) {
    let normal = match get(opts, key).and_then(Value::as_map) {
        Some(environments) => environments
            .iter()
            .map(|(name, folders)| (name.to_string().into(), expanded(folders.as_list().unwrap_or_default())))
            .collect(),
        None => Map::from_iter([("base".into(), vec![usual(key)].into())]),
    };
    opts.insert(key.into(), normal.into());
}

fn expanded(folders: &[Value]) -> Value {
    let mut paths = Vec::new();
    for folder in folders.iter().map(ToString::to_string) {
        if has_magic(&folder) {
            let mut found = expand(Path::new(&folder));
            found.sort();
            paths.extend(found.into_iter().map(|path| path.display().to_string()));
        } else {
            paths.push(folder);
        }
    }
    paths.into()
}

/// The folders of a key in its proper form.
pub(super) fn roots(opts: &Map, key: &str) -> Roots {
    let environments = get(opts, key).and_then(Value::as_map).into_iter().flatten();
    let folders = |folders: &Value| {
        folders.as_list().unwrap_or_default().iter().map(|folder| folder.to_string().into()).collect()
    };
    environments.map(|(name, list)| (name.to_string(), folders(list))).collect()
}

/// The folders of a pillar tree in which `__env__` stands for one environment, if that has no folders of its own.
pub(super) fn with_any(roots: &Roots, env: &str) -> Roots {
    const ANY: &str = "__env__";
    let mut all = roots.clone();
    if let Some(folders) = all.shift_remove(ANY)
        && !all.contains_key(env)
    {
        let named = folders.iter().map(|folder| folder.to_string_lossy().replace(ANY, env).into());
        all.insert(env.to_owned(), named.collect());
    }
    all
}

/// What `file_ignore_regex` and `file_ignore_glob` leave out of the tree.
pub(super) fn ignored(opts: &Map) -> Result<Ignored, Diagnostic> {
    let texts = |key: &str| -> Vec<String> {
        let items = get(opts, key).and_then(Value::as_list).unwrap_or_default();
        items.iter().map(ToString::to_string).collect()
    };
    let regexes = texts("file_ignore_regex")
        .iter()
        .map(|pattern| compile(pattern, Flags::default(), Subject::Text))
        .collect::<Result<_, _>>()
        .map_err(|error| Diagnostic::new(format!("file_ignore_regex: {error}")))?;
    Ok(Ignored { regexes, globs: texts("file_ignore_glob") })
}
