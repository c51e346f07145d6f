//! `file`: files, directories, links.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
