//! Where the programs under test are.

use std::path::PathBuf;

/// `master`, as the workspace built it.
#[must_use]
pub fn master_program() -> PathBuf {
    program("master")
}

/// `agent`, as the workspace built it.
#[must_use]
pub fn agent_program() -> PathBuf {
    program("agent")
}

/// `swarm`: thousands of agents in one process.
pub(super) fn swarm_program() -> PathBuf {
    program("swarm")
}

/// The programs lie two folders above the test that runs: `target/debug/deps/main-…`.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).unwrap();
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is not built: run `cargo build --workspace` first, as bin/test does",
        program.display()
    );
    program
}
