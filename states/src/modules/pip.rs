//! `pip`: Python packages.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
