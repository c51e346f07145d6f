//! `match.*`: targets.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
