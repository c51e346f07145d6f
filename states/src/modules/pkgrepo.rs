//! `pkgrepo`: package repositories.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
