//! `test.*`: tests.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
