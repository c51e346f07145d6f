//! Names and what they stand for.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::Value;

use crate::language::jinja::graves::bury;

/// A name and what it stands for.
struct Entry {
    name: Arc<str>,
    value: Value,
    /// Whether an importer of the template may take it: what the template has itself imported is not passed on.
    exported: bool,
}

/// The names of one body. What it does not have is looked for in the scope around it.
#[derive(Default)]
pub(in super::super) struct Scope {
    names: Mutex<Vec<Entry>>,
    around: Option<Arc<Scope>>,
}

impl Scope {
    /// A scope inside another.
    pub(super) fn within(around: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self { names: Mutex::default(), around: Some(around.clone()) })
    }

    /// All the names that are seen here, as they are now: what is set later is not seen.
    pub(super) fn snapshot(&self) -> Arc<Self> {
        let mut names: Vec<Entry> = Vec::new();
        let mut scope = Some(self);
        while let Some(at) = scope {
            for entry in at.lock().iter() {
                if !names.iter().any(|known| known.name == entry.name) {
                    let (name, value) = (entry.name.clone(), entry.value.clone());
                    names.push(Entry { name, value, exported: false });
                }
            }
            scope = at.around.as_deref();
        }
        Arc::new(Self { names: Mutex::new(names), around: None })
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let mut scope = self;
        loop {
            if let Some(entry) = scope.lock().iter().find(|entry| *entry.name == *name) {
                return Some(entry.value.clone());
            }
            scope = scope.around.as_deref()?;
        }
    }

    /// The value of a name that an importer may take.
    pub(super) fn exported(&self, name: &str) -> Option<Value> {
        let names = self.lock();
        let entry = names.iter().find(|entry| entry.exported && *entry.name == *name)?;
        Some(entry.value.clone())
    }

    /// Gives a name a value here.
    pub(super) fn set(&self, name: &Arc<str>, value: Value) {
        self.put(name, value, true);
    }

    /// Gives a name what was imported under it.
    pub(super) fn set_imported(&self, name: &Arc<str>, value: Value) {
        self.put(name, value, false);
    }

    fn put(&self, name: &Arc<str>, value: Value, exported: bool) {
        let mut names = self.lock();
        match names.iter_mut().find(|entry| entry.name == *name) {
            Some(entry) => (entry.value, entry.exported) = (value, exported),
            None => names.push(Entry { name: name.clone(), value, exported }),
        }
    }

    /// The names that an importer may take, in the order in which they were set.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.lock().iter().filter(|entry| entry.exported).map(|entry| entry.name.clone()).collect()
    }

    /// Every name that is seen here.
    pub(super) fn all_names(&self) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        let mut scope = Some(self);
        while let Some(at) = scope {
            names.extend(at.lock().iter().map(|entry| entry.name.clone()));
            scope = at.around.as_deref();
        }
        names
    }

    /// Forgets all names.
    pub(super) fn clear(&self) {
        let names = std::mem::take(&mut *self.lock());
        bury(names.into_iter().map(|entry| entry.value));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.clear();
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scope")
    }
}
