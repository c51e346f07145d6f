//! What the tests of the whole product share: conformance cases, example trees, the programs as local processes, and
//! disposable hosts.
//!
//! The tests themselves are in `tests/main.rs`, one binary that is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "everything here serves tests, and a test ends with a panic that says why"
)]

pub mod conformance;
pub mod fixtures;
pub mod fleet;
pub mod harness;
pub mod ran;
pub mod wait;
