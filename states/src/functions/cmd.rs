//! `cmd.*`: commands.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
