//! `grains.*`: grains.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
