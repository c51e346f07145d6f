//! A tree that writes down which of its files are read.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::FileName;
use crate::files::{FileError, FileSource, TreeFile};

/// The whole tree, and what was read of it.
pub(crate) struct Recorder {
    whole: Arc<dyn FileSource>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    seen: BTreeSet<FileName>,
    /// The SLS file that is being rendered and what was read since.
    recent: Vec<FileName>,
    /// Those of `seen` that may have asked the host something.
    blurred: BTreeSet<FileName>,
}

impl Recorder {
    pub(super) fn new(whole: Arc<dyn FileSource>) -> Self {
        Self { whole, record: Mutex::default() }
    }

    /// The tree itself, which writes nothing down.
    pub(super) fn whole(&self) -> &dyn FileSource {
        &*self.whole
    }

    /// Every file that was read or noted.
    pub(super) fn seen(&self) -> BTreeSet<FileName> {
        self.record().seen.clone()
    }

    /// Writes a file down that is needed though nobody has read it here.
    pub(super) fn note(&self, name: FileName) {
        self.record().seen.insert(name);
    }

    /// Writes down that the rendering that is under way has asked the host something.
    pub(super) fn blur(&self) {
        let mut record = self.record();
        let recent = record.recent.clone();
        record.blurred.extend(recent);
    }

    /// The files that may have asked the host something, once.
    pub(super) fn take_blurred(&self) -> BTreeSet<FileName> {
        std::mem::take(&mut self.record().blurred)
    }

    /// A file as text; none where it is no text or longer than `limit`.
    pub(super) fn text(&self, saltenv: &str, path: &str, limit: u64) -> Option<String> {
        let file = self.whole.lookup(saltenv, path).ok()??;
        let content = (file.size <= limit).then(|| self.whole.read(saltenv, path).ok()?)??;
        String::from_utf8(content.to_vec()).ok()
    }

    fn see(&self, saltenv: &str, file: &TreeFile) {
        self.note((saltenv.into(), Arc::clone(&file.path)));
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileSource for Recorder {
    fn environments(&self) -> Vec<String> {
        self.whole.environments()
    }

    fn has_environment(&self, saltenv: &str) -> bool {
        self.whole.has_environment(saltenv)
    }

    /// The whole listing is no need for every file in it: patterns of includes are looked up in it.
    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        self.whole.list(saltenv)
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        let found = self.whole.lookup(saltenv, path)?;
        if let Some(file) = &found {
            self.see(saltenv, file);
        }
        Ok(found)
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        if let Some(file) = self.whole.lookup(saltenv, path)? {
            self.see(saltenv, &file);
        }
        self.whole.fetch(saltenv, path)
    }

    fn read(&self, saltenv: &str, path: &str) -> Result<Option<Arc<[u8]>>, FileError> {
        if let Some(file) = self.lookup(saltenv, path)? {
            let mut record = self.record();
            if file.path.ends_with(".sls") {
                record.recent.clear();
            }
            record.recent.push((saltenv.into(), file.path));
        }
        self.whole.read(saltenv, path)
    }
}
