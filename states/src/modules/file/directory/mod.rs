//! `file.directory`: a directory with this owner and mode, and on request all that is in it.

pub(super) mod clean;
mod recursion;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::super::arguments::{Flag, Mode, Text, unless_blank};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::ownership::{Principal, Status, Wanted};
use super::paths;
use super::walk::Patterns;
use recursion::Recursion;

/// The arguments of `file.directory`.
#[derive(Deserialize)]
pub(super) struct Directory {
    name: Text,
    #[serde(default)]
    user: Option<Principal>,
    #[serde(default)]
    group: Option<Principal>,
    #[serde(default, deserialize_with = "unless_blank")]
    dir_mode: Option<Mode>,
    #[serde(default, deserialize_with = "unless_blank")]
    mode: Option<Mode>,
    #[serde(default, deserialize_with = "unless_blank")]
    file_mode: Option<Mode>,
    #[serde(default)]
    recurse: Option<Value>,
    #[serde(default)]
    max_depth: Option<usize>,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default)]
    clean: Flag,
    #[serde(default)]
    exclude_pat: Patterns,
    #[serde(default)]
    follow_symlinks: Flag,
    #[serde(default)]
    force: Flag,
    #[serde(default)]
    backupname: Option<Text>,
    #[serde(default = "yes")]
    allow_symlink: Flag,
    #[serde(default)]
    children_only: Flag,
}

/// What `file.directory` found to do.
pub(super) struct Plan {
    path: PathBuf,
    /// What is in the way of the directory and is removed, or moved to another path.
    obstacle: Option<Obstacle>,
    /// What differs, path by path, as Salt shows it.
    changes: Map,
    wanted: Wanted,
    recursion: Option<Recursion>,
    removed: Vec<PathBuf>,
}

enum Obstacle {
    Remove(&'static str),
    Rename(PathBuf),
}

impl StateFunction for Directory {
    const NAME: &'static str = "file.directory";
    const DOC: &'static str = "A directory with this owner and mode.\n\n\
        user, group, dir_mode (or mode), file_mode, recurse (user, group, mode, ignore_files, ignore_dirs, silent), \
        max_depth, makedirs, clean (remove what no required file state manages), exclude_pat, force, backupname, \
        allow_symlink, children_only, follow_symlinks";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let expanded = paths::expand_user(&self.name);
        if expanded.is_empty() {
            return Err(Failure::new("Must provide name to file.directory"));
        }
        if self.max_depth.is_some() && self.clean.0 {
            return Err(Failure::new("Cannot specify both max_depth and clean"));
        }
        let name = expanded.strip_suffix('/').filter(|name| !name.is_empty()).unwrap_or(&expanded);
        let wanted = self.wanted(call)?;
        wanted.check_names(call)?;
        let path = paths::absolute(name)?;
        let obstacle = self.obstacle(&path)?;
        let recursion = self.recursion(&wanted)?;
        let mut changes = Map::new();
        let mut removed = Vec::new();
        if path.is_dir() && obstacle.is_none() {
            if let Some(recursion) = &recursion {
                changes.extend(recursion.differences(&path)?);
            }
            if !self.children_only.0 {
                let status = self.status(&path)?;
                insert(&mut changes, &path, wanted.differences(&status));
            }
            if self.clean.0 {
                removed = clean::leftovers(call, &path, &self.exclude_pat)?;
                for path in &removed {
                    insert(&mut changes, path, map([("removed", "Removed due to clean".into())]));
                }
            }
        } else {
            insert(&mut changes, &path, map([("directory", "new".into())]));
        }
        if changes.is_empty() {
            return Ok(Check::clean(format!("The directory {name} is in the correct state")));
        }
        self.check_parent(call, &path, &changes)?;
        let comment = listing(&changes);
        let mut predicted = obstacle.as_ref().map_or_else(Map::new, |obstacle| obstacle.predicted(&path));
        predicted.extend(changes.clone());
        let plan = Plan { path, obstacle, changes, wanted, recursion, removed };
        Ok(Check::differs(plan, comment, predicted))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let mut changes = Map::new();
        if let Some(obstacle) = &plan.obstacle {
            changes.extend(obstacle.clear(&plan.path)?);
        }
        changes.extend(plan.changes.clone());
        if !plan.path.is_dir() {
            if self.makedirs.0 {
                paths::make_parents(&plan.path, &plan.wanted)?;
            }
            paths::make_directory(&plan.path, &plan.wanted)?;
            return Ok(Done::ok("", changes));
        }
        self.converge_existing(plan, changes)
    }
}

impl Directory {
    fn wanted(&self, call: &Call<'_>) -> Result<Wanted, Failure> {
        let mode = self.dir_mode.or(self.mode).map(|mode| mode.0);
        let wanted = Wanted::new(self.user.as_ref(), self.group.as_ref(), mode);
        match common::value::get(call.extra, "owner").filter(|_| wanted.user.is_none()) {
            None => Ok(wanted),
            Some(owner) => {
                let owner = Principal::deserialize(owner.clone())?;
                Ok(Wanted::new(Some(&owner), self.group.as_ref(), mode))
            }
        }
    }

