//! A process in the background.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A process that writes to a log. It is killed when it is dropped; what it started goes on.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it. The log is appended to.
    #[must_use]
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, log: log.into() }
    }

    /// Whether it has not ended.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end; its exit code.
    pub fn wait(mut self, seconds: u64) -> Option<i32> {
        let status = crate::wait::until("a program to end", seconds, || self.child.try_wait().unwrap());
        status.code()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// What it wrote.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The most memory that it has had, resident, in bytes.
    pub(super) fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Kills every process whose command line names a path in `folder`, and waits until they are gone.
pub(super) fn kill_all_that_name(folder: &Path) {
    crate::wait::until_true("stray processes to end", 10, || {
        let strays = named_in_command_lines(folder);
        for stray in &strays {
            kill(*stray, Signal::SIGKILL).ok();
        }
        strays.is_empty()
    });
}

/// The processes whose command line names a path in `folder`.
pub(super) fn named_in_command_lines(folder: &Path) -> Vec<Pid> {
    let name = folder.to_str().unwrap().as_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if line.windows(name.len()).any(|part| part == name) {
            found.push(Pid::from_raw(number));
        }
    }
    found
}
