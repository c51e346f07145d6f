//! The `master` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    master::cli::main()
}
