//! `file.symlink`: a symbolic link with this target and owner.

use std::io;
use std::os::unix::fs::{lchown, symlink};
use std::path::{Component, Path, PathBuf};

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::{Flag, Mode, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::ownership::{Principal, Status, Wanted, group_name, user_name};
use super::paths;

/// The arguments of `file.symlink`.
#[derive(Deserialize)]
pub(super) struct Symlink {
    name: Text,
    target: Text,
    #[serde(default)]
    force: Flag,
    #[serde(default)]
    backupname: Option<Text>,
    #[serde(default)]
    makedirs: Flag,
    #[serde(default)]
    user: Option<Principal>,
    #[serde(default)]
    group: Option<Principal>,
    #[serde(default)]
    mode: Option<Mode>,
    #[serde(default)]
    inherit_user_and_group: Flag,
    #[serde(default)]
    atomic: Flag,
}

/// What `file.symlink` found to do.
pub(super) struct Plan {
    path: PathBuf,
    action: Action,
    owner: Owner,
}

enum Action {
    /// The link is right, its owner is not.
    Chown,
    /// A link to elsewhere, or nothing, is there.
    Link,
    /// Something else is there: move it to this path, or remove it.
    Replace { backup: Option<PathBuf> },
}

struct Owner {
    user: Principal,
    group: Principal,
}

impl StateFunction for Symlink {
    const NAME: &'static str = "file.symlink";
    const DOC: &'static str = "A symbolic link with this target and owner.\n\n\
        target, force, backupname, makedirs, user, group, mode (of directories that makedirs makes), \
        inherit_user_and_group";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        if self.name.is_empty() {
            return Err(Failure::new("Must provide name to file.symlink"));
        }
        let path = PathBuf::from(paths::expand_user(&self.name));
        let owner = self.owner(&path);
        owner.check(&path)?;
        let (comment, changes, action) = match self.find(call, &path, &owner)? {
            Found::Right(comment) => return Ok(Check::clean(comment)),
            Found::Differs(comment, changes, action) => (comment, changes, action),
        };
        let comment = self.check_parent(call, &path, comment)?;
        Ok(Check::differs(Plan { path, action, owner }, comment, changes))
    }

    fn converge(&self, _: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let Plan { path, action, owner } = plan;
        let name = path.display().to_string();
        if let Action::Chown = action {
            return match owner.set(&path) {
                Ok(()) => Ok(Done::ok(
                    format!("Set ownership of symlink {name} to {owner}"),
                    change("ownership", owner.to_string()),
                )),
                Err(error) => Err(Failure::new(format!(
                    "Failed to set ownership of symlink {name} to {owner}: {error}"
                ))),
            };
        }
        if self.makedirs.0 {
            let wanted = Wanted::new(Some(&owner.user), Some(&owner.group), self.mode.map(|mode| mode.0));
            paths::make_parents(&path, &wanted)?;
        }
        if let Action::Replace { backup } = action {
            self.clear(&path, backup.as_deref())?;
        }
        if let Err(error) = place(&path, &self.target) {
            return Err(Failure::new(format!(
                "Unable to create new symlink {name} -> {}: {error}",
                self.target
            )));
        }
        let comment = format!("Created new symlink {name} -> {}", self.target);
        let changes = change("new", name);
        match owner.set(&path) {
            Ok(()) => Ok(Done::ok(comment, changes)),
            Err(_) => {
                Ok(Done::failed(format!("{comment}, but was unable to set ownership to {owner}"), changes))
            }
        }
    }
}

enum Found {
    Right(String),
    Differs(String, Map, Action),
}

impl Symlink {
    /// The owner: as given, else that of the link that is there if it is to be inherited, else the user that this program
    /// runs as, with its primary group.
    fn owner(&self, path: &Path) -> Owner {
        let given = Wanted::new(self.user.as_ref(), self.group.as_ref(), None);
        let inherited =
            Status::read(path, false).ok().filter(|status| self.inherit_user_and_group.0 && status.link);
        let user = given.user.unwrap_or_else(|| {
            Principal::Name(user_name(
                inherited.map_or_else(|| nix::unistd::geteuid().as_raw(), |status| status.uid),
            ))
        });
        let group = given.group.unwrap_or_else(|| match inherited {
            Some(status) => Principal::Name(group_name(status.gid)),
            None => {
                let record =
                    user.uid().and_then(|uid| nix::unistd::User::from_uid(uid.into()).ok().flatten());
                Principal::Name(group_name(record.map_or(0, |record| record.gid.as_raw())))
            }
        });
        Owner { user, group }
    }

