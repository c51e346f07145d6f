//! Killing a worker with everything it has started.

use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

/// How long processes have to end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// A clock tick of `/proc`: `USER_HZ` of the kernel's headers, which is the same everywhere, has a hundred in a second.
const TICK: Duration = Duration::from_millis(10);

/// How long the machine has been up: the clock by which the kernel tells when a process was started, and which nobody sets.
pub(super) fn uptime() -> Duration {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map(Duration::from).unwrap_or_default()
}

/// Asks every process of the worker's session to end, and kills those that have not after a while.
///
/// The worker leads a session, but the commands it runs have process groups of their own, so a signal to one group would
/// not reach them. A program that has left the session on purpose (a daemon) is not touched. What was there at `since`, a time
/// of [`uptime`], was left by an earlier job of the same worker.
pub(super) async fn session(leader: u32, since: Option<Duration>) {
    let session = Session::new(leader, since);
    // A worker that was just started leads no session yet.
    if session.members().is_empty() {
        send(leader, Signal::SIGTERM);
    }
    session.end().await;
}

/// The same for a worker that is gone itself: what it was doing must not go on beside the next job.
pub(super) async fn remains(leader: u32, since: Option<Duration>) {
    Session::new(leader, since).end().await;
}

/// A worker's session.
struct Session {
    leader: u32,
    /// Processes that are older are another job's, in ticks since the start of the machine.
    oldest: u64,
}

impl Session {
    fn new(leader: u32, since: Option<Duration>) -> Self {
        // The kernel counts whole ticks.
        let oldest = since.map_or(0, |since| since.as_millis() / TICK.as_millis());
        Self { leader, oldest: u64::try_from(oldest).unwrap_or(u64::MAX) }
    }

    async fn end(&self) {
        self.signal(Signal::SIGTERM);
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            if self.members().is_empty() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        self.signal(Signal::SIGKILL);
    }

    fn signal(&self, signal: Signal) {
        self.members().into_iter().for_each(|pid| send(pid, signal));
    }

    /// Its living processes.
    fn members(&self) -> Vec<u32> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let is_member = |pid: &u32| {
            Stat::of(*pid).is_some_and(|stat| {
                stat.session == self.leader && (*pid == self.leader || stat.started >= self.oldest)
            })
        };
        numbers.filter(is_member).collect()
    }
}

fn send(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        // It may be gone by now.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// What `/proc` says of a process that is not a zombie.
struct Stat {
    session: u32,
    /// When it was started, in ticks since the start of the machine.
    started: u64,
}

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, which may hold anything, ends at the last parenthesis. After it are: state, parent, group, session, and as the
        // twentieth, the start.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        if fields.next()? == "Z" {
            return None;
        }
        let session = fields.nth(2)?.parse().ok()?;
        Some(Self { session, started: fields.nth(15)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(leader: u32, since: Option<Duration>) -> Vec<u32> {
        Session::new(leader, since).members()
    }

    #[tokio::test]
    async fn reaches_processes_in_other_groups_of_the_session() {
        // `setsid` makes a session, in which `set -m` gives the background job a group of its own.
        let mut child = tokio::process::Command::new("setsid")
            .args(["sh", "-c", "set -m; sleep 1000 & wait"])
            .spawn()
            .unwrap();
        let leader = child.id().unwrap();
        while members(leader, None).len() < 2 {
            tokio::task::yield_now().await;
        }
        session(leader, None).await;
        child.wait().await.unwrap();
        assert_eq!(members(leader, None), Vec::<u32>::new());
    }

    #[tokio::test]
    async fn what_an_earlier_job_of_the_worker_has_left_is_spared() {
        use tokio::io::AsyncWriteExt as _;
        let mut child = tokio::process::Command::new("setsid")
            .args(["sh", "-c", "sleep 1000 & read line; sleep 1001 & wait"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let leader = child.id().unwrap();
        while members(leader, None).len() < 2 {
            sleep(Duration::from_millis(1)).await;
        }
        let earlier: Vec<u32> = members(leader, None).into_iter().filter(|pid| *pid != leader).collect();
        // The clock of the processes is coarse.
        sleep(Duration::from_millis(100)).await;
        let since = uptime();
        child.stdin.as_mut().unwrap().write_all(b"\n").await.unwrap();
        while members(leader, Some(since)).len() < 2 {
            sleep(Duration::from_millis(1)).await;
        }
        session(leader, Some(since)).await;
        child.wait().await.unwrap();
        assert_eq!(members(leader, None), earlier);
        session(leader, None).await;
        assert_eq!(members(leader, None), Vec::<u32>::new());
    }
}
