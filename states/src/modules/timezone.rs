//! `timezone`: the time zone.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
