//! Errors at the edge: what is said, the hint, the exit code.

use std::fmt;

use super::exit_code;
use crate::api::{ApiError, FailureKind};
use crate::config::ConfigError;
use crate::daemon::ServeError;

/// Why a command ended without doing its work.
#[derive(Debug)]
pub(super) struct CommandError {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl CommandError {
    /// An error with an exit code.
    pub(super) fn new(code: u8, message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: None, code }
    }

    /// The command line is wrong.
    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self::new(exit_code::USAGE, message)
    }

    /// Says what would help.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The exit code.
    #[must_use]
    pub(super) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<ApiError> for CommandError {
    fn from(error: ApiError) -> Self {
        match &error {
            ApiError::Unreachable { source, .. } => {
                let hint = match source.kind() {
                    std::io::ErrorKind::PermissionDenied => {
                        "this user may not speak to the master: use root, or the group that owns the socket"
                    }
                    _ => "is `master serve` running? Name its socket with --socket or LANTERN_SOCKET",
                };
                Self::new(exit_code::ERROR, &error).hint(hint)
            }
            ApiError::Failed(failure) => {
                let code = match failure.kind {
                    FailureKind::Usage => exit_code::USAGE,
                    FailureKind::NothingMatched => exit_code::NOTHING_MATCHED,
                    FailureKind::NotCompiled => exit_code::NOT_COMPILED,
                    FailureKind::Denied | FailureKind::Internal => exit_code::ERROR,
                };
                Self::new(code, &error)
            }
            ApiError::Broken(_) | ApiError::Unexpected => Self::new(exit_code::ERROR, &error),
        }
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::new(exit_code::USAGE, error)
    }
}

impl From<ServeError> for CommandError {
    fn from(error: ServeError) -> Self {
        Self::new(exit_code::ERROR, error)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::new(exit_code::ERROR, error)
    }
}
