//! `timezone`: the time zone, and whether the hardware clock runs on UTC.

mod clock;
mod system;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[Function::of::<system::System>()];
