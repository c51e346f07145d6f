//! YAML 1.1 as Salt reads it: PyYAML's safe loader with Salt's rules for integers, duplicate keys, timestamps and merges.
//!
//! [`events`] parses (libyaml's own grammar, so that what is rejected and on which line agrees), [`compose`] ties aliases
//! to their anchors by the rules of [`resolve`], [`check`] makes the scalars and finds what is wrong, with [`flatten`] for
//! merge keys, and [`construct`] makes the value.

mod base64;
mod check;
mod compose;
mod construct;
mod events;
mod fault;
mod flatten;
mod integer;
mod resolve;
mod scalar;
mod scalars;

pub(crate) use base64::decode_base64;
pub(crate) use common::yaml::{Layout, base64, dump, dump_ascii, float, sorted};
pub(crate) use fault::{Fault, Mark};
pub(crate) use scalars::{Role, Scalar, ScalarType, scalars};

use super::node::Node;
use crate::diagnostic::Place;

/// The deepest nesting of lists and maps.
pub(super) const DEPTH_LIMIT: usize = 200;

/// The most values in one document, each alias counted as often as it is used.
pub(super) const NODE_LIMIT: u64 = 1_000_000;

/// Reads one document. `place` says where a mark in `text` came from. An empty text is `Null`.
pub(crate) fn load(text: &str, place: &dyn Fn(Mark) -> Place) -> Result<Node, Box<Fault>> {
    let graph = compose::compose(text)?;
    construct::construct(&graph, place)
}

/// Reads one document as PyYAML does where Salt leaves it alone: an integer with a leading zero is octal.
pub(crate) fn load_plain(text: &str, place: &dyn Fn(Mark) -> Place) -> Result<Node, Box<Fault>> {
    let mut graph = compose::compose(text)?;
    graph.read_octal();
    construct::construct(&graph, place)
}

#[cfg(test)]
mod tests;
