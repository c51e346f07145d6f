//! A user's `authorized_keys` file: where it is, reading it, writing it.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use nix::unistd::User;

use super::super::file::atomic::{self, Attributes};
use super::super::file::content::Content;
use super::super::file::paths;
use super::super::file::source::locate;
use super::super::{Call, Failure};
use super::keys::{Key, parse_file};

/// Where a user's keys are.
pub(super) struct Account {
    user: User,
    /// The file.
    pub(super) file: PathBuf,
}

impl Account {
    /// Finds the file that `config` names for a user: `%u` is the user's name, `%h` the home, and a relative path is
    /// below the home.
    pub(super) fn find(user: &str, config: &str) -> Result<Self, Failure> {
        let found = User::from_name(user).ok().flatten();
        let Some(user) = found else { return Err(Failure::new(format!("User '{user}' does not exist"))) };
        let home = user.dir.to_string_lossy().into_owned();
        let file = user.dir.join(expand(config, &user.name, &home)?);
        Ok(Self { user, file })
    }

    /// What the file holds; nothing where there is none.
    pub(super) fn read(&self) -> Result<String, Failure> {
        match std::fs::read(&self.file) {
            Ok(bytes) => String::from_utf8(bytes)
                .map_err(|_| Failure::new(format!("{} is not UTF-8 text", self.file.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(paths::failure("Problem reading ssh key file", &self.file, &error)),
        }
    }

    /// Whether the home that the file lies in is there.
    pub(super) fn has_home(&self) -> bool {
        !self.file.starts_with(&self.user.dir) || self.user.dir.is_dir()
    }

    /// Writes the file. One that is new, and a directory that is new, belong to the user alone.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        let failed = |error: io::Error| paths::failure("Problem writing ssh key file", &self.file, &error);
        if self.file.exists() {
            return atomic::rewrite(&self.file, text.as_bytes()).map_err(failed);
        }
        let root = nix::unistd::geteuid().is_root();
        let (uid, gid) = (self.user.uid.as_raw(), self.user.gid.as_raw());
        if let Some(directory) = self.file.parent().filter(|directory| !directory.is_dir()) {
            std::fs::create_dir_all(directory).map_err(failed)?;
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
            if root {
                std::os::unix::fs::chown(directory, Some(uid), Some(gid)).map_err(failed)?;
            }
        }
        let owner = |id: u32| root.then_some(id);
        let attributes = Attributes { uid: owner(uid), gid: owner(gid), mode: 0o600 };
        atomic::write(&self.file, &Content::Bytes(text.into()), attributes).map_err(failed)
    }
}

/// The keys of a `source`; `None` when there is no such source.
///
/// # Errors
/// When it can't be read or holds no key.
pub(super) fn source_keys(call: &Call<'_>, source: &str) -> Result<Option<Vec<Key>>, Failure> {
    let Ok(located) = locate(call, source) else { return Ok(None) };
    let keys = parse_file(&located.read_text(call).map_err(Failure::new)?);
    if keys.is_empty() {
        return Err(Failure::new(format!("No keys detected in {source}. Is file properly formatted?")));
    }
    Ok(Some(keys))
}

fn expand(config: &str, user: &str, home: &str) -> Result<String, Failure> {
    let mut path = String::new();
    let mut rest = config.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '%' { rest.next() } else { None }) {
            ('%', Some('%')) => path.push('%'),
            ('%', Some('u')) => path.push_str(user),
            ('%', Some('h')) => path.push_str(home),
            ('%', Some(other)) => {
                return Err(Failure::new(format!(
                    "AuthorizedKeysFile path: unknown token character \"%{other}\""
                )));
            }
            ('%', None) => {
                return Err(Failure::new(
                    "AuthorizedKeysFile path: Last character can't be escape character",
                ));
            }
            (c, _) => path.push(c),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_file_is_expanded() {
        assert_eq!(
            Account::find("root", ".ssh/authorized_keys").unwrap().file,
            PathBuf::from("/root/.ssh/authorized_keys")
        );
        assert_eq!(Account::find("root", "/etc/ssh/%u%%").unwrap().file, PathBuf::from("/etc/ssh/root%"));
        assert!(Account::find("root", "%x").is_err());
        assert!(Account::find("no-such-user", "x").is_err());
    }
}
