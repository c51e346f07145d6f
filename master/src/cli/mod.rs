//! The command line: one file a subcommand.

mod apply;
mod call;
mod check;
mod check_output;
mod demo;
mod described;
mod error;
pub mod exit_code;
mod explain;
mod follow;
mod hosts;
mod jobs;
mod keys;
mod options;
mod printer;
mod program;
mod progress;
mod results;
mod run;
mod serve;

pub use program::{Program, main};
