//! `pip`: Python packages.

mod installed;
mod removed;
mod requirement;
pub(crate) mod tool;
pub(crate) mod version;

#[cfg(test)]
mod tests;

use super::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::of::<installed::Installed>(), Function::of::<removed::Removed>()];
