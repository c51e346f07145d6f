//! The command line: one file a subcommand.

mod apply;
mod call;
mod check;
mod demo;
mod error;
pub mod exit_code;
mod follow;
mod hosts;
mod jobs;
mod keys;
mod options;
mod printer;
mod program;
mod progress;
mod results;
mod rollout;
mod run;
mod serve;

pub use program::{Program, main};
