//! The control API: what the command line asks of the daemon, over a Unix socket, in the same frames as on the network.
//!
//! One connection carries one [`Request`] and its [`Response`]s to the last; closing it ends no job.

mod access;
mod client;
mod message;
mod server;

pub use access::{Access, Caller};
pub use client::{ApiError, Client};
pub use message::{
    Attached, CheckResult, CheckSpec, Explained, Failure, FailureKind, HostInfo, JobEvent, KeyAction,
    Request, Response, ScheduleInfo, Standing, Status, UnusedSls,
};
pub use server::{bind, caller, open_to_listed};
