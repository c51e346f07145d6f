//! `pillar.*`: pillar.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
