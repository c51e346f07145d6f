//! Execution functions: for `call`, for `salt['…']` in templates, and for guards that name functions.

mod cmd;
mod config;
mod cp;
mod environ;
mod file;
mod grains;
mod group;
mod lookup;
mod matcher;
mod network;
mod pillar;
mod pip;
mod pkg;
mod registry;
mod saltutil;
mod service;
mod slsutil;
mod state;
mod sys;
mod test;
mod user;
pub mod words;

pub(crate) use cmd::{Ran, Request, Script, execute, run_script};
pub use registry::{Arguments, Function, FunctionError, all, call, find};
pub use state::pillarenv;
