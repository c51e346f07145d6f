//! What the templates of one rendering share: their files, the modules made of them, and what they see by name.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use minijinja::{Error, ErrorKind, Value};

use super::scope::Scope;
use super::searches::{Search, Searches};
use super::undefined::{Severity, not_found, undefined};
use crate::context::Context;
use crate::language::jinja::engine::{Root, read};
use crate::language::jinja::errors::{Sentence, Syntax};
use crate::language::jinja::syntax::{Parsed, Settings};
use crate::language::jinja::{budget, globals};

/// What a scope takes that waits for the end.
const SCOPE_SIZE: usize = 128;

/// A template and its name.
#[derive(Debug)]
pub(in super::super) struct Unit {
    /// Its path in the tree.
    pub(in super::super) path: Arc<str>,
    pub(in super::super) parsed: Arc<Parsed>,
}

/// What the templates of one rendering share.
pub(in super::super) struct Session {
    context: Arc<Context>,
    saltenv: String,
    settings: Settings,
    /// What all of them see by name.
    root: Arc<Root>,
    /// Whether an undefined value may be used (`allow_undefined`).
    lenient: bool,
    /// The templates that have been loaded, by the name they were asked for.
    units: RefCell<HashMap<String, Arc<Unit>>>,
    /// The modules of templates that were imported without context.
    pub(super) modules: RefCell<HashMap<String, Value>>,
    /// What was looked for in vain of late.
    searches: RefCell<Searches>,
    /// The scopes that something which they name may hold.
    looped: RefCell<Vec<Weak<Scope>>>,
    /// `tplfile`, `tpldir` and `tpldot` of the file that was loaded last: relative names begin there.
    place: RefCell<Option<[Arc<str>; 3]>>,
}

impl Session {
    /// The session of one rendering.
    pub(in super::super) fn new(
        context: &Arc<Context>,
        saltenv: &str,
        settings: Settings,
        root: &Arc<Root>,
        lenient: bool,
    ) -> Self {
        let part = |name: &str| root.get(name).and_then(|value| value.as_str().map(Arc::from));
        let place = match (part("tplfile"), part("tpldir"), part("tpldot")) {
            (file, Some(folder), dotted) => {
                Some([file.unwrap_or_else(|| "".into()), folder, dotted.unwrap_or_else(|| "".into())])
            }
            _ => None,
        };
        Self {
            context: context.clone(),
            saltenv: saltenv.into(),
            settings,
            root: root.clone(),
            lenient,
            units: RefCell::default(),
            modules: RefCell::default(),
            searches: RefCell::default(),
            looped: RefCell::default(),
            place: RefCell::new(place),
        }
    }

    /// Notes a scope that what it names may hold, as a macro does that is named where it is made: it forgets its names when
    /// the rendering ends, or neither would ever be dropped.
    pub(super) fn clear_at_the_end(&self, scope: &Arc<Scope>) {
        let mut looped = self.looped.borrow_mut();
        let scope = Arc::downgrade(scope);
        if looped.last().is_none_or(|last| !last.ptr_eq(&scope)) {
            budget::note(SCOPE_SIZE);
            looped.push(scope);
        }
    }

    /// A value that all templates see.
    pub(super) fn global(&self, name: &str) -> Option<Value> {
        self.root.get(name).or_else(|| globals::find(name))
    }

    /// The names that all templates see besides the functions.
    pub(super) fn names(&self) -> Vec<String> {
        self.root.names().map(Into::into).collect()
    }

    /// The names of the file that was loaded last: what a module that is made of it sees of its own place.
    pub(super) fn place(&self) -> Vec<(Arc<str>, Value)> {
        let names = ["tplfile", "tpldir", "tpldot"];
        self.place
            .borrow()
            .iter()
            .flatten()
            .zip(names)
            .map(|(value, name)| (name.into(), Value::from(&**value)))
            .collect()
    }

    /// What stands for something that was looked for and not found.
    pub(super) fn not_found(&self, message: String, expression: Option<String>, search: Search) -> Value {
        let severity = if self.lenient { Severity::Lenient } else { Severity::Strict };
        not_found(message, expression, severity, self.searches.borrow_mut().keep(search))
    }

    /// The search of that number, if it is among the last.
    pub(in super::super) fn search(&self, number: u64) -> Option<Search> {
        self.searches.borrow().get(number).cloned()
    }

    /// What stands for something that is not there.
    pub(super) fn undefined(&self, message: String, expression: Option<String>) -> Value {
        undefined(message, expression, if self.lenient { Severity::Lenient } else { Severity::Strict })
    }

    /// The template of that name; none when there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or is no template.
    pub(super) fn load(&self, name: &str) -> Result<Option<Arc<Unit>>, Error> {
        if let Some(unit) = self.units.borrow().get(name) {
            return Ok(Some(unit.clone()));
        }
        let relative = matches!(name.split('/').next(), Some("." | ".."));
        let path = if relative {
            let Some([_, folder, _]) = self.place.borrow().clone() else { return Ok(None) };
            match join(&folder, name) {
                Some(path) => path,
                None => return Ok(None),
            }
        } else {
            name.to_owned()
        };
        // An absolute path would be one of this host, not of the tree.
        if path.starts_with('/') {
            return Ok(None);
        }
        let content = match self.context.files.read(&self.saltenv, &path) {
            Ok(Some(content)) => content,
            Ok(None) => return Ok(None),
            Err(error) => {
                return Err(Error::new(ErrorKind::BadInclude, error.to_string()).with_source(error));
            }
        };
        let Ok(text) = std::str::from_utf8(&content) else {
            let message = format!("{path} is not UTF-8 text");
            return Err(Error::new(ErrorKind::BadInclude, message.clone())
                .with_source(Sentence(format!("Jinja error: {message}"))));
        };
        if !relative {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let dotted = folder.replace('/', ".");
            let folder = if folder.is_empty() { "." } else { folder };
            self.place.replace(Some([path.as_str().into(), folder.into(), dotted.into()]));
        } else if let Some([file, folder, dotted]) = &mut *self.place.borrow_mut() {
            *file = name.into();
            *dotted = folder.replace('/', ".").into();
        }
        let parsed = read(text, &self.settings)
            .map_err(|fault| Syntax { file: path.as_str().into(), fault }.into_error())?;
        let unit = Arc::new(Unit { path: path.into(), parsed });
        self.units.borrow_mut().insert(name.into(), unit.clone());
        Ok(Some(unit))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for scope in self.looped.take() {
            if let Some(scope) = scope.upgrade() {
                scope.clear();
            }
        }
    }
}

/// A path that begins with a dot, from a folder; none when it leads out of the tree.
fn join(folder: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
