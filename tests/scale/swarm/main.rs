//! A fleet in one process: thousands of agents, each with the session code of the real program, its own socket, key, spool
//! and cache.
//!
//! `swarm prepare` makes the identities and tells the master's database of them, `swarm run` runs the agents, and `swarm
//! await` waits until so many are connected. `tests/scale/bench` puts them together.

mod await_connected;
mod prepare;
mod run;

use std::process::ExitCode;

use clap::Parser;

/// A fleet in one process.
#[derive(Debug, Parser)]
enum Swarm {
    /// Make identities that the master knows; it must not be running.
    Prepare(prepare::Prepare),
    /// Run the agents until SIGTERM.
    Run(run::Run),
    /// Wait until so many agents are connected.
    Await(await_connected::Await),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_writer(std::io::stderr).init();
    let done = match Swarm::parse() {
        Swarm::Prepare(prepare) => prepare.run(),
        Swarm::Run(run) => run.run(),
        Swarm::Await(wait) => wait.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
