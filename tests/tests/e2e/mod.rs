//! The real programs as local processes on loopback, without root.

mod apply;
mod batches;
mod bad_input;
mod enrolment;
mod lfs;
mod local;
mod recovery;
mod trees;
