//! What the master and the agent share: ids, values, messages and their codec, identity, QUIC endpoints, the content
//! store and tree objects, targets, Python's regular expressions, and the shapes in which results are printed.
//!
//! This crate knows nothing of states, Jinja, the job database or the command line.

pub mod exit;
pub mod id;
pub mod identity;
pub mod lfs;
pub mod message;
pub mod output;
pub mod regex;
pub mod store;
pub mod target;
pub mod transport;
pub mod tree;
pub mod value;
pub mod yaml;
