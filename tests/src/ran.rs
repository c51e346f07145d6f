//! A program that was run to its end: exit code, data, talk.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a program ended and what it said.
#[must_use = "look at how it ended"]
#[derive(Clone, Debug)]
pub struct Ran {
    /// The command, for messages.
    pub line: String,
    /// The exit code; the negative number of the signal that ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs a command, for so many seconds at most.
pub fn run(command: &mut Command, seconds: u64) -> Ran {
    use std::os::unix::process::ExitStatusExt as _;
    let line = format!("{command:?}");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
    let data = gather(child.stdout.take().unwrap());
    let talk = gather(child.stderr.take().unwrap());
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().ok();
            child.wait().ok();
            panic!("{line} took over {seconds} s");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let code = status.code().unwrap_or_else(|| -status.signal().unwrap_or(0));
    Ran { line, code, stdout: data.join().unwrap(), stderr: talk.join().unwrap() }
}

fn gather(mut stream: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Ran {
    /// It must have ended with this code.
    #[track_caller]
    pub fn code(self, wanted: u8) -> Self {
        assert!(
            self.code == i32::from(wanted),
            "ended with {}, not {wanted}: {}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.line,
            self.stdout,
            self.stderr
        );
        self
    }

    /// It must have succeeded; its standard output.
    #[track_caller]
    #[must_use]
    pub fn ok(self) -> String {
        self.code(0).stdout
    }

    /// That is all that was to be seen.
    pub fn done(self) {}

    /// Its standard output as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{} printed no JSON ({error}):\n{}\n--- stderr\n{}", self.line, self.stdout, self.stderr)
        })
    }

    /// It must have said this, on either stream.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(
            self.stdout.contains(words) || self.stderr.contains(words),
            "{} does not say {words:?}:\n--- stdout\n{}\n--- stderr\n{}",
            self.line,
            self.stdout,
            self.stderr
        );
        self
    }
}
