//! The programs that change accounts.

use crate::context::Context;
use crate::modules::Failure;
use crate::process::{Command, Output};

/// Runs a program and returns what it left.
pub(crate) fn run(context: &Context, words: &[&str]) -> Result<Output, Failure> {
    Ok(context.processes.run(&Command::direct(words.iter().copied()))?)
}

/// Runs a program that reads something it must not be told on its command line, where every user could see it.
pub(crate) fn run_with_input(context: &Context, words: &[&str], input: String) -> Result<Output, Failure> {
    let mut command = Command::direct(words.iter().copied());
    command.stdin = Some(input.into_bytes());
    Ok(context.processes.run(&command)?)
}

/// The sentence of a failure with what the program said below it.
pub(crate) fn because(sentence: String, output: &Output) -> String {
    match output.stderr_text() {
        said if said.is_empty() => sentence,
        said => format!("{sentence}\n{said}"),
    }
}
