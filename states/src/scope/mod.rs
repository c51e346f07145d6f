//! Which part of the state tree one host needs, found without the host: what `file_access: scoped` offers it.
//!
//! Its states are compiled here with its grains and pillar, over a tree that writes down every file that is read
//! ([`recorder`]). To that come the files that the compiled states name (`salt://` anywhere in their arguments, folders with all
//! that is below them) and what the templates among those import ([`references`]).
//!
//! A template may ask the host itself something (`salt['cmd.run']`, `salt['file.file_exists']`). Nothing of the kind is done
//! here ([`aloof`]): the answer is an empty text, and the file that asked is read as text besides, so that what stands in
//! either branch is found: its includes, imports and addresses, and everything in its own folder but the SLS files.

pub(crate) mod aloof;
mod recorder;
mod references;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use common::value::Value;

use self::aloof::{Aloof, NoProcesses};
use self::recorder::Recorder;
use self::references::{Listing, Reading, addresses};
use crate::compile::{self, Chunk};
use crate::context::Context;

/// How often what was found as text is compiled in its turn: includes behind a question to the host, and theirs.
const ROUNDS: usize = 8;

/// The largest file that is looked through for what it imports, 1 MiB: larger ones are no templates.
const LOOKED_THROUGH: u64 = 1 << 20;

/// A file of the tree: its environment and its path there.
pub type FileName = (Arc<str>, Arc<str>);

/// What a host is to do, which tells what it needs.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The states of its top match.
    pub top: bool,
    /// These SLS files, in the context's environment.
    pub sls: Vec<String>,
    /// The files that these texts name as `salt://`.
    pub texts: Vec<Value>,
}

/// The files that a host needs, for which `context` stands: its id, grains and pillar, and the whole tree. Nothing is run, and
/// neither files nor users of this machine are looked at. A tree that does not compile here does not on the host either; what
/// was read until then is needed to say so.
#[must_use]
pub fn needed(context: &Arc<Context>, wanted: &Wanted) -> BTreeSet<FileName> {
    let recorder = Arc::new(Recorder::new(Arc::clone(&context.files)));
    let context = context.varied(|context| {
        context.files = Arc::clone(&recorder) as _;
        context.processes = Arc::new(NoProcesses);
        context.mine = None;
        context.run.aloof = Some(Arc::new(Aloof::new(Arc::clone(&recorder))));
    });
    let mut search = Search { recorder: &recorder, open: VecDeque::new(), scanned: BTreeSet::new() };
    let mut rounds: Vec<(String, Vec<String>)> = Vec::new();
    if wanted.top {
        search.compiled(&context, &[]);
    }
    if !wanted.sls.is_empty() {
        rounds.push((context.saltenv.clone(), wanted.sls.clone()));
    }
    for text in &wanted.texts {
        search.named(text, &context.saltenv, false);
    }
    let mut known = BTreeSet::new();
    for _ in 0..ROUNDS {
        for (saltenv, names) in std::mem::take(&mut rounds) {
            let context = context.varied(|context| context.saltenv = saltenv);
            search.compiled(&context, &names);
        }
        for (saltenv, sls) in search.read_as_text() {
            if known.insert((Arc::clone(&saltenv), sls.clone())) {
                rounds.push((saltenv.as_ref().into(), vec![sls]));
            }
        }
        if rounds.is_empty() {
            break;
        }
    }
    recorder.seen()
}

/// The search for what is needed, as far as it is.
struct Search<'a> {
    recorder: &'a Recorder,
    /// Files that are to be read as text.
    open: VecDeque<(FileName, Reading)>,
    scanned: BTreeSet<(FileName, Reading)>,
}

impl Search<'_> {
    /// Compiles SLS files, or the top match where none are named, and takes what the states name.
    fn compiled(&mut self, context: &Arc<Context>, names: &[String]) {
        let examined = compile::examine(context, names);
        for state in examined.states() {
            self.of_state(state.chunk);
        }
    }

    fn of_state(&mut self, chunk: &Chunk) {
        let is_template =
            |(key, value): (&Value, &Value)| key.as_str() == Some("template") && value.is_true();
        let is_template = chunk.arguments.iter().any(is_template);
        self.named(&Value::from(chunk.name.as_str()), &chunk.saltenv, is_template);
        self.named(&Value::Map(chunk.arguments.clone()), &chunk.saltenv, is_template);
    }

    /// Takes the files whose addresses stand anywhere in a value; a folder with everything below it.
    fn named(&mut self, value: &Value, saltenv: &str, is_template: bool) {
        match value {
            Value::String(text) => {
                for address in addresses(text) {
                    let saltenv = address.saltenv.unwrap_or(saltenv);
                    let listing = Listing::of(self.recorder.whole(), saltenv);
                    for path in listing.at_or_below(address.path) {
                        self.take(saltenv, path, is_template);
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.named(item, saltenv, is_template)),
            Value::Map(map) => {
                for (key, value) in map {
                    self.named(key, saltenv, is_template);
                    self.named(value, saltenv, is_template);
                }
            }
            _ => {}
        }
    }

    fn take(&mut self, saltenv: &str, path: Arc<str>, is_template: bool) {
        let name = (Arc::from(saltenv), path);
        self.recorder.note(name.clone());
        if is_template {
            self.open.push_back((name, Reading::Template));
        }
    }

    /// Reads what is open as text, and what that leads to; yields the SLS files that are to be compiled because of it.
    fn read_as_text(&mut self) -> Vec<(Arc<str>, String)> {
        let mut includes = Vec::new();
        self.open.extend(self.recorder.take_blurred().into_iter().map(|name| (name, Reading::Asking)));
        while let Some((name, reading)) = self.open.pop_front() {
            if !self.scanned.insert((name.clone(), reading)) {
                continue;
            }
            let (saltenv, path) = &name;
            let Some(text) = self.recorder.text(saltenv, path, LOOKED_THROUGH) else { continue };
            let listing = Listing::of(self.recorder.whole(), saltenv);
            let found = references::read(&listing, path, &text, reading);
            for (other, path) in found.files {
                // An import of a template is a template.
                self.take(other.as_deref().unwrap_or(saltenv), path, true);
            }
            includes.extend(found.includes.into_iter().map(|sls| (Arc::clone(saltenv), sls)));
        }
        includes
    }
}

#[cfg(test)]
mod tests;
