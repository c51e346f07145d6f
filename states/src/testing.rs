//! What unit tests of this crate share: a tree in memory, processes that answer by the book, a context of both.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use common::value::{Map, Value};
use tempfile::TempDir;

use crate::context::{Context, RunState};
use crate::files::{FileError, FileSource, TreeFile};
use crate::process::{Command, Output, ProcessError, Processes, Program};

/// A tree in memory: `Tree::new(&[("top.sls", "base: …")])` is an environment `base`.
pub(crate) struct Tree {
    files: BTreeMap<(String, String), Vec<u8>>,
    copies: TempDir,
}

impl Tree {
    /// A tree with one environment, `base`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let mut tree = Self { files: BTreeMap::new(), copies: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            tree.put("base", path, text);
        }
        tree
    }

    /// Adds a file to an environment.
    pub(crate) fn put(&mut self, saltenv: &str, path: &str, text: &str) {
        self.files.insert((saltenv.into(), path.into()), text.as_bytes().into());
    }
}

impl FileSource for Tree {
    fn environments(&self) -> Vec<String> {
        let mut names: Vec<_> = self.files.keys().map(|(saltenv, _)| saltenv.clone()).collect();
        names.dedup();
        names
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        let here = self.files.iter().filter(|((env, _), _)| env == saltenv);
        Ok(here.map(|((_, path), text)| tree_file(path, text)).collect())
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        Ok(self.files.get(&(saltenv.into(), path.into())).map(|text| tree_file(path, text)))
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        let Some(text) = self.files.get(&(saltenv.into(), path.into())) else { return Ok(None) };
        let copy = self.copies.path().join(saltenv).join(path);
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::write(&copy, text).unwrap();
        Ok(Some(copy))
    }
}

fn tree_file(path: &str, text: &[u8]) -> TreeFile {
    TreeFile {
        path: path.into(),
        size: text.len() as u64,
        executable: text.starts_with(b"#!/bin/"),
        hash: None,
    }
}

/// Processes that do not run: each command is written down, as one line, and answered by a function of that line.
pub(crate) struct Book {
    answer: Box<dyn Fn(&str) -> Output + Send + Sync>,
    /// The lines of all commands, in their order.
    pub(crate) lines: Mutex<Vec<String>>,
}

impl Book {
    /// Answers every command with `answer(line)`, where `line` is the shell line or the words joined by blanks.
    pub(crate) fn new(answer: impl Fn(&str) -> Output + Send + Sync + 'static) -> Self {
        Self { answer: Box::new(answer), lines: Mutex::default() }
    }
}

impl Processes for Book {
    fn run(&self, command: &Command) -> Result<Output, ProcessError> {
        let line = match &command.program {
            Program::Shell { line, .. } => line.clone(),
            Program::Direct(words) => words.join(" "),
        };
        let output = (self.answer)(&line);
        self.lines.lock().unwrap().push(line);
        Ok(output)
    }
}

/// An output with a status and some text.
pub(crate) fn output(status: i32, stdout: &str) -> Output {
    Output { pid: 1, status, stdout: stdout.into(), ..Output::default() }
}

/// A host `fp-1` of Debian 12 over `tree` and `processes`, with nothing in its pillar.
pub(crate) fn context(tree: Tree, processes: Arc<dyn Processes>, pillar: Map, test: bool) -> Arc<Context> {
    let grains: Map =
        [("id", "fp-1"), ("os", "Debian"), ("os_family", "Debian"), ("osrelease", "12"), ("kernel", "Linux")]
            .into_iter()
            .map(|(key, value)| (Value::from(key), Value::from(value)))
            .collect();
    Arc::new(Context {
        id: "fp-1".into(),
        saltenv: "base".into(),
        grains: Arc::new(grains),
        pillar: Arc::new(pillar),
        opts: Arc::default(),
        cache_dir: tree.copies.path().join("cache"),
        files: Arc::new(tree),
        processes,
        test,
        mine: None,
        run: RunState::default(),
    })
}
