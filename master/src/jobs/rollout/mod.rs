//! The rollout: which host gets its task when, and what becomes of hosts that stay away.
//!
//! A state machine without I/O or clock. Events and the time come in, actions come out, so that tests drive it through any
//! order of events. Time is whatever [`Duration`](std::time::Duration) the caller counts from, as long as it never goes back.

mod agenda;
mod ends;
mod event;
mod host;
mod machine;
mod replies;
mod tally;
#[cfg(test)]
mod tests;
mod turns;
mod waves;

pub use event::{Action, Event, Resumed, Setup};
pub use machine::Rollout;
