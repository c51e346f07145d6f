//! `slsutil.*`: helpers for SLS files.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
