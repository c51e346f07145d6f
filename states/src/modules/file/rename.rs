//! `file.copy` and `file.rename`: a file or directory of this host at another path.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::arguments::{Flag, Mode, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::atomic::{self, Attributes};
use super::content::Content;
use super::ownership::{Principal, Status, Wanted};
use super::{paths, walk};

/// The arguments of `file.copy`.
#[derive(Deserialize)]
pub(super) struct Copy {
    name: Text,
    source: Text,
    #[serde(default)]
    force: Flag,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default)]
    preserve: Flag,
    #[serde(default)]
    user: Option<Principal>,
    #[serde(default)]
    group: Option<Principal>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    dir_mode: Option<Mode>,
    #[serde(default)]
    subdir: Flag,
}

/// The arguments of `file.rename`.
#[derive(Deserialize)]
pub(super) struct Rename {
    name: Text,
    source: Text,
    #[serde(default)]
    force: Flag,
    #[serde(default)]
    makedirs: Flag,
}

/// From where to where.
pub(super) struct Plan {
    source: PathBuf,
    path: PathBuf,
    note: &'static str,
}

impl StateFunction for Copy {
    const NAME: &'static str = "file.copy";
    const DOC: &'static str = "A copy of a file or directory of this host.\n\n\
        source, force (also when something is there), makedirs, dir_mode, preserve, user, group, mode, subdir";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let mut path = paths::target(&self.name, Self::NAME)?;
        let source = PathBuf::from(paths::expand_user(&self.source));
        if !source.exists() {
            return Err(Failure::new(format!("Source file \"{}\" is not present", source.display())));
        }
        Wanted::new(self.user.as_ref(), self.group.as_ref(), None).check_names(call)?;
        if path.is_dir() && self.subdir.0 {
            path.push(source.file_name().unwrap_or_default());
        }
        if paths::exists_itself(&path) && !self.force.0 {
            return Ok(Check::clean(not_overwritten(&path)));
        }
        check_parent(call, &path, self.makedirs.0)?;
        let identical = path.is_file() && Content::File(source.clone()).equals(&path).unwrap_or(false);
        let note = if identical { " - files are identical but force flag is set" } else { "" };
        let comment = format!("File \"{}\" is set to be copied to \"{}\"", source.display(), path.display());
        Ok(Check::differs(Plan { source, path, note }, comment, common::value::Map::new()))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let Plan { source, path, note } = plan;
        let failed = |error: std::io::Error| {
            Failure::new(format!(
                "Failed to copy \"{}\" to \"{}\": {error}",
                source.display(),
                path.display()
            ))
        };
        let status = Status::read(&source, true).map_err(failed)?;
        let wanted = if self.preserve.0 {
            Wanted {
                user: Some(Principal::Number(status.uid)),
                group: Some(Principal::Number(status.gid)),
                mode: Some(status.mode),
            }
        } else {
            let mode = self.mode.map_or(status.mode, |mode| mode.0);
            Wanted::new(self.user.as_ref(), self.group.as_ref(), Some(mode))
        };
        if self.makedirs.0 {
            let mode = self.dir_mode.map(|mode| mode.0).or_else(|| wanted.mode.map(paths::parent_mode));
            paths::make_parents(&path, &wanted.with_mode(mode))?;
        }
        if path.is_dir() && paths::exists_itself(&path) {
            paths::remove(&path).map_err(failed)?;
        }
        if source.is_dir() { copy_directory(&source, &path, &wanted) } else { copy_file(&source, &path) }
            .map_err(failed)?;
        let mut changes = change(&path.display().to_string(), source.display().to_string());
        let (more, failures) = wanted.apply(&path, true).map_err(failed)?;
        changes.extend(more);
        let comment = format!("Copied \"{}\" to \"{}\"{note}", source.display(), path.display());
        Ok(if failures.is_empty() {
            Done::ok(comment, changes)
        } else {
            Done::failed(failures.join("; "), changes)
        })
    }
}

