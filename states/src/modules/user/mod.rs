//! `user`: users. The accounts are read from the system's own files; the system's own tools change them.

mod absent;
pub(crate) mod accounts;
mod changes;
mod create;
pub(crate) mod identity;
mod password;
mod present;
pub(crate) mod tools;
mod update;

#[cfg(test)]
mod tests;

use super::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::of::<present::Present>(), Function::of::<absent::Absent>()];
