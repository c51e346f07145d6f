//! What the master and the agent share: ids, values, messages and their codec, identity, QUIC endpoints, the content
//! store and tree objects, targets, and Python's regular expressions.
//!
//! This crate knows nothing of states, Jinja, the job database or the command line.

pub mod id;
pub mod regex;
pub mod target;
pub mod value;