impl StateFunction for Rename {
    const NAME: &'static str = "file.rename";
    const DOC: &'static str = "A file or directory of this host under another name.\n\n\
        source, force (also when something is there), makedirs";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let path = paths::target(&self.name, Self::NAME)?;
        let source = PathBuf::from(paths::expand_user(&self.source));
        if !paths::exists_itself(&source) {
            return Ok(Check::clean(format!(
                "Source file \"{}\" has already been moved out of place",
                source.display()
            )));
        }
        if paths::exists_itself(&path) && !self.force.0 {
            return Ok(Check::clean(not_overwritten(&path)));
        }
        check_parent(call, &path, self.makedirs.0)?;
        let comment = format!("File \"{}\" is set to be moved to \"{}\"", source.display(), path.display());
        Ok(Check::differs(Plan { source, path, note: "" }, comment, common::value::Map::new()))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let Plan { source, path, .. } = plan;
        let failed = |error: std::io::Error| {
            Failure::new(format!(
                "Failed to move \"{}\" to \"{}\": {error}",
                source.display(),
                path.display()
            ))
        };
        if self.makedirs.0 {
            paths::make_parents(&path, &Wanted::default())?;
        }
        if path.is_dir() && !paths::is_link(&path) {
            paths::remove(&path).map_err(failed)?;
        }
        match std::fs::rename(&source, &path) {
            Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
                if source.is_dir() {
                    copy_directory(&source, &path, &Wanted::default()).map_err(failed)?;
                } else {
                    copy_file(&source, &path).map_err(failed)?;
                }
                paths::remove(&source).map_err(failed)?;
            }
            result => result.map_err(failed)?,
        }
        let comment = format!("Moved \"{}\" to \"{}\"", source.display(), path.display());
        Ok(Done::ok(comment, change(&path.display().to_string(), source.display().to_string())))
    }
}

fn not_overwritten(path: &Path) -> String {
    format!("The target file \"{}\" exists and will not be overwritten", path.display())
}

fn check_parent(call: &Call<'_>, path: &Path, makedirs: bool) -> Result<(), Failure> {
    match path.parent().filter(|parent| !parent.is_dir()) {
        Some(parent) if !makedirs && !call.context.test => {
            Err(Failure::new(format!("The target directory {} is not present", parent.display())))
        }
        _ => Ok(()),
    }
}

fn copy_file(source: &Path, path: &Path) -> std::io::Result<()> {
    if paths::is_link(source) && !source.exists() {
        return std::os::unix::fs::symlink(std::fs::read_link(source)?, path);
    }
    let mode = Attributes::of(source)?.mode;
    atomic::write(path, &Content::File(source.into()), Attributes { uid: None, gid: None, mode })
}

/// Copies a directory; links stay links.
fn copy_directory(source: &Path, path: &Path, wanted: &Wanted) -> std::io::Result<()> {
    std::fs::create_dir(path)?;
    let entries = walk::below(source, None).map_err(|failure| std::io::Error::other(failure.comment))?;
    for entry in entries {
        let to = path.join(walk::relative(&entry.path, source));
        if paths::is_link(&entry.path) {
            std::os::unix::fs::symlink(std::fs::read_link(&entry.path)?, &to)?;
        } else if entry.directory {
            std::fs::create_dir(&to)?;
            std::fs::set_permissions(&to, entry.path.metadata()?.permissions())?;
        } else {
            copy_file(&entry.path, &to)?;
        }
        wanted.with_mode(None).apply(&to, false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    #[test]
    fn copies_once_unless_forced() {
        let mut host = Host::new(&[]);
        host.write("s", "x");
        let name = |host: &Host, name: &str| host.path(name).display().to_string();
        let real = host.run("file.copy", "a", "{source: DIR/s, mode: 600}");
        assert_eq!(real.comment, format!("Copied \"{}\" to \"{}\"", name(&host, "s"), name(&host, "a")));
        assert_eq!((host.read("a").as_str(), host.mode("a")), ("x", 0o600));
        let again = host.run("file.copy", "a", "{source: DIR/s}");
        assert_eq!(
            again.comment,
            format!("The target file \"{}\" exists and will not be overwritten", name(&host, "a"))
        );
        assert!(host.run("file.copy", "a", "{source: DIR/s, force: true}").comment.contains("identical"));
        std::fs::create_dir_all(host.path("d/e")).unwrap();
        host.write("d/e/f", "y");
        host.run("file.copy", "c", "{source: DIR/d}");
        assert_eq!(host.read("c/e/f"), "y");
    }

    #[test]
    fn renames_once() {
        let mut host = Host::new(&[]);
        host.write("s", "x");
        host.converge("file.rename", "a", "{source: DIR/s}");
        assert_eq!(host.read("a"), "x");
        assert!(host.run("file.rename", "a", "{source: DIR/s}").comment.contains("already been moved"));
        assert!(host.run("file.copy", "q/a", "{source: DIR/a}").comment.contains("is not present"));
    }
}
