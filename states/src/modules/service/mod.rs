//! `service`: services, with systemd, System V scripts, OpenRC or upstart.

mod enabling;
pub(crate) mod manager;
mod masking;
mod openrc;
mod running;
mod systemd;
mod sysv;
mod upstart;
mod watch;

#[cfg(test)]
mod tests;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::watching::<running::Running>(),
    Function::watching::<running::Dead>(),
    Function::of::<enabling::Enabled>(),
    Function::of::<enabling::Disabled>(),
    Function::of::<masking::Masked>(),
    Function::of::<masking::Unmasked>(),
];
