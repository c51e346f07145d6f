//! `cron`: cron tables.

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[];
