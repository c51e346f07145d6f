//! `cron`: cron tables.

mod crontab;
mod job;
mod table;
#[cfg(test)]
mod tests;
mod variable;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::of::<job::Absent>(),
    Function::of::<variable::Absent>(),
    Function::of::<variable::Present>(),
    Function::of::<job::Present>(),
];
