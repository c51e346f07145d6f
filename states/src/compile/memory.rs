//! What is remembered of the files of a compilation: their texts, and how the compiler came to each.

use std::collections::HashMap;
use std::sync::Arc;

use super::digest::digest;
use crate::diagnostic::{Diagnostic, Place, line_of};
use crate::language::Source;

/// How many steps of the way to a file are told.
const WAY_LIMIT: usize = 20;

/// Where a file was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// An item of an include list or of the top file.
    pub(crate) place: Place,
    /// The target of the top file that it stands below.
    pub(crate) target: Option<Arc<str>>,
}

/// The files of a compilation.
#[derive(Default)]
pub(crate) struct Memory {
    /// The texts that were read, by path.
    texts: HashMap<Arc<str>, Arc<str>>,
    /// Where each file was asked for first, by path.
    asked: HashMap<Arc<str>, Asked>,
    /// The SLS files that were rendered, in their order.
    loaded: Vec<Source>,
}

impl Memory {
    /// Remembers a text.
    pub(super) fn read(&mut self, path: &Arc<str>, text: &Arc<str>) {
        self.texts.insert(Arc::clone(path), Arc::clone(text));
    }

    /// Remembers where a file was asked for, the first time it is.
    pub(super) fn asked_for(&mut self, source: &Source, place: &Place, target: Option<&Arc<str>>) {
        let asked = || Asked { place: place.clone(), target: target.cloned() };
        self.asked.entry(Arc::clone(&source.path)).or_insert_with(asked);
    }

    /// Remembers that an SLS was rendered.
    pub(super) fn loaded(&mut self, source: &Source) {
        self.loaded.push(source.clone());
    }

    /// The SLS files that were rendered, in their order.
    pub(crate) fn files(&self) -> &[Source] {
        &self.loaded
    }

    /// The steps that led to a file, the nearest first: the include of it, the include of that file, the top file.
    pub(crate) fn way_to(&self, file: &str) -> Vec<&Asked> {
        let mut way: Vec<&Asked> = Vec::new();
        let mut at = self.asked.get(file);
        while let Some(asked) =
            at.filter(|asked| way.len() < WAY_LIMIT && !way.iter().any(|known| known.place == asked.place))
        {
            way.push(asked);
            at = self.asked.get(&asked.place.file);
        }
        way
    }

    /// The text of a file that was read.
    pub(crate) fn text(&self, path: &str) -> Option<&Arc<str>> {
        self.texts.get(path)
    }

    /// Adds to an error how the compiler came to a file.
    pub(super) fn with_way_to(&self, mut error: Diagnostic, file: &str) -> Diagnostic {
        for asked in self.way_to(file) {
            let note = format!("included from {}", asked.place);
            if !error.notes.contains(&note) {
                error.notes.push(note);
            }
        }
        error
    }

    /// Gives errors the lines they speak of and the way to their files, and puts those together that say the same.
    pub(crate) fn illustrate(&self, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
        digest(errors.into_iter().map(|error| self.illustrated(error)))
    }

    fn illustrated(&self, mut error: Diagnostic) -> Diagnostic {
        let line = |place: &Place| line_of(self.texts.get(&place.file)?, place.line);
        if error.excerpt.is_none() {
            error.excerpt = error.place.as_ref().and_then(line);
        }
        for related in error.related.iter_mut().filter(|related| related.excerpt.is_none()) {
            related.excerpt = line(&related.place);
        }
        match error.place.as_ref().map(|place| Arc::clone(&place.file)) {
            Some(file) => self.with_way_to(error, &file),
            None => error,
        }
    }
}
