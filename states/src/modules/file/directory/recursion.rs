//! `recurse`: the same owner and mode for all that is in a directory.

use std::path::Path;

use common::value::{Map, Value};

use super::super::super::Failure;
use super::super::ownership::{Status, Wanted};
use super::super::{paths, walk};

/// What `recurse` asks for.
pub(super) struct Recursion {
    files: Option<Wanted>,
    directories: Option<Wanted>,
    /// The changes are not shown one by one.
    pub(super) silent: bool,
    depth: Option<usize>,
    follow: bool,
}

const WORDS: &[&str] = &["user", "group", "mode", "ignore_files", "ignore_dirs", "silent"];

impl Recursion {
    /// Reads `recurse`; `None` when nothing is to be done below the directory.
    pub(super) fn parse(
        recurse: Option<&Value>,
        wanted: &Wanted,
        file_mode: Option<u32>,
        depth: Option<usize>,
        follow: bool,
    ) -> Result<Option<Self>, Failure> {
        let Some(recurse) = recurse.filter(|recurse| recurse.is_true()) else { return Ok(None) };
        let Value::List(words) = recurse else {
            return Err(Failure::new("\"recurse\" must be formed as a list of strings"));
        };
        if !words.iter().all(|word| word.as_str().is_some_and(|word| WORDS.contains(&word))) {
            let known: Vec<String> = WORDS.iter().map(|word| format!("\"{word}\"")).collect();
            return Err(Failure::new(format!("Types for \"recurse\" limited to {}.", known.join(", "))));
        }
        let has = |word: &str| words.iter().any(|given| given.as_str() == Some(word));
        if has("ignore_files") && has("ignore_dirs") {
            return Err(Failure::new(
                "Must not specify \"recurse\" options \"ignore_files\" and \"ignore_dirs\" at the same time.",
            ));
        }
        if has("user") && wanted.user.is_none() {
            return Err(Failure::new(
                "user not specified, but configured as a target for recursive ownership management",
            ));
        }
        if has("group") && wanted.group.is_none() {
            return Err(Failure::new(
                "group not specified, but configured as a target for recursive ownership management",
            ));
        }
        let below = |mode: Option<u32>| Wanted {
            user: wanted.user.clone().filter(|_| has("user")),
            group: wanted.group.clone().filter(|_| has("group")),
            mode: mode.filter(|_| has("mode")),
        };
        Ok(Some(Self {
            files: (!has("ignore_files")).then(|| below(file_mode)),
            directories: (!has("ignore_dirs")).then(|| below(wanted.mode)),
            silent: has("silent"),
            depth,
            follow,
        }))
    }

    /// What differs below the directory, path by path.
    pub(super) fn differences(&self, top: &Path) -> Result<Map, Failure> {
        let mut changes = Map::new();
        for entry in walk::below(top, self.depth)? {
            let Some(wanted) = self.wanted(entry.directory) else { continue };
            let status = self.status(&entry.path)?;
            super::insert(&mut changes, &entry.path, wanted.differences(&status));
        }
        Ok(changes)
    }

    /// Sets what differs. Gives the last change of each kind, as Salt does, and a sentence for each failure.
    pub(super) fn apply(&self, top: &Path) -> Result<(Map, Vec<String>), Failure> {
        let (mut changes, mut failures) = (Map::new(), Vec::new());
        for entry in walk::below(top, self.depth)? {
            let Some(wanted) = self.wanted(entry.directory) else { continue };
            // What vanished meanwhile needs no owner.
            let Ok((made, errors)) = wanted.apply(&entry.path, self.follow_links(&entry.path)) else {
                continue;
            };
            changes.extend(made);
            failures.extend(errors.into_iter().map(|error| format!("{}: {error}", entry.path.display())));
        }
        Ok((changes, failures))
    }

    fn wanted(&self, directory: bool) -> Option<&Wanted> {
        if directory { self.directories.as_ref() } else { self.files.as_ref() }
    }

    fn status(&self, path: &Path) -> Result<Status, Failure> {
        Status::read(path, self.follow_links(path))
            .map_err(|error| paths::failure("Unable to read", path, &error))
    }

    /// A link to nothing has only an owner of its own.
    fn follow_links(&self, path: &Path) -> bool {
        self.follow && path.exists()
    }
}
