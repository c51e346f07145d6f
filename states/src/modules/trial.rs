//! Trying state functions on a host that is a folder and whose programs answer by the book.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::value::Value;
use tempfile::TempDir;

use super::registry::Site;
use super::{StateReturn, find};
use crate::context::Context;
use crate::process::Output;
use crate::testing::{Book, Tree, context};

/// A host for one run.
pub(crate) struct Host {
    root: TempDir,
    book: Arc<Book>,
    pub(crate) context: Arc<Context>,
}

impl Host {
    /// A host with some files. Its programs are `answer(root, line)`, which may change files below `root`.
    pub(crate) fn new(
        files: &[(&str, &str)],
        answer: impl Fn(&Path, &str) -> Output + Send + Sync + 'static,
    ) -> Self {
        Self::with(files, answer, false)
    }

    /// The same in a dry run.
    pub(crate) fn dry(
        files: &[(&str, &str)],
        answer: impl Fn(&Path, &str) -> Output + Send + Sync + 'static,
    ) -> Self {
        Self::with(files, answer, true)
    }

    fn with(
        files: &[(&str, &str)],
        answer: impl Fn(&Path, &str) -> Output + Send + Sync + 'static,
        test: bool,
    ) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = below(root.path(), path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = root.path().to_path_buf();
        let book = Arc::new(Book::new(move |line| answer(&folder, line)));
        let mut context = context(Tree::new(&[]), book.clone(), common::value::Map::new(), test);
        Arc::get_mut(&mut context).unwrap().run.root = Some(root.path().into());
        Self { root, book, context }
    }

    /// Runs a state, with its arguments in YAML.
    pub(crate) fn state(&self, function: &str, arguments: &str) -> StateReturn {
        self.act(function, arguments, false)
    }

    /// Runs a state's `mod_watch`.
    pub(crate) fn watch(&self, function: &str, arguments: &str) -> StateReturn {
        self.act(function, arguments, true)
    }

    fn act(&self, function: &str, arguments: &str, watch: bool) -> StateReturn {
        let arguments: Value = serde_yaml::from_str(arguments).unwrap();
        let site =
            Site { context: &self.context, id: "the-id", sls: "the.sls", saltenv: "base", changed: &[] };
        let function = find(function).unwrap();
        let arguments = arguments.as_map().unwrap();
        if watch { function.mod_watch(&site, arguments) } else { function.run(&site, arguments) }
    }

    /// The commands so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.book.lines.lock().unwrap().clone()
    }

    /// The text of a file of the host.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(below(self.root.path(), path)).unwrap()
    }
}

/// The path of a host's file.
pub(crate) fn below(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// Changes in YAML, to compare with.
pub(crate) fn changes(yaml: &str) -> common::value::Map {
    serde_yaml::from_str::<Value>(yaml).unwrap().as_map().cloned().unwrap_or_default()
}
