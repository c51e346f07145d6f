//! How a process is run: the one door through which state and execution functions start anything.

mod identity;
mod output;
mod system;
pub mod words;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use system::{GRACE, System};

/// The most that is kept of each of a process's output streams: 4 MiB; the rest is read and dropped, with a note.
pub const OUTPUT_LIMIT: usize = 4 << 20;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A line for a shell: `SHELL -c LINE`.
    Shell {
        /// The shell, such as `/bin/sh`.
        shell: String,
        /// The line.
        line: String,
    },
    /// A program and its arguments, with no shell between.
    Direct(Vec<String>),
}

/// A process to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What to run.
    pub program: Program,
    /// The working directory; by default the home of the user it runs as, or `/` where that is no folder.
    pub cwd: Option<PathBuf>,
    /// The user it runs as (name or number), with that user's groups.
    pub user: Option<String>,
    /// The primary group it runs as.
    pub group: Option<String>,
    /// Changes to the environment; `None` removes a variable.
    pub env: Vec<(String, Option<String>)>,
    /// What it reads.
    pub stdin: Option<Vec<u8>>,
    /// After how long its whole process group is killed.
    pub timeout: Option<Duration>,
    /// Its file mode mask.
    pub umask: Option<u32>,
    /// Whether its standard error goes where its standard output goes, in the order in which it writes.
    pub merged: bool,
}

impl Command {
    /// A line for `/bin/sh`.
    #[must_use]
    pub fn shell(line: impl Into<String>) -> Self {
        Self::new(Program::Shell { shell: "/bin/sh".into(), line: line.into() })
    }

    /// A program and its arguments.
    #[must_use]
    pub fn direct<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Self {
        Self::new(Program::Direct(words.into_iter().map(Into::into).collect()))
    }

    fn new(program: Program) -> Self {
        Self {
            program,
            cwd: None,
            user: None,
            group: None,
            env: Vec::new(),
            stdin: None,
            timeout: None,
            umask: None,
            merged: false,
        }
    }
}

/// What a process left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Its number.
    pub pid: u32,
    /// Its exit status; the negative signal number when a signal ended it, as Python has it.
    pub status: i32,
    /// What it wrote to standard output, at most [`OUTPUT_LIMIT`].
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, at most [`OUTPUT_LIMIT`].
    pub stderr: Vec<u8>,
    /// Whether it was killed because its time was over.
    pub timed_out: bool,
}

impl Output {
    /// Standard output as text, without white space at the end, undecodable bytes replaced.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().into()
    }

    /// Standard error likewise.
    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim_end().into()
    }
}

/// Why a process could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The working directory is not there.
    #[error("Desired working directory \"{0}\" is not available")]
    NoDirectory(String),
    /// There is no such user.
    #[error("User '{0}' is not available")]
    NoUser(String),
    /// There is no such group.
    #[error("Group '{0}' is not available")]
    NoGroup(String),
    /// The shell is not there.
    #[error("The shell {0} is not available")]
    NoShell(String),
    /// The program is not there or may not be run.
    #[error("Unable to run command '{command}': {source}")]
    Start {
        /// The command, as it was asked for.
        command: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Command {
    /// The command as one line, for messages.
    #[must_use]
    pub fn line(&self) -> String {
        match &self.program {
            Program::Shell { line, .. } => line.clone(),
            Program::Direct(words) => words.join(" "),
        }
    }
}

/// Runs processes. The real one is [`System`]; tests record and answer.
pub trait Processes: Send + Sync {
    /// Runs a process to its end.
    ///
    /// # Errors
    /// When it could not be started. A process that failed is an [`Output`].
    fn run(&self, command: &Command) -> Result<Output, ProcessError>;
}
