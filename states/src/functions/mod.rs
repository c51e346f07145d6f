//! Execution functions: for `call`, for `salt['…']` in templates, and for guards that name functions.

mod banner;
mod cmd;
mod config;
mod cp;
mod defaults;
mod elsewhere;
mod environ;
mod file;
mod file_more;
mod grains;
mod group;
mod hashutil;
mod log;
mod lookup;
mod matcher;
mod mine;
mod network;
mod pillar;
mod pip;
mod pkg;
mod random;
mod registry;
mod saltutil;
mod service;
mod signatures;
mod slsutil;
mod state;
mod sys;
mod test;
mod test_more;
mod user;
pub mod words;

pub(crate) use cmd::{Ran, Request, Script, execute, run_script};
pub use mine::mine_functions;
pub use registry::{Arguments, Function, FunctionError, all, call, find, hint};
pub use state::{pillarenv, state_context};
