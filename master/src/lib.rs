//! The master: keys, the state tree, pillar, jobs, and the command line that drives them.
//!
//! The way of a job: the command line ([`cli`]) asks the daemon over the control socket ([`api`]). The daemon writes the job
//! to its [`database`], takes a snapshot of the tree ([`source`]), compiles pillar ([`pillar`]), and lets a state machine
//! ([`jobs::rollout`]) decide what is sent to which host and when ([`daemon`]).

pub mod api;
pub mod audit;
pub mod check;
pub mod cli;
pub mod compare;
pub mod config;
pub mod daemon;
pub mod database;
pub mod duration;
pub mod grains;
pub mod jobs;
pub mod keys;
mod parallel;
pub mod pillar;
pub mod schedules;
pub mod scope;
pub mod size;
pub mod source;
pub mod targets;
pub mod tokens;
