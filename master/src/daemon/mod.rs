//! The daemon: agents, operators, and the jobs between them.
//!
//! [`listener`] lets agents in, [`session`] is one agent's connection, [`requests`] what agents ask, [`own`] the jobs that hosts
//! start for themselves. [`launch`] begins a job, its [`course`] says what follows from what its rollout machine decides, and
//! [`conductor`] carries that out, with a [`conversation`] for each task that is out and a [`verifier`] for what hosts have done.

mod allowance;
mod clock;
mod conductor;
mod conversation;
mod course;
mod fan_out;
mod fleet;
mod homecoming;
mod housekeeping;
mod intake;
mod launch;
mod listener;
mod live;
mod lobby;
mod mine;
mod operator;
mod own;
mod pace;
mod reload;
mod repeats;
mod reports;
mod requests;
mod rival;
mod serve;
mod session;
mod shared;
#[cfg(test)]
mod simulation;
mod tasks;
#[cfg(test)]
mod tests;
mod verifier;

pub use serve::{Reload, ServeError, serve};
pub use shared::Daemon;
