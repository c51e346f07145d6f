//! The command line: one file a subcommand. The help texts are the doc comments.

mod apply;
mod call;
mod inside;
mod join;
mod local;
mod options;
mod output;
mod remote;
mod run;
mod salt_call;
mod work;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use common::exit;

/// The agent of a managed host: runs what its master wants, and applies state files of the master or, with --local, by itself.
///
/// Exit codes: 0 everything was done; 1 a state, function or command failed; 2 the command line or the configuration is
/// wrong; 4 the state tree does not compile, and nothing was changed; 6 the program could not work.
#[derive(Debug, Parser)]
#[command(name = "agent", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Join(join::Join),
    Apply(apply::Apply),
    Call(Box<call::Call>),
    Work(work::Work),
}

/// Why a command has not done what it was asked for: the exit code, and the words for it.
#[derive(Debug)]
struct CommandError {
    code: u8,
    message: String,
}

impl CommandError {
    fn usage(message: impl ToString) -> Self {
        Self { code: exit::USAGE, message: message.to_string() }
    }

    fn error(message: impl ToString) -> Self {
        Self { code: exit::ERROR, message: message.to_string() }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Run(run) => run.run(),
        Command::Join(join) => join.run(),
        Command::Apply(apply) => apply.run(),
        Command::Call(call) => (*call).run(),
        Command::Work(work) => work.run(),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::talk(&format!("agent: {}", error.message));
            ExitCode::from(error.code)
        }
    }
}

/// Sends the log to standard error, an event a line. The journal has its own clock.
fn log_to_stderr(level: tracing::Level) {
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(level >= tracing::Level::DEBUG);
    // A second call, as in tests, leaves the first log in place.
    let _ = if std::env::var_os("JOURNAL_STREAM").is_some() {
        tracing::subscriber::set_global_default(builder.without_time().finish())
    } else {
        tracing::subscriber::set_global_default(builder.finish())
    };
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_worker_is_not_shown() {
        let help = Cli::command().render_long_help().to_string();
        assert!(help.contains("apply") && !help.contains("work "), "{help}");
    }
}
