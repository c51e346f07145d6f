//! `sys.*`: what functions there are.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
