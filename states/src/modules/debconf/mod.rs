//! `debconf`: answers to the questions that Debian's packages ask.

mod database;
mod set;
mod set_file;

use super::Function;

pub(super) use set_file::load;

pub(super) static FUNCTIONS: &[Function] = &[Function::of::<set::Set>(), Function::of::<set_file::SetFile>()];
