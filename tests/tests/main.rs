//! Every test of the whole product, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends with a panic that says why"
)]

mod conformance;
mod e2e;
mod errors;
mod faults;
mod forgotten;
mod goldens;
mod realhosts;
mod security;
