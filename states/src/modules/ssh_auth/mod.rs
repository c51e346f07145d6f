//! `ssh_auth`: the keys that may log in as a user.

mod absent;
mod account;
mod keys;
mod present;

use super::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::of::<absent::Absent>(), Function::of::<present::Present>()];
