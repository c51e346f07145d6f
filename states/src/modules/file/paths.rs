//! Paths as states give them.

use std::io;
use std::path::{Path, PathBuf};

use super::super::Failure;
use super::ownership::Wanted;

/// A path with `~` and `~user` at its beginning replaced by that user's home.
pub(crate) fn expand_user(path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else { return path.into() };
    let (user, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let home = if user.is_empty() {
        std::env::var("HOME").ok().or_else(|| home_of(nix::unistd::User::from_uid(nix::unistd::getuid())))
    } else {
        home_of(nix::unistd::User::from_name(user))
    };
    home.map_or_else(|| path.into(), |home| format!("{}{tail}", home.trim_end_matches('/')))
}

/// The `name` of a file state, expanded, or why it can't be one.
pub(crate) fn target(name: &str, function: &str) -> Result<PathBuf, Failure> {
    if name.is_empty() {
        return Err(Failure::new(format!("Must provide name to {function}")));
    }
    absolute(&expand_user(name))
}

/// A path that must be absolute.
pub(crate) fn absolute(path: &str) -> Result<PathBuf, Failure> {
    if path.contains('\0') {
        return Err(Failure::new(format!(
            "Specified file {} has a NUL character in its name",
            path.escape_default()
        )));
    }
    if path.starts_with('/') {
        Ok(path.into())
    } else {
        Err(Failure::new(format!("Specified file {path} is not an absolute path")))
    }
}

/// Whether anything is there, a dangling link too.
pub(crate) fn exists_itself(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether it is a symbolic link.
pub(crate) fn is_link(path: &Path) -> bool {
    path.is_symlink()
}

/// Removes whatever is there: a directory with all that is in it, a link itself.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// A failure that names the path.
pub(crate) fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{what} {}: {error}", path.display()))
}

/// Makes the directories above `path` that are missing, each with that owner and mode.
pub(crate) fn make_parents(path: &Path, wanted: &Wanted) -> Result<(), Failure> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if parent.is_dir() {
        return Ok(());
    }
    if parent.exists() {
        return Err(Failure::new(format!(
            "The path '{}' already exists and is not a directory",
            parent.display()
        )));
    }
    make_parents(parent, wanted)?;
    make_directory(parent, wanted)
}

/// Makes one directory with that owner and mode.
pub(crate) fn make_directory(path: &Path, wanted: &Wanted) -> Result<(), Failure> {
    match std::fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(failure("Failed to create directory", path, &error));
        }
        _ => {}
    }
    match wanted.apply(path, true) {
        Ok((_, failures)) if failures.is_empty() => Ok(()),
        Ok((_, failures)) => Err(Failure::new(failures.join("; "))),
        Err(error) => Err(failure("Failed to create directory", path, &error)),
    }
}

/// The mode of directories made above a file of that mode: whoever may do anything with the file may enter them.
pub(crate) fn parent_mode(file_mode: u32) -> u32 {
    [0o700, 0o070, 0o007]
        .into_iter()
        .fold(file_mode & 0o777, |mode, digit| if mode & digit == 0 { mode } else { mode | (digit & 0o111) })
}

fn home_of(user: nix::Result<Option<nix::unistd::User>>) -> Option<String> {
    user.ok().flatten().map(|user| user.dir.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_expanded() {
        assert_eq!(expand_user("~root/x"), "/root/x");
        assert_eq!(expand_user("~no-such-user/x"), "~no-such-user/x");
        assert_eq!(expand_user("/a/~b"), "/a/~b");
    }

    #[test]
    fn a_name_must_be_absolute() {
        assert_eq!(
            target("a/b", "file.x").unwrap_err().comment,
            "Specified file a/b is not an absolute path"
        );
        assert_eq!(target("", "file.x").unwrap_err().comment, "Must provide name to file.x");
    }

    #[test]
    fn parents_may_be_entered_by_whoever_reads() {
        assert_eq!(parent_mode(0o600), 0o700);
        assert_eq!(parent_mode(0o644), 0o755);
        assert_eq!(parent_mode(0o2750), 0o750);
    }

    #[test]
    fn parents_are_made_with_their_mode() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/c");
        make_parents(&path, &Wanted::new(None, None, Some(0o700))).unwrap();
        assert_eq!(super::super::ownership::Status::read(path.parent().unwrap(), true).unwrap().mode, 0o700);
        assert!(!path.exists());
    }
}
