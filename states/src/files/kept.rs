//! A tree whose files are read once, for whoever compiles it for many hosts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{FileError, FileSource, TreeFile};

/// The most bytes of content that are kept; what does not fit is read each time.
const LIMIT: usize = 64 << 20;

/// A tree that keeps what was read of it: every reader sees a file as it was when it was first read. It is for one piece of work
/// over many hosts; the next begins with a new one.
pub struct Kept<F> {
    files: F,
    contents: Mutex<Contents>,
}

#[derive(Default)]
struct Contents {
    /// By environment and path.
    found: HashMap<String, HashMap<String, Arc<[u8]>>>,
    size: usize,
}

impl<F: FileSource> Kept<F> {
    /// The same tree, each of whose files is read once.
    pub fn new(files: F) -> Self {
        Self { files, contents: Mutex::default() }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn find(&self, saltenv: &str, path: &str) -> Option<Arc<[u8]>> {
        self.found.get(saltenv)?.get(path).cloned()
    }

    /// Keeps a content if it fits, and gives back the one that is kept: another thread may have been faster.
    fn keep(&mut self, saltenv: &str, path: &str, content: Arc<[u8]>) -> Arc<[u8]> {
        if let Some(known) = self.find(saltenv, path) {
            return known;
        }
        if self.size + content.len() <= LIMIT {
            self.size += content.len();
            self.found.entry(saltenv.into()).or_default().insert(path.into(), Arc::clone(&content));
        }
        content
    }
}

impl<F: FileSource> FileSource for Kept<F> {
    fn environments(&self) -> Vec<String> {
        self.files.environments()
    }

    fn has_environment(&self, saltenv: &str) -> bool {
        self.files.has_environment(saltenv)
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        self.files.list(saltenv)
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        self.files.lookup(saltenv, path)
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        self.files.fetch(saltenv, path)
    }

    fn read(&self, saltenv: &str, path: &str) -> Result<Option<Arc<[u8]>>, FileError> {
        if let Some(known) = self.contents().find(saltenv, path) {
            return Ok(Some(known));
        }
        let Some(content) = self.files.read(saltenv, path)? else { return Ok(None) };
        Ok(Some(self.contents().keep(saltenv, path, content)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Folders;

    #[test]
    fn a_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sls");
        std::fs::write(&path, "first").unwrap();
        let tree = Kept::new(Folders::base([folder.path().into()]));
        assert_eq!(tree.read("base", "a.sls").unwrap().as_deref(), Some(b"first".as_slice()));
        std::fs::write(&path, "later").unwrap();
        assert_eq!(tree.read("base", "a.sls").unwrap().as_deref(), Some(b"first".as_slice()));
        assert_eq!(tree.read("base", "b.sls").unwrap(), None);
        assert_eq!(tree.read("dev", "a.sls").unwrap(), None);
        let anew = Kept::new(Folders::base([folder.path().into()]));
        assert_eq!(anew.read("base", "a.sls").unwrap().as_deref(), Some(b"later".as_slice()));
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut contents = Contents::default();
        let large: Arc<[u8]> = vec![0; LIMIT / 2].into();
        for path in ["a", "b", "c"] {
            contents.keep("base", path, Arc::clone(&large));
        }
        assert!(contents.find("base", "b").is_some() && contents.find("base", "c").is_none());
        assert_eq!(contents.size, LIMIT);
    }
}