    fn find(&self, call: &Call<'_>, path: &Path, owner: &Owner) -> Result<Found, Failure> {
        let name = path.display().to_string();
        let target: &str = &self.target;
        if !paths::exists_itself(path) {
            let comment = format!("Symlink {name} to {target} is set for creation");
            return Ok(Found::Differs(comment, change("new", name), Action::Link));
        }
        if !paths::is_link(path) {
            return self.find_other(call, path);
        }
        let current =
            std::fs::read_link(path).map_err(|error| paths::failure("Unable to read", path, &error))?;
        if normalized(&current) != normalized(Path::new(target)) {
            let comment = format!("Link {name} target is set to be changed to {target}");
            return Ok(Found::Differs(comment, change("change", name), Action::Link));
        }
        let status =
            Status::read(path, false).map_err(|error| paths::failure("Unable to read", path, &error))?;
        if owner.matches(&status) {
            return Ok(Found::Right(if call.context.test {
                format!("The symlink {name} is present")
            } else {
                format!("Symlink {name} is present and owned by {owner}")
            }));
        }
        let now = format!("{}:{}", user_name(status.uid), group_name(status.gid));
        let comment = format!(
            "The symlink {name} is present, but the ownership of the symlink would be changed from {now} to {owner}"
        );
        Ok(Found::Differs(comment, change("ownership", now), Action::Chown))
    }

    /// A file or directory is where the link should be.
    fn find_other(&self, call: &Call<'_>, path: &Path) -> Result<Found, Failure> {
        let name = path.display();
        let backup = self.backup_path(path)?;
        if backup.is_none() && !self.force.0 && !self.atomic.0 {
            return Err(Failure::new(if call.context.test {
                format!(
                    "File or directory exists where the symlink {name} should be. Did you mean to use force?"
                )
            } else {
                let kind = if path.is_dir() { "Directory" } else { "File" };
                format!("{kind} exists where the symlink {name} should be")
            }));
        }
        if let Some(backup) = backup.as_ref().filter(|backup| paths::exists_itself(backup) && !self.force.0) {
            return Err(Failure::new(format!(
                "Symlink & backup dest exists and Force not set. {name} -> {} - backup: {}",
                self.target,
                backup.display()
            )));
        }
        let comment = format!(
            "The file or directory {name} is set for removal to make way for a new symlink targeting {}",
            self.target
        );
        Ok(Found::Differs(comment, Map::new(), Action::Replace { backup }))
    }

    fn backup_path(&self, path: &Path) -> Result<Option<PathBuf>, Failure> {
        let Some(backup) = &self.backupname else { return Ok(None) };
        let backup = Path::new(&**backup);
        if backup.is_absolute() {
            return Ok(Some(backup.into()));
        }
        if backup.components().count() == 1 {
            return Ok(Some(path.with_file_name(backup)));
        }
        Err(Failure::new(format!("Backupname must be an absolute path or a file name: {}", backup.display())))
    }

    fn check_parent(&self, call: &Call<'_>, path: &Path, comment: String) -> Result<String, Failure> {
        let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) else { return Ok(comment) };
        if self.makedirs.0 {
            return Ok(format!("{comment}\n{} will be created", parent.display()));
        }
        let missing = format!("Directory {} for symlink is not present", parent.display());
        if call.context.test { Ok(format!("{comment}\n{missing}")) } else { Err(Failure::new(missing)) }
    }

    /// Takes away what is where the link shall be.
    fn clear(&self, path: &Path, backup: Option<&Path>) -> Result<(), Failure> {
        let Some(backup) = backup else {
            return paths::remove(path).map_err(|error| paths::failure("Failed to remove", path, &error));
        };
        let moved = if paths::exists_itself(backup) { paths::remove(backup) } else { Ok(()) };
        moved.and_then(|()| std::fs::rename(path, backup)).map_err(|error| {
            Failure::new(format!(
                "Unable to rename {} to backup {} -> : {error}",
                path.display(),
                backup.display()
            ))
        })
    }
}