    fn recursion(&self, wanted: &Wanted) -> Result<Option<Recursion>, Failure> {
        let file_mode = self.file_mode.map(|mode| mode.0).or(wanted.mode);
        Recursion::parse(self.recurse.as_ref(), wanted, file_mode, self.max_depth, self.follow_symlinks.0)
    }

    /// A file, or a link where none is allowed, that stands where the directory shall be.
    fn obstacle(&self, path: &Path) -> Result<Option<Obstacle>, Failure> {
        let link = paths::is_link(path);
        let other = paths::exists_itself(path) && !path.is_dir();
        if !(other || (link && (!self.allow_symlink.0 || self.force.0))) {
            return Ok(None);
        }
        if let Some(backup) = &self.backupname {
            let backup = PathBuf::from(&**backup);
            if paths::exists_itself(&backup) && !self.force.0 {
                return Err(Failure::new(format!(
                    "File exists where the backup target {} should go",
                    backup.display()
                )));
            }
            return Ok(Some(Obstacle::Rename(backup)));
        }
        let is_file = path.is_file();
        if self.force.0 {
            return Ok(Some(Obstacle::Remove(if is_file { "File" } else { "Symlink" })));
        }
        let kind = if is_file || !link { "file" } else { "symlink" };
        Err(Failure::new(format!("Specified location {} exists and is a {kind}", path.display())))
    }

    fn check_parent(&self, call: &Call<'_>, path: &Path, changes: &Map) -> Result<(), Failure> {
        if call.context.test || self.makedirs.0 || path.parent().is_none_or(Path::is_dir) {
            return Ok(());
        }
        // Salt reports what it would have changed along with the failure.
        Err(Failure {
            comment: format!("No directory to create {} in", path.display()),
            changes: changes.clone(),
        })
    }

    fn converge_existing(&self, plan: Plan, mut changes: Map) -> Result<Done, Failure> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |error: std::io::Error| paths::failure("Unable to change", &path, &error)
        };
        let mut failures = Vec::new();
        if !self.children_only.0 {
            let (made, errors) =
                plan.wanted.apply(&plan.path, self.follow_symlinks.0).map_err(failed(&plan.path))?;
            changes.extend(made);
            failures.extend(errors);
        }
        if let Some(recursion) = &plan.recursion {
            if recursion.silent {
                changes = change("recursion", "Changes silenced");
            }
            let (made, errors) = recursion.apply(&plan.path)?;
            changes.extend(made);
            failures.extend(errors);
        }
        let name = plan.path.display();
        let mut comment = failures.join("; ");
        if !plan.removed.is_empty() {
            clean::remove(&plan.removed)?;
            let removed: Vec<Value> =
                plan.removed.iter().map(|path| path.display().to_string().into()).collect();
            changes.insert("removed".into(), Value::List(removed));
            if comment.is_empty() {
                comment = format!("Files cleaned from directory {name}");
            }
        }
        if comment.is_empty() {
            comment = format!("Directory {name}{} updated", if self.children_only.0 { "/*" } else { "" });
        }
        Ok(if failures.is_empty() { Done::ok(comment, changes) } else { Done::failed(comment, changes) })
    }

    fn status(&self, path: &Path) -> Result<Status, Failure> {
        Status::read(path, self.follow_symlinks.0)
            .map_err(|error| paths::failure("Unable to read", path, &error))
    }
}

impl Obstacle {
    fn predicted(&self, path: &Path) -> Map {
        match self {
            Self::Remove(kind) => change("forced", format!("{kind} would be forcibly replaced")),
            Self::Rename(backup) => {
                change("backup", format!("{} would be renamed to {}", path.display(), backup.display()))
            }
        }
    }

    fn clear(&self, path: &Path) -> Result<Map, Failure> {
        let failed = |error: std::io::Error| paths::failure("Unable to make way for directory", path, &error);
        match self {
            Self::Remove(kind) => {
                paths::remove(path).map_err(failed)?;
                Ok(change("forced", format!("{kind} was forcibly replaced")))
            }
            Self::Rename(backup) => {
                if paths::exists_itself(backup) {
                    paths::remove(backup).map_err(failed)?;
                }
                std::fs::rename(path, backup).map_err(failed)?;
                Ok(Map::new())
            }
        }
    }
}

/// Adds what differs at a path, if anything does.
fn insert(changes: &mut Map, path: &Path, differences: Map) {
    if !differences.is_empty() {
        changes.insert(path.display().to_string().into(), Value::Map(differences));
    }
}

/// The comment of a dry run.
fn listing(changes: &Map) -> String {
    let mut comment = String::from("The following files will be changed:\n");
    for (path, differences) in changes {
        for (key, value) in differences.as_map().into_iter().flatten() {
            comment.push_str(&format!("{path}: {key} - {value}\n"));
        }
    }
    comment
}

fn yes() -> Flag {
    Flag(true)
}
