//! Finding SLS files in a tree.

use std::collections::HashMap;
use std::sync::Arc;

use common::target::{fnmatch, has_wildcards};
use common::value::{Value, get};
use indexmap::IndexSet;

use super::memory::Memory;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::files::FileError;
use crate::language::Source;

/// The SLS files of a tree, listed once an environment.
pub(super) struct Tree<'a> {
    context: &'a Arc<Context>,
    environments: Vec<String>,
    names: HashMap<String, Arc<[String]>>,
    /// What errors need to know of the files.
    memory: Memory,
}

impl<'a> Tree<'a> {
    pub(super) fn new(context: &'a Arc<Context>) -> Self {
        // Salt always knows `base` and looks at it first.
        let mut environments = vec!["base".to_owned()];
        environments.extend(context.files.environments().into_iter().filter(|name| name != "base"));
        Self { context, environments, names: HashMap::new(), memory: Memory::default() }
    }

    /// Keeps the environments that the configuration's `env_order` names, in that order.
    pub(super) fn ordered(mut self) -> Self {
        let order = get(&self.context.opts, "env_order").and_then(Value::as_list).unwrap_or_default();
        if !order.is_empty() {
            let known = order.iter().map(ToString::to_string).filter(|name| self.has_environment(name));
            self.environments = known.collect::<IndexSet<_>>().into_iter().collect();
        }
        self
    }

    pub(super) fn context(&self) -> &'a Arc<Context> {
        self.context
    }

    /// The environments, `base` first.
    pub(super) fn environments(&self) -> &[String] {
        &self.environments
    }

    /// Whether there is such an environment. `base` is one even where `env_order` leaves it out.
    pub(super) fn has_environment(&self, saltenv: &str) -> bool {
        saltenv == "base" || self.environments.iter().any(|name| name == saltenv) || self.is_of_any(saltenv)
    }

    /// Whether it is an environment that the tree has without naming it, as `__env__` of `file_roots` makes them.
    fn is_of_any(&self, saltenv: &str) -> bool {
        let files = &self.context.files;
        files.has_environment(saltenv) && !files.environments().iter().any(|name| name == saltenv)
    }

    /// The names of an environment's SLS files, sorted: `web` for `web.sls` and for `web/init.sls`.
    pub(super) fn names(&mut self, saltenv: &str) -> Result<Arc<[String]>, Diagnostic> {
        if let Some(names) = self.names.get(saltenv) {
            return Ok(Arc::clone(names));
        }
        let files = self.context.files.list(saltenv).map_err(|error| unreadable(&error))?;
        let mut names: Vec<String> = files
            .iter()
            .filter_map(|file| file.path.strip_suffix(".sls"))
            .map(|path| path.strip_suffix("/init").unwrap_or(path).replace('/', "."))
            .collect();
        names.sort_unstable();
        names.dedup();
        let names: Arc<[String]> = names.into();
        self.names.insert(saltenv.into(), Arc::clone(&names));
        Ok(names)
    }

    /// The names that a pattern of a top file, an include or a command line stands for; none where no file fits.
    pub(super) fn matching(&mut self, saltenv: &str, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        let names = self.names(saltenv)?;
        if !has_wildcards(pattern) {
            let known = names.binary_search_by(|name| name.as_str().cmp(pattern)).is_ok();
            return Ok(known.then(|| pattern.to_owned()).into_iter().collect());
        }
        Ok(names.iter().filter(|name| fnmatch(name, pattern)).cloned().collect())
    }

    /// Reads an SLS by its name; none where there is no such file. `a/b.sls` comes before `a/b/init.sls`.
    pub(super) fn read_sls(&mut self, saltenv: &str, sls: &str) -> Result<Option<Source>, Diagnostic> {
        let path = sls.replace('.', "/");
        for path in [format!("{path}.sls"), format!("{path}/init.sls")] {
            if let Some(source) = self.read(saltenv, &path, sls)? {
                return Ok(Some(source));
            }
        }
        Ok(None)
    }

    /// Reads a file of the tree as text.
    pub(super) fn read(
        &mut self,
        saltenv: &str,
        path: &str,
        sls: &str,
    ) -> Result<Option<Source>, Diagnostic> {
        let Some(content) = self.context.files.read(saltenv, path).map_err(|error| unreadable(&error))?
        else {
            return Ok(None);
        };
        let text: Arc<str> = match std::str::from_utf8(&content) {
            Ok(text) => text.into(),
            Err(error) => {
                let before = &content[..error.valid_up_to()];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let line = u32::try_from(line).unwrap_or(0);
                let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
                let column = String::from_utf8_lossy(&before[before.len() - column..]).chars().count() + 1;
                let column = u32::try_from(column).unwrap_or(0);
                return Err(Diagnostic::new(format!("{path} is not UTF-8 text"))
                    .at(Place { file: path.into(), line, column })
                    .width(1)
                    .with_source(&String::from_utf8_lossy(&content))
                    .help("save the file as UTF-8"));
            }
        };
        let path: Arc<str> = path.into();
        self.memory.read(&path, &text);
        Ok(Some(Source { path, saltenv: saltenv.into(), sls: sls.into(), text }))
    }

    /// What is remembered of the files.
    pub(super) fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// Keeps what is remembered of the files, and nothing else.
    pub(super) fn into_memory(self) -> Memory {
        self.memory
    }

    /// Adds to an error how the compiler came to a file.
    pub(super) fn with_way_to(&self, error: Diagnostic, file: &str) -> Diagnostic {
        self.memory.with_way_to(error, file)
    }

    /// Gives errors the lines they speak of and the way to their files, and puts those together that say the same.
    pub(super) fn illustrate(&self, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
        self.memory.illustrate(errors)
    }
}

fn unreadable(error: &FileError) -> Diagnostic {
    Diagnostic::new(error.to_string())
}
