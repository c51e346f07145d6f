//! The session with the master: connect, enrol, work, and come again.

mod backoff;
mod daemon;
mod decide;
mod identity;
mod join;
mod mine;
mod own;
mod requests;
mod sockets;
mod start;
mod startup;
mod tasks;
#[cfg(test)]
mod tests;
mod upkeep;

pub use backoff::Backoff;
pub use daemon::Daemon;
pub use decide::{Step, decide, renewal_due};
pub use identity::{Identity, Trust};
pub use join::{JoinError, join};
pub use sockets::{Answer, Ask};
pub use start::StartError;
