//! The command line: one file a subcommand.

mod apply;
mod call;
mod check;
mod check_output;
mod comparing;
mod demo;
mod described;
mod drift;
mod error;
pub mod exit_code;
mod explain;
mod follow;
mod gather;
mod hosts;
mod job_files;
mod jobs;
mod keys;
mod options;
mod printer;
mod program;
mod progress;
mod results;
mod rollout;
mod run;
mod salvaged;
mod serve;
mod verify;

pub use program::{Program, main};
