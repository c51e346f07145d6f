//! `sysctl`: kernel parameters, live and after a restart.

mod present;
mod settings;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[Function::of::<present::Present>()];
