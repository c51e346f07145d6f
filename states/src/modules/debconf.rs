//! `debconf`: answers to packages' questions.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
