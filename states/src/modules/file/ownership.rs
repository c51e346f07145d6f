//! Who owns a file and who may use it: reading it, comparing it with what a state wants, setting it.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use common::value::{Map, Value};
use nix::unistd::{Gid, Group, Uid, User};
use serde::{Deserialize, Deserializer, de};

use super::super::{Call, Failure};

/// A user or a group as a state names it: by name or by number. An empty name is none, and so is `false` and an empty list or map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// By name.
    Name(String),
    /// By number.
    Number(u32),
}

/// What a state wants of a file's owner and mode; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The owner.
    pub(crate) user: Option<Principal>,
    /// The group.
    pub(crate) group: Option<Principal>,
    /// The permission bits.
    pub(crate) mode: Option<u32>,
}

/// Owner, group and permission bits of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// The owner's number.
    pub(crate) uid: u32,
    /// The group's number.
    pub(crate) gid: u32,
    /// The permission bits.
    pub(crate) mode: u32,
    /// Whether it is a symbolic link that was not followed; its mode means nothing.
    pub(crate) link: bool,
}

impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self::Name(name.to_string())),
            value if !value.is_true() && !matches!(value, Value::Int(_)) => Ok(Self::Name(String::new())),
            Value::Int(number) => u32::try_from(number)
                .map(Self::Number)
                .map_err(|_| de::Error::custom(format!("{number} is not the number of a user or group"))),
            value => Err(de::Error::custom(format!(
                "expected the name of a user or group, found {}",
                value.repr()
            ))),
        }
    }
}

impl Principal {
    /// The number of the user, if there is one.
    pub(crate) fn uid(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(name) => User::from_name(name).ok().flatten().map(|user| user.uid.as_raw()),
        }
    }

    /// The number of the group, if there is one.
    pub(crate) fn gid(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(name) => Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw()),
        }
    }

    /// As the state gave it.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Name(name) => name.into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

impl std::fmt::Display for Principal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Wanted {
    /// Owner, group and mode, with empty names taken as none.
    pub(crate) fn new(user: Option<&Principal>, group: Option<&Principal>, mode: Option<u32>) -> Self {
        let given = |principal: Option<&Principal>| {
            principal.filter(|principal| **principal != Principal::Name(String::new())).cloned()
        };
        Self { user: given(user), group: given(group), mode }
    }

    /// The same owner and group with another mode.
    pub(crate) fn with_mode(&self, mode: Option<u32>) -> Self {
        Self { mode, ..self.clone() }
    }

    /// Fails when the user or the group does not exist. A dry run lets them be missing: a state that runs before may make
    /// them.
    pub(crate) fn check_names(&self, call: &Call<'_>) -> Result<(), Failure> {
        let mut error = String::new();
        if let Some(user) = self.user.as_ref().filter(|user| user.uid().is_none()) {
            error += &format!("User {user} is not available ");
        }
        if let Some(group) = self.group.as_ref().filter(|group| group.gid().is_none()) {
            error += &format!("Group {group} is not available");
        }
        if error.is_empty() || call.context.test { Ok(()) } else { Err(Failure::new(error)) }
    }

    /// What differs, in the shape of Salt's changes: `user`, `group`, `mode`, each with the value it shall have.
    pub(crate) fn differences(&self, status: &Status) -> Map {
        let mut differences = Map::new();
        if let Some(user) = self.user.as_ref().filter(|user| user.uid() != Some(status.uid)) {
            differences.insert("user".into(), user.to_value());
        }
        if let Some(group) = self.group.as_ref().filter(|group| group.gid() != Some(status.gid)) {
            differences.insert("group".into(), group.to_value());
        }
        if let Some(mode) = self.mode.filter(|mode| *mode != status.mode && !status.link) {
            differences.insert("mode".into(), mode_text(mode).into());
        }
        differences
    }

    /// Sets what differs. Gives the changes made and a sentence for each that failed.
    pub(crate) fn apply(&self, path: &Path, follow: bool) -> io::Result<(Map, Vec<String>)> {
        let before = Status::read(path, follow)?;
        let mut changes = self.differences(&before);
        let mut failures = Vec::new();
        let wanted = |key: &str| common::value::get(&changes, key).is_some();
        let uid = self.user.as_ref().filter(|_| wanted("user")).and_then(Principal::uid);
        let gid = self.group.as_ref().filter(|_| wanted("group")).and_then(Principal::gid);
        if uid.is_some() || gid.is_some() {
            let result = if before.link {
                std::os::unix::fs::lchown(path, uid, gid)
            } else {
                std::os::unix::fs::chown(path, uid, gid)
            };
            // The kernel clears setuid and setgid with a new owner; whoever wants them gone says so in `mode`.
            if result.is_ok() && !before.link && before.mode & 0o6000 != 0 {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(before.mode))?;
            }
        }
        if let Some(mode) = self.mode.filter(|_| wanted("mode")) {
            // Whether it worked is read back below.
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        }
        for (key, value) in self.differences(&Status::read(path, follow)?) {
            failures.push(format!("Failed to change {key} to {value}"));
            changes.shift_remove(&key);
        }
        Ok((changes, failures))
    }
}

impl Status {
    /// Reads it.
    pub(crate) fn read(path: &Path, follow: bool) -> io::Result<Self> {
        let metadata = if follow { path.metadata()? } else { path.symlink_metadata()? };
        Ok(Self::of(&metadata))
    }

    /// From what the system said.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            uid: metadata.uid(),
            gid: metadata.gid(),
            mode: metadata.mode() & 0o7777,
            link: metadata.file_type().is_symlink(),
        }
    }
}

/// A mode as Salt shows it: four octal digits.
pub(crate) fn mode_text(mode: u32) -> String {
    format!("{mode:04o}")
}

/// The name of a user, its number when it has none.
pub(crate) fn user_name(uid: u32) -> String {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}

/// The name of a group, its number when it has none.
pub(crate) fn group_name(gid: u32) -> String {
    Group::from_gid(Gid::from_raw(gid)).ok().flatten().map_or_else(|| gid.to_string(), |group| group.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> (String, String) {
        (user_name(nix::unistd::getuid().as_raw()), group_name(nix::unistd::getgid().as_raw()))
    }

    #[test]
    fn mode_is_set_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "").unwrap();
        let (user, group) = own();
        let wanted = Wanted::new(Some(&Principal::Name(user)), Some(&Principal::Name(group)), Some(0o604));
        let (changes, failures) = wanted.apply(&path, true).unwrap();
        assert_eq!(changes, common::value::map([("mode", "0604".into())]));
        assert!(failures.is_empty());
        assert!(wanted.apply(&path, true).unwrap().0.is_empty());
    }

    #[test]
    fn unknown_names_differ_and_fail() {
        let directory = tempfile::tempdir().unwrap();
        let wanted = Wanted::new(Some(&Principal::Name("no-such-user".into())), None, None);
        let (changes, failures) = wanted.apply(directory.path(), true).unwrap();
        assert!(changes.is_empty());
        assert_eq!(failures, ["Failed to change user to no-such-user"]);
    }

    #[test]
    fn the_mode_of_a_link_is_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("l");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        let status = Status::read(&link, false).unwrap();
        assert!(Wanted::new(None, None, Some(0o600)).differences(&status).is_empty());
    }
}
