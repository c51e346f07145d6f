//! Writing a file so that nobody ever sees half of it: a new file beside it, its owner and mode set, then renamed over it.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::content::Content;

/// Who shall own the new file and who may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// The owner; `None` is the user this program runs as.
    pub(crate) uid: Option<u32>,
    /// The group likewise.
    pub(crate) gid: Option<u32>,
    /// The permission bits.
    pub(crate) mode: u32,
}

impl Attributes {
    /// What the file at `path` has.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let metadata = path.metadata()?;
        Ok(Self { uid: Some(metadata.uid()), gid: Some(metadata.gid()), mode: metadata.mode() & 0o7777 })
    }

    /// What a new file has that nobody says more of.
    pub(crate) fn new_file() -> Self {
        Self { uid: None, gid: None, mode: default_mode() }
    }
}

/// Replaces the file at `path`, or makes it. A symbolic link at `path` itself is replaced, not followed.
pub(crate) fn write(path: &Path, content: &Content, attributes: Attributes) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner alone until the mode is set, so that a secret never shows.
    let mut temporary = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(directory)?;
    content.write_to(temporary.as_file_mut())?;
    let file = temporary.as_file();
    let now = file.metadata()?;
    let change = |wanted: Option<u32>, is: u32| wanted.filter(|wanted| *wanted != is);
    let (uid, gid) = (change(attributes.uid, now.uid()), change(attributes.gid, now.gid()));
    if uid.is_some() || gid.is_some() {
        fchown(file, uid, gid)?;
    }
    file.set_permissions(Permissions::from_mode(attributes.mode))?;
    file.sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

/// Replaces the content of a file and keeps its owner and mode; a link is followed. A new file gets the defaults.
pub(crate) fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (path, attributes) = match path.canonicalize() {
        Ok(real) => (real.clone(), Attributes::of(&real)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (PathBuf::from(path), Attributes::new_file())
        }
        Err(error) => return Err(error),
    };
    write(&path, &Content::Bytes(bytes.into()), attributes)
}

/// The mode of a new file under the mask of this process.
pub(crate) fn default_mode() -> u32 {
    0o666 & !mask()
}

/// The file mode mask of this process, read without changing it where the system says it.
fn mask() -> u32 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
            u32::from_str_radix(line.trim(), 8).ok()
        })
        .unwrap_or(0o022)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_mode_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        rewrite(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(Attributes::of(&path).unwrap().mode, 0o640);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn follows_a_link_to_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("a"), directory.path().join("l"));
        std::fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        rewrite(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }

    #[test]
    fn a_failed_write_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let missing = Content::File(directory.path().join("missing"));
        let path = directory.path().join("a");
        std::fs::write(&path, "old").unwrap();
        assert!(write(&path, &missing, Attributes::new_file()).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
