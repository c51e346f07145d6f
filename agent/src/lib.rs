//! The agent on each managed host.
//!
//! [`session`] holds the connection to the master, [`jobs`] decides what runs when and keeps the [`spool`], [`cache`] brings
//! the content of state trees, and [`worker`] is the process in which a job runs. [`cli`] is the command line. [`memory`] keeps an
//! idle agent small.

pub mod cache;
pub mod cli;
pub mod config;
pub mod jobs;
pub mod memory;
pub mod session;
pub mod spool;
pub mod worker;
