//! The program: which subcommands there are, and how they end.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::error::CommandError;
use super::{apply, call, check, demo, drift, explain, hosts, jobs, keys, run, serve, verify};

/// The master: applies Salt state trees to a fleet and runs commands on it.
///
/// `master serve` is the daemon. Every other subcommand speaks to it over its control socket.
///
/// Exit codes: 0 everything asked for was done; 1 something failed on some host; 2 the command line or the configuration is
/// wrong; 3 some hosts never answered; 4 the tree does not compile, nothing was changed; 5 the target matches no host;
/// 6 the program could not work (no daemon at the socket, a full disk); 130 Ctrl-C, the job goes on.
#[derive(Debug, Parser)]
#[command(name = "master", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Apply(apply::Apply),
    Run(run::Run),
    Verify(verify::Verify),
    Drift(drift::Drift),
    Call(call::Call),
    Keys(keys::Keys),
    Hosts(hosts::Hosts),
    Jobs(jobs::Jobs),
    Check(check::Check),
    Explain(explain::Explain),
    Demo(demo::Demo),
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let program = Program::parse();
    let level = match &program.command {
        Command::Serve(_) => tracing::Level::INFO,
        _ => tracing::Level::WARN,
    };
    log_to_stderr(level);
    let result = match runtime(&program.command).build() {
        Ok(runtime) => {
            let result = runtime.block_on(program.run());
            // A question that nobody answers does not hold the program up.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code.into(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            error.code().into()
        }
    }
}

/// The daemon's threads for connections: one for each second processor. Packets are handed from task to task, and threads that
/// wake each other for each of them cost more than they gain; compiling and the database have threads of their own.
fn runtime(command: &Command) -> tokio::runtime::Builder {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if matches!(command, Command::Serve(_)) {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        runtime.worker_threads((processors / 2).max(1));
    }
    runtime.enable_all();
    runtime
}

impl Program {
    /// The definition of the whole command line, for help texts and completions.
    #[must_use]
    pub fn definition() -> clap::Command {
        Self::command()
    }

    async fn run(self) -> Result<u8, CommandError> {
        match self.command {
            Command::Serve(command) => command.run().await,
            Command::Apply(command) => command.run().await,
            Command::Run(command) => command.run().await,
            Command::Verify(command) => command.run().await,
            Command::Drift(command) => command.run().await,
            Command::Call(command) => command.run().await,
            Command::Keys(command) => command.run().await,
            Command::Hosts(command) => command.run().await,
            Command::Jobs(command) => command.run().await,
            Command::Check(command) => command.run().await,
            Command::Explain(command) => command.run().await,
            Command::Demo(command) => command.run().await,
        }
    }
}

/// Logs go to standard error; LANTERN_LOG (error, warn, info, debug, trace) says how much.
fn log_to_stderr(default: tracing::Level) {
    let asked = std::env::var("LANTERN_LOG").ok().and_then(|level| level.parse().ok());
    let level = tracing_subscriber::filter::LevelFilter::from_level(asked.unwrap_or(default));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(ansi).with_target(false);
    let _ = tracing_subscriber::registry().with(level).with(lines).try_init();
}

#[cfg(test)]
mod tests {
    use super::Program;

    #[test]
    fn the_command_line_is_well_formed() {
        Program::definition().debug_assert();
    }
}
