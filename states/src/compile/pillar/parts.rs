//! A compilation of pillar with the files that it was merged from, for [`crate::lint`].

use std::sync::Arc;

use common::value::{Map, Value};

use super::super::memory::Memory;
use super::merge::Depth;
use crate::language::{Node, Source};

/// A host's pillar, with all that is known of how it came about.
pub struct ExaminedPillar {
    /// The pillar.
    pub pillar: Map,
    pub(super) parts: Vec<Part>,
    pub(super) depth: Depth,
    pub(super) memory: Memory,
}

/// What one SLS says itself, without what it includes.
pub(crate) struct Part {
    /// The file.
    pub(crate) source: Source,
    /// The target of the top file that leads to it, by its number within the environment.
    pub(crate) target: usize,
    /// The files that include it, the outermost first.
    pub(crate) above: Vec<Arc<str>>,
    /// The keys that its values are put below, as `key` of an include says.
    pub(crate) below: Vec<Value>,
    /// Variables that its includer sets.
    pub(crate) variables: Map,
    /// Its keys and values.
    pub(crate) pairs: Vec<(Arc<Node>, Arc<Node>)>,
}

impl ExaminedPillar {
    /// The files in the order in which they are merged: what is included before what includes it. None stands there twice.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How deep the files are merged.
    pub(crate) fn depth(&self) -> Depth {
        self.depth
    }

    /// The texts, and how the compiler came to each file.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }
}
