//! `cp.*`: files of the tree.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
