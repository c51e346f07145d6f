//! Private files: mode 0600, written whole or not at all.

use std::io::Write as _;
use std::path::Path;

use super::IdentityError;

/// Writes a file that only its owner may read (mode 0600), by way of a temporary file and a rename. Missing parent folders
/// are made, for the owner alone.
///
/// # Errors
/// When it can't be written.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), IdentityError> {
    let failed = |source| IdentityError::Io { path: path.into(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    // A named temporary file has mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The rename itself is on disk once the folder is.
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Reads a small file; `None` when it is not there.
///
/// # Errors
/// When it is there and can't be read.
pub fn read_private(path: &Path) -> Result<Option<String>, IdentityError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IdentityError::Io { path: path.into(), source }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/agent.key");
        write_private(&path, b"secret").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(read_private(&path).unwrap().as_deref(), Some("secret"));
        assert_eq!(read_private(&folder.path().join("none")).unwrap(), None);
    }
}
