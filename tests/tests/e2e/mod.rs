//! The real programs as local processes on loopback, without root.

mod apply;
mod bad_input;
mod batches;
mod check;
mod commands;
mod enrolment;
mod joining;
mod lfs;
mod life;
mod local;
mod mine;
mod operators;
mod own;
mod recovery;
mod rollout;
mod salt_call;
mod scoped;
pub(super) mod trees;
