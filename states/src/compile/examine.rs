//! A compilation with all that is known of how it came about, for [`crate::lint`] and [`crate::explain`].

use std::sync::Arc;

use super::catalogue;
use super::low::Draft;
use super::memory::Memory;
use super::plan::{Chunk, Reaction};
use super::requisites::{Written, written};
use super::tree::Tree;
use super::{Assembled, Depth, assemble, declared_by_top, load, wanted};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::language::{Node, Source};

/// A tree compiled for one host.
pub struct Examined {
    /// What is wrong. Where there is anything, states may be missing, and requisites may not be resolved.
    pub errors: Vec<Diagnostic>,
    /// Notices that stop nothing.
    pub warnings: Vec<String>,
    drafts: Vec<Draft>,
    reactions: Vec<Reaction>,
    memory: Memory,
}

/// One state, with its declaration.
#[derive(Clone, Copy)]
pub(crate) struct Examinee<'a> {
    /// The state.
    pub(crate) chunk: &'a Chunk,
    /// Its arguments as they are written, the function among them as text.
    pub(crate) items: &'a [Arc<Node>],
}

/// Compiles for one host as [`super::highstate`] does, or as [`super::sls`] does where SLS files are named.
#[must_use]
pub fn examine(context: &Arc<Context>, names: &[String]) -> Examined {
    let mut tree = Tree::new(context).ordered();
    let loaded = if names.is_empty() {
        declared_by_top(context, &mut tree)
    } else {
        Ok(load::Loader::new(&mut tree).load(&wanted(context, names)))
    };
    let assembled = match loaded {
        Ok(loaded) => assemble(context, loaded, &catalogue::Registry, Depth::Whole),
        Err(errors) => Assembled { drafts: Vec::new(), reactions: Vec::new(), warnings: Vec::new(), errors },
    };
    let memory = tree.into_memory();
    Examined {
        errors: memory.illustrate(assembled.errors),
        warnings: assembled.warnings,
        drafts: assembled.drafts,
        reactions: assembled.reactions,
        memory,
    }
}

/// What is wrong with an SLS and what it includes, whatever other files there are: nothing is said of states that it
/// requires or extends and that it does not include.
#[must_use]
pub fn alone(context: &Arc<Context>, sls: &str) -> Vec<Diagnostic> {
    let mut tree = Tree::new(context).ordered();
    let loaded = load::Loader::new(&mut tree).load(&wanted(context, &[sls.into()]));
    let assembled = assemble(context, loaded, &catalogue::Registry, Depth::Alone);
    tree.illustrate(assembled.errors)
}

impl Examined {
    /// How many states there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.drafts.len()
    }

    /// The SLS files that were rendered, in their order.
    #[must_use]
    pub fn files(&self) -> &[Source] {
        self.memory.files()
    }

    /// The texts, and how the compiler came to each file.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The states, sorted as in a plan.
    pub(crate) fn states(&self) -> impl ExactSizeIterator<Item = Examinee<'_>> {
        self.drafts.iter().map(|draft| Examinee { chunk: &draft.chunk, items: &draft.items })
    }

    /// The states as a plan.
    pub(crate) fn plan(&self) -> super::Plan {
        let chunks = self.drafts.iter().map(|draft| draft.chunk.clone()).collect();
        super::Plan { chunks, reactions: self.reactions.clone(), warnings: self.warnings.clone() }
    }

    /// The requisites of each state as they are written, each with the states it names.
    pub(crate) fn written(&self) -> Vec<Vec<Written>> {
        written(&self.drafts)
    }

    /// The SLS file of a state.
    pub(crate) fn file_of(&self, chunk: &Chunk) -> Option<&Source> {
        self.files().iter().find(|file| *file.sls == *chunk.sls && *file.saltenv == *chunk.saltenv)
    }
}
