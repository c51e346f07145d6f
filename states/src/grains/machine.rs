//! The files in which a machine describes itself.

use std::fs::File;
use std::io::Read as _;
#[cfg(test)]
use std::path::Path;
use std::path::PathBuf;

/// The most that is read of one file.
const READ_LIMIT: u64 = 16 << 20;

/// A machine, seen through its files.
pub(super) struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The machine this program runs on.
    pub(super) fn here() -> Self {
        Self { root: PathBuf::from("/") }
    }

    /// A machine whose files are below a folder, for tests.
    #[cfg(test)]
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.into() }
    }

    /// Where one of its files is; `path` is absolute.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Whether it has a file.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// The bytes of a file, if it can be read.
    pub(super) fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        File::open(self.path(path)).ok()?.take(READ_LIMIT).read_to_end(&mut content).ok()?;
        Some(content)
    }

    /// The text of a file, if it can be read; undecodable bytes are replaced.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.bytes(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The text of a file that holds one value, without the white space around it; none when it is empty.
    pub(super) fn value(&self, path: &str) -> Option<String> {
        let text = self.text(path)?;
        let value = text.trim();
        (!value.is_empty()).then(|| value.into())
    }

    /// The names in a folder, sorted.
    pub(super) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}
