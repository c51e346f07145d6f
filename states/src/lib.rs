//! The state language, the engine, state functions, execution functions and grains.
//!
//! Everything here is synchronous and knows nothing of the network, the master or the agent. What it needs of the world
//! comes through narrow traits ([`files::FileSource`], [`process::Processes`]), so that the whole language and engine run
//! in a unit test.
//!
//! The way through: [`language`] turns text into located data, [`compile`] turns data into a plan, [`engine`] runs a plan
//! and reports.

mod accumulators;
mod binding;
pub mod compile;
pub mod context;
pub mod diagnostic;
pub mod engine;
pub mod explain;
pub mod files;
pub mod functions;
pub mod grains;
pub mod language;
pub mod lint;
mod mersenne;
pub mod mine;
pub mod modules;
pub mod nearest;
pub mod process;
pub mod saltconfig;
pub mod scope;
#[cfg(test)]
mod testing;
