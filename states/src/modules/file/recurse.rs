//! `file.recurse`: a directory of the tree, file by file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::{Flag, Many, Text};
use super::super::{Call, Check, Done, Failure, StateFunction};
use super::directory::{Directory, Plan as DirectoryPlan, clean};
use super::managed::{Managed, Plan as ManagedPlan};
use super::paths;
use super::source::with_reason;
use super::walk::Patterns;
use crate::context::RequiredFile;

/// The arguments of `file.recurse`.
#[derive(Deserialize)]
pub(super) struct Recurse {
    name: Text,
    source: Many<Text>,
    #[serde(default)]
    clean: Flag,
    #[serde(default)]
    user: Option<Value>,
    #[serde(default)]
    group: Option<Value>,
    #[serde(default)]
    dir_mode: Option<Value>,
    #[serde(default)]
    file_mode: Option<Value>,
    #[serde(default)]
    template: Option<Value>,
    #[serde(default)]
    context: Option<Value>,
    #[serde(default)]
    defaults: Option<Value>,
    #[serde(default = "yes")]
    replace: Flag,
    #[serde(default)]
    backup: Option<Value>,
    #[serde(default)]
    include_pat: Patterns,
    #[serde(default)]
    exclude_pat: Patterns,
    #[serde(default)]
    maxdepth: Option<usize>,
    #[serde(default)]
    merge: Flag,
    #[serde(default)]
    include_empty: Flag,
    #[serde(default)]
    keep_symlinks: Flag,
}

/// What `file.recurse` found to do.
pub(super) struct Plan {
    items: Vec<Item>,
    removed: Vec<PathBuf>,
}

enum Item {
    Directory { path: String, state: Box<Directory>, plan: DirectoryPlan },
    File { path: String, state: Box<Managed>, plan: ManagedPlan },
}

impl StateFunction for Recurse {
    const NAME: &'static str = "file.recurse";
    const DOC: &'static str = "A directory of the tree, file by file.\n\n\
        source (salt://, one or a list), clean, user, group, dir_mode, file_mode (or keep), template, context, \
        defaults, replace, backup, include_pat, exclude_pat, maxdepth, merge";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = paths::target(&self.name, Self::NAME)?;
        self.check_arguments(call, &name)?;
        let files =
            self.files(call, &name).map_err(|error| Failure::new(format!("Recurse failed: {error}")))?;
        let directories: BTreeSet<&Path> = files.keys().filter_map(|path| path.parent()).collect();
        let mut found = Found::default();
        for path in directories {
            let state = Box::new(Directory::deserialize(Value::Map(self.directory_arguments(path)))?);
            match with_call(call, |call| state.check(call))? {
                Check::Clean { .. } => {}
                Check::Differs { plan, comment, changes } => {
                    let path = found.note(path, &comment, changes);
                    found.items.push(Item::Directory { path, state, plan });
                }
            }
        }
        for (path, source) in &files {
            let state = Box::new(Managed::deserialize(Value::Map(self.file_arguments(path, source)))?);
            match state.check(call)? {
                Check::Clean { .. } => {}
                Check::Differs { plan, comment, changes } => {
                    let path = found.note(path, &comment, changes);
                    found.items.push(Item::File { path, state, plan });
                }
            }
        }
        let mut removed = Vec::new();
        if self.clean.0 {
            removed = clean::leftovers(call, &name, &self.exclude_pat)?;
            removed.retain(|path| !files.keys().any(|kept| kept.starts_with(path)));
        }
        if found.items.is_empty() && removed.is_empty() {
            return Ok(Check::clean(format!("The directory {} is in the correct state", name.display())));
        }
        if !removed.is_empty() {
            let lines: Vec<String> = removed.iter().map(|path| path.display().to_string()).collect();
            found.comments.push(format!("\n#### removed ####\n{}", lines.join("\n")));
        }
        let comment = found.comments.join("\n").trim().to_owned();
        Ok(Check::differs(Plan { items: found.items, removed }, comment, found.changes))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let (mut changes, mut failures) = (Map::new(), Vec::new());
        // Salt makes the top directory before it looks at anything, and so does not report it.
        let top = paths::expand_user(&self.name);
        let new_top = !Path::new(&top).exists();
        for item in plan.items {
            let (path, done) = match item {
                Item::Directory { path, state, plan } => {
                    (path, with_call(call, |call| state.converge(call, plan)))
                }
                Item::File { path, state, plan } => (path, state.converge(call, plan)),
            };
            let done = done.unwrap_or_else(|failure| Done::failed(failure.comment, failure.changes));
            if done.result == Some(false) {
                failures.push(format!("\n#### {path} ####\n{}", done.comment));
            }
            let hidden = new_top && path == top.trim_end_matches('/');
            if !done.changes.is_empty() && !hidden {
                changes.insert(path.into(), Value::Map(done.changes));
            }
        }
        if !plan.removed.is_empty() {
            clean::remove(&plan.removed)?;
            let removed: Vec<String> = plan.removed.iter().map(|path| path.display().to_string()).collect();
            changes.insert("removed".into(), removed.into());
        }
        Ok(if failures.is_empty() {
            Done::ok(format!("Recursively updated {top}"), changes)
        } else {
            Done::failed(failures.join("\n").trim(), changes)
        })
    }
}

