//! The control API: what the command line asks of the daemon, over a Unix socket, in the same frames as on the network.
//!
//! One connection carries one [`Request`] and its [`Response`]s to the last; closing it ends no job.

mod client;
mod message;
mod server;

pub use client::{ApiError, Client};
pub use message::{
    Attached, CheckResult, CheckSpec, Explained, Failure, FailureKind, HostInfo, JobEvent, KeyAction,
    Request, Response, Status, UnusedSls,
};
pub use server::{bind, user_of};
