//! `network.*`: the network.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
