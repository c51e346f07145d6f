//! `environ.*`: the environment.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