/// The paths that a required `file.recurse` manages.
pub(super) fn managed_paths(call: &Call<'_>, required: &RequiredFile) -> Result<Vec<PathBuf>, Failure> {
    let mut arguments = required.arguments.clone();
    arguments.insert("name".into(), (&required.name).into());
    let state = Recurse::deserialize(Value::Map(arguments))?;
    let name = PathBuf::from(paths::expand_user(&required.name));
    Ok(state.files(call, &name).map_err(Failure::new)?.into_keys().collect())
}

#[derive(Default)]
struct Found {
    items: Vec<Item>,
    comments: Vec<String>,
    changes: Map,
}

impl Found {
    fn note(&mut self, path: &Path, comment: &str, changes: Map) -> String {
        let path = path.display().to_string();
        self.comments.push(format!("\n#### {path} ####\n{comment}"));
        if !changes.is_empty() {
            self.changes.insert(path.as_str().into(), Value::Map(changes));
        }
        path
    }
}

impl Recurse {
    fn check_arguments(&self, call: &Call<'_>, name: &Path) -> Result<(), Failure> {
        if common::value::get(call.extra, "mode").is_some() {
            return Err(Failure::new(
                "'mode' is not allowed in 'file.recurse'. Please use 'file_mode' and 'dir_mode'.",
            ));
        }
        for (given, argument) in
            [(self.include_empty.0, "include_empty"), (self.keep_symlinks.0, "keep_symlinks")]
        {
            if given {
                call.warnings.borrow_mut().push(format!(
                    "{argument} has no effect: the tree that is shipped holds files alone, with links resolved"
                ));
            }
        }
        if name.exists() && !name.is_dir() {
            return Err(Failure::new(format!("The path {} exists and is not a directory", name.display())));
        }
        Ok(())
    }

    /// The files to manage, each with the address of its source.
    fn files(&self, call: &Call<'_>, name: &Path) -> Result<BTreeMap<PathBuf, String>, String> {
        let mut files = BTreeMap::new();
        let mut found = false;
        for source in &self.source.0 {
            let (saltenv, root) = address(call, source)?;
            let listing = call.context.files.list(&saltenv).map_err(|error| error.to_string())?;
            let below = listing.iter().filter_map(|file| {
                let rest = if root.is_empty() {
                    Some(&*file.path)
                } else {
                    file.path.strip_prefix(&root)?.strip_prefix('/')
                };
                rest.map(|rest| (file, rest))
            });
            let before = found;
            for (file, rest) in below {
                found = true;
                if self.wants(rest)? {
                    files
                        .entry(name.join(rest))
                        .or_insert_with(|| format!("salt://{}?saltenv={saltenv}", file.path));
                }
            }
            if found && !before && !self.merge.0 {
                break;
            }
        }
        if found {
            return Ok(files);
        }
        Err(with_reason(call, "none of the specified sources were found".into()))
    }

    fn wants(&self, path: &str) -> Result<bool, String> {
        if self.maxdepth.is_some_and(|depth| path.matches('/').count() > depth) {
            return Ok(false);
        }
        let matches = |patterns: &Patterns| patterns.match_any(path).map_err(|failure| failure.comment);
        Ok((self.include_pat.is_empty() || matches(&self.include_pat)?) && !matches(&self.exclude_pat)?)
    }

