//! `test`: states that prove the engine.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
