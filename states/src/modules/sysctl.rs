//! `sysctl`: kernel parameters.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