    fn directory_arguments(&self, path: &Path) -> Map {
        let mut arguments = Map::new();
        arguments.insert("name".into(), path.display().to_string().into());
        arguments.insert("makedirs".into(), true.into());
        put(&mut arguments, &[("user", &self.user), ("group", &self.group), ("dir_mode", &self.dir_mode)]);
        arguments
    }

    fn file_arguments(&self, path: &Path, source: &str) -> Map {
        let mut arguments = Map::new();
        arguments.insert("name".into(), path.display().to_string().into());
        arguments.insert("source".into(), source.into());
        arguments.insert("makedirs".into(), true.into());
        arguments.insert("replace".into(), self.replace.0.into());
        put(
            &mut arguments,
            &[
                ("user", &self.user),
                ("group", &self.group),
                ("mode", &self.file_mode),
                ("dir_mode", &self.dir_mode),
                ("template", &self.template),
                ("context", &self.context),
                ("defaults", &self.defaults),
                ("backup", &self.backup),
            ],
        );
        arguments
    }
}

fn put(arguments: &mut Map, given: &[(&str, &Option<Value>)]) {
    for (key, value) in given {
        if let Some(value) = value.as_ref().filter(|value| !value.is_null()) {
            arguments.insert((*key).into(), value.clone());
        }
    }
}

/// The environment and the path of a `salt://` address.
fn address(call: &Call<'_>, source: &str) -> Result<(String, String), String> {
    let Some(rest) = source.strip_prefix("salt://") else {
        return Err(format!("Invalid source '{source}' (must be a salt:// URI)"));
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let saltenv = query.split('&').find_map(|pair| pair.strip_prefix("saltenv=")).unwrap_or(call.saltenv);
    Ok((saltenv.into(), path.trim_start_matches('|').trim_matches('/').into()))
}

/// Calls a directory state, which must not see the arguments that are meant for files.
fn with_call<T>(call: &Call<'_>, act: impl FnOnce(&Call<'_>) -> T) -> T {
    let extra = Map::new();
    act(&Call {
        context: call.context,
        id: call.id,
        sls: call.sls,
        saltenv: call.saltenv,
        arguments: call.arguments,
        extra: &extra,
        watching: None,
        changed: &[],
        warnings: RefCell::default(),
    })
}

fn yes() -> Flag {
    Flag(true)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    const TREE: &[(&str, &str)] =
        &[("d/a", "a\n"), ("d/s/b", "b\n"), ("d/s/c.bak", "c\n"), ("d/run", "#!/bin/sh\n"), ("dx/no", "\n")];

    #[test]
    fn brings_a_directory_over_once() {
        let mut host = Host::new(TREE);
        let (dry, real) = host.converge(
            "file.recurse",
            "t",
            "{source: salt://d, file_mode: keep, dir_mode: 750, exclude_pat: '*.bak'}",
        );
        let top = host.path("t").display().to_string();
        assert!(dry.comment.starts_with(&format!("#### {top} ####\nThe following files")), "{}", dry.comment);
        assert!(dry.comment.contains(&format!("#### {top}/a ####\nThe file {top}/a is set to be changed")));
        assert_eq!(real.comment, format!("Recursively updated {top}"));
        assert_eq!(real.changes.len(), 4);
        assert_eq!(
            (host.read("t/s/b").as_str(), host.mode("t/run"), host.mode("t/s")),
            ("b\n", 0o755, 0o750)
        );
        assert!(!host.path("t/s/c.bak").exists() && !host.path("t/no").exists());
    }

    #[test]
    fn clean_removes_the_rest() {
        let mut host = Host::new(TREE);
        host.run("file.recurse", "t", "{source: salt://d}");
        host.write("t/old", "");
        let (dry, real) = host.converge("file.recurse", "t", "{source: salt://d/, clean: true}");
        assert!(dry.comment.contains("#### removed ####"));
        assert_eq!(real.changes.len(), 1);
        assert!(!host.path("t/old").exists() && host.path("t/s/b").exists());
    }

    #[test]
    fn a_missing_directory_is_named() {
        let refused = Host::new(TREE).run("file.recurse", "t", "{source: salt://nope}");
        assert_eq!(refused.comment, "Recurse failed: none of the specified sources were found");
    }
}
