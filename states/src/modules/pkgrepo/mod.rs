//! `pkgrepo`: repositories of packages, for apt.

mod absent;
mod entry;
mod key;
mod managed;
mod ppa;
mod sources;

#[cfg(test)]
mod tests;

use super::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::of::<managed::Managed>(), Function::of::<absent::Absent>()];
