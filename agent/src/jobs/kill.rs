//! Killing a worker with everything it has started.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long processes have to end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// Asks every process of the worker's session to end, and kills those that have not after a while.
///
/// The worker leads a session, but the commands it runs have process groups of their own, so a signal to one group would
/// not reach them. A program that has left the session on purpose (a daemon) is not touched.
pub(super) async fn session(leader: u32) {
    // A worker that was just started leads no session yet.
    if members(leader).is_empty() {
        send(leader, Signal::SIGTERM);
    }
    remains(leader).await;
}

/// The same for a worker that is gone itself: what it was doing must not go on beside the next job.
pub(super) async fn remains(leader: u32) {
    signal(leader, Signal::SIGTERM);
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < GRACE {
        if members(leader).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    signal(leader, Signal::SIGKILL);
}

fn signal(leader: u32, signal: Signal) {
    members(leader).into_iter().for_each(|pid| send(pid, signal));
}

fn send(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        // It may be gone by now.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// The living processes of a session.
fn members(session: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|pid| session_of(*pid) == Some(session)).collect()
}

/// The session of a process that is not a zombie.
fn session_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, which may hold anything, ends at the last parenthesis; after it: state, parent, group, session.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let session = fields.nth(2)?;
    if state == "Z" { None } else { session.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reaches_processes_in_other_groups_of_the_session() {
        // `setsid` makes a session, in which `set -m` gives the background job a group of its own.
        let mut child = tokio::process::Command::new("setsid")
            .args(["sh", "-c", "set -m; sleep 1000 & wait"])
            .spawn()
            .unwrap();
        let leader = child.id().unwrap();
        while members(leader).len() < 2 {
            tokio::task::yield_now().await;
        }
        session(leader).await;
        child.wait().await.unwrap();
        assert_eq!(members(leader), Vec::<u32>::new());
    }
}