impl Owner {
    fn check(&self, path: &Path) -> Result<(), Failure> {
        let mut errors = Vec::new();
        if self.user.uid().is_none() {
            errors.push(format!("User {} does not exist", self.user));
        }
        if self.group.gid().is_none() {
            errors.push(format!("Group {} does not exist", self.group));
        }
        if !path.is_absolute() {
            errors.push(format!("Specified file {} is not an absolute path", path.display()));
        }
        match errors.len() {
            0 => Ok(()),
            1 => Err(Failure::new(errors.concat())),
            _ => Err(Failure::new(errors.join(". ") + ".")),
        }
    }

    fn matches(&self, status: &Status) -> bool {
        self.user.uid() == Some(status.uid) && self.group.gid() == Some(status.gid)
    }

    fn set(&self, path: &Path) -> io::Result<()> {
        if self.matches(&Status::read(path, false)?) {
            return Ok(());
        }
        lchown(path, self.user.uid(), self.group.gid())
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.user, self.group)
    }
}

/// Makes the link, or puts it in place of one that is there in one step, so that the path never leads nowhere.
fn place(path: &Path, target: &str) -> io::Result<()> {
    if !paths::exists_itself(path) {
        return symlink(target, path);
    }
    let directory = path.parent().unwrap_or(Path::new("/"));
    let temporary =
        tempfile::Builder::new().prefix(".").suffix(".new").make_in(directory, |new| symlink(target, new))?;
    std::fs::rename(temporary.path(), path)?;
    // The link is in its place; there is nothing left to clean up.
    let _ = temporary.keep();
    Ok(())
}

/// Python's `os.path.normpath`: `.` and doubled slashes dropped, `..` taken with the part before it.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;
    use super::*;

    fn name(host: &Host, name: &str) -> String {
        host.path(name).display().to_string()
    }

    #[test]
    fn makes_a_link_once() {
        let mut host = Host::new(&[]);
        let (dry, real) = host.converge("file.symlink", "l", "{target: /etc/hostname}");
        let link = name(&host, "l");
        assert_eq!(dry.comment, format!("Symlink {link} to /etc/hostname is set for creation"));
        assert_eq!(real.comment, format!("Created new symlink {link} -> /etc/hostname"));
        assert_eq!(
            (&dry.changes, &real.changes),
            (&change("new", link.as_str()), &change("new", link.as_str()))
        );
        let again = host.run("file.symlink", "l", "{target: //etc/./hostname}");
        assert!(again.comment.starts_with(&format!("Symlink {link} is present and owned by ")));
    }

    #[test]
    fn retargets_a_link() {
        let mut host = Host::new(&[]);
        host.run("file.symlink", "l", "{target: a}");
        let (dry, _) = host.converge("file.symlink", "l", "{target: b}");
        assert_eq!(dry.comment, format!("Link {} target is set to be changed to b", name(&host, "l")));
        assert_eq!(std::fs::read_link(host.path("l")).unwrap(), Path::new("b"));
    }

    #[test]
    fn a_file_in_the_way_needs_force() {
        let mut host = Host::new(&[]);
        host.write("l", "x");
        let refused = host.run("file.symlink", "l", "{target: b}");
        assert_eq!(refused.comment, format!("File exists where the symlink {} should be", name(&host, "l")));
        host.converge("file.symlink", "l", "{target: b, force: true}");
        host.write("m", "x");
        host.converge("file.symlink", "m", "{target: b, backupname: m.old}");
        assert_eq!(host.read("m.old"), "x");
    }

    #[test]
    fn parents_are_made_only_when_asked() {
        let mut host = Host::new(&[]);
        let refused = host.run("file.symlink", "d/l", "{target: b}");
        assert_eq!(refused.comment, format!("Directory {} for symlink is not present", name(&host, "d")));
        host.converge("file.symlink", "d/l", "{target: b, makedirs: true}");
    }

    #[test]
    fn unknown_owners_are_named() {
        let mut host = Host::new(&[]);
        let refused = host.run("file.symlink", "l", "{target: b, user: nobody-such, group: nogroup-such}");
        assert_eq!(refused.comment, "User nobody-such does not exist. Group nogroup-such does not exist.");
    }

    #[test]
    fn paths_are_normalized_as_python_does() {
        for (path, normal) in
            [("/a//b/./c/..", "/a/b"), ("/..", "/"), ("../a", "../a"), ("a/../../b", "../b")]
        {
            assert_eq!(normalized(Path::new(path)), Path::new(normal));
        }
    }
}
