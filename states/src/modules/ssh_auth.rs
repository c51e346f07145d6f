//! `ssh_auth`: authorized SSH keys.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
