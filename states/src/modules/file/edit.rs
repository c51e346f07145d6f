//! Changing the text of a file that is there: reading it whole, within a bound, and writing it back.

use std::path::{Path, PathBuf};

use common::value::Value;

use super::super::{Call, Failure};
use super::atomic::{self, Attributes};
use super::content::Content;
use super::{diff, paths};

/// The largest file that is edited: 64 MiB.
const EDIT_LIMIT: u64 = 64 << 20;

/// A new content for a file that is there.
pub(super) struct Edit {
    /// The file.
    pub(super) path: PathBuf,
    /// What it shall hold.
    pub(super) bytes: Vec<u8>,
    /// What `changes: diff` says.
    pub(super) diff: Value,
    /// The suffix under which the old content is kept beside the file.
    pub(super) backup: Option<String>,
}

/// The path of a file that must be there.
pub(super) fn existing(name: &str, function: &str) -> Result<PathBuf, Failure> {
    let path = paths::target(name, function)?;
    if path.exists() { Ok(path) } else { Err(Failure::new(format!("{}: file not found", path.display()))) }
}

/// Reads a file that is to be edited, which must be text.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read_any(path)?;
    if diff::is_text(&bytes) {
        return Ok(bytes);
    }
    Err(Failure::new(format!("Cannot perform string replacements on a binary file: {}", path.display())))
}

/// Reads a file that is to be edited, whatever it holds.
pub(super) fn read_any(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| paths::failure("Unable to open file", path, &error);
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Failure::new(format!("{} is not a regular file", path.display())));
    }
    if metadata.len() > EDIT_LIMIT {
        return Err(Failure::new(format!(
            "{} has {} bytes; a file that is edited may have {EDIT_LIMIT}",
            path.display(),
            metadata.len()
        )));
    }
    std::fs::read(path).map_err(failed)
}

/// Writes a file that was edited; owner and mode stay.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    atomic::rewrite(path, bytes).map_err(|error| paths::failure("Unable to write", path, &error))
}

/// The `diff` of a return: hidden where the state says so.
pub(super) fn shown(diff: String, show_changes: bool) -> Value {
    if show_changes { diff::bounded(diff).into() } else { "<show_changes=False>".into() }
}

/// The suffix that `backup` asks for; `False` and nothing ask for none.
pub(super) fn backup_suffix(backup: Option<&Value>) -> Option<String> {
    match backup {
        None => Some(".bak".into()),
        Some(value) if value.is_true() => Some(value.to_string()),
        Some(_) => None,
    }
}

impl Edit {
    /// Keeps the old content if asked to, then writes the new one.
    pub(super) fn carry_out(&self, _: &Call<'_>) -> Result<(), Failure> {
        let failed = |error: std::io::Error| paths::failure("Unable to write", &self.path, &error);
        let real = self.path.canonicalize().map_err(failed)?;
        if let Some(suffix) = &self.backup {
            let copy = PathBuf::from(format!("{}{suffix}", real.display()));
            let attributes = Attributes::of(&real).map_err(failed)?;
            atomic::write(&copy, &Content::File(real.clone()), attributes)
                .map_err(|error| paths::failure("Unable to write the backup file", &copy, &error))?;
        }
        write(&real, &self.bytes)
    }
}
