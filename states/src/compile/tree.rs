//! Finding SLS files in a tree.

use std::collections::HashMap;
use std::sync::Arc;

use common::target::{fnmatch, has_wildcards};
use common::value::{Value, get};
use indexmap::IndexSet;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::files::FileError;
use crate::language::Source;

/// The SLS files of a tree, listed once an environment.
pub(super) struct Tree<'a> {
    context: &'a Arc<Context>,
    environments: Vec<String>,
    names: HashMap<String, Arc<[String]>>,
    /// The texts that were read, for the excerpts of errors.
    texts: HashMap<Arc<str>, Arc<str>>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(context: &'a Arc<Context>) -> Self {
        // Salt always knows `base` and looks at it first.
        let mut environments = vec!["base".to_owned()];
        environments.extend(context.files.environments().into_iter().filter(|name| name != "base"));
        Self { context, environments, names: HashMap::new(), texts: HashMap::new() }
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
        saltenv == "base" || self.environments.iter().any(|name| name == saltenv)
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
                return Err(Diagnostic::new(format!("{path} is not UTF-8 text"))
                    .at(Place { file: path.into(), line, column: 0 })
                    .help("save the file as UTF-8"));
            }
        };
        let path: Arc<str> = path.into();
        self.texts.insert(Arc::clone(&path), Arc::clone(&text));
        Ok(Some(Source { path, saltenv: saltenv.into(), sls: sls.into(), text }))
    }

    /// Gives errors the lines they speak of.
    pub(super) fn illustrate(&self, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
        errors
            .into_iter()
            .map(|error| match error.place.as_ref().and_then(|place| self.texts.get(&place.file)) {
                Some(text) if error.excerpt.is_none() => error.with_source(text),
                _ => error,
            })
            .collect()
    }
}

fn unreadable(error: &FileError) -> Diagnostic {
    Diagnostic::new(error.to_string())
}
