//! The content a file shall have: in memory, or a file on this host that may be large.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::diff::{self, DIFF_LIMIT, HEAD};

/// The content a file shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Bytes, such as a rendered template.
    Bytes(Vec<u8>),
    /// A file that nobody changes meanwhile; it is never read into memory whole unless it is small.
    File(PathBuf),
}

impl Content {
    /// Opens it for reading.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }

    /// Its size in bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => Ok(path.metadata()?.len()),
        }
    }

    /// Whether the file at `path` has this content.
    pub(crate) fn equals(&self, path: &Path) -> io::Result<bool> {
        let file = File::open(path)?;
        if self.size()? != file.metadata()?.len() {
            return Ok(false);
        }
        same_bytes(self.open()?, file)
    }

    /// Copies it.
    pub(crate) fn write_to(&self, mut to: impl Write) -> io::Result<u64> {
        io::copy(&mut self.open()?, &mut to)
    }

    /// What `changes: diff` says when this replaces the content of `path`, or of nothing.
    pub(crate) fn diff_from(&self, path: Option<&Path>) -> io::Result<String> {
        let old = path.map_or_else(|| Self::Bytes(Vec::new()), |path| Self::File(path.into()));
        if let Some(sentence) = diff::binary_sentence(&old.head()?, &self.head()?) {
            return Ok(sentence.into());
        }
        let (old_size, new_size) = (old.size()?, self.size()?);
        if old_size.max(new_size) > DIFF_LIMIT {
            return Ok(format!("Replace {old_size} bytes with {new_size} bytes (too large for a diff)"));
        }
        Ok(diff::of_bytes(&old.read()?, &self.read()?))
    }

    fn head(&self) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(HEAD);
        self.open()?.take(HEAD as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn same_bytes(mut left: impl Read, mut right: impl Read) -> io::Result<bool> {
    let (mut one, mut other) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let count = fill(&mut left, &mut one)?;
        if fill(&mut right, &mut other)? != count || one[..count] != other[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_with_a_file_without_reading_it_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let big = vec![7; 200_000];
        std::fs::write(&path, &big).unwrap();
        assert!(Content::Bytes(big.clone()).equals(&path).unwrap());
        let mut other = big;
        other[199_999] = 8;
        assert!(!Content::Bytes(other).equals(&path).unwrap());
        assert!(Content::File(path.clone()).equals(&path).unwrap());
    }

    #[test]
    fn says_what_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "a\n").unwrap();
        let diff = |bytes: &[u8]| Content::Bytes(bytes.into()).diff_from(Some(&path)).unwrap();
        assert_eq!(diff(b"b\n"), "--- \n+++ \n@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!(diff(b"\0"), "Replace text file with binary file");
        assert!(diff(&vec![b'a'; 5 << 20]).contains("too large for a diff"));
    }
}
