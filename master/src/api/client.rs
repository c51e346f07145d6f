//! The command line's end of the control socket.

use std::path::{Path, PathBuf};

use common::transport::{FrameError, frame};
use tokio::io::BufReader;
use tokio::net::UnixStream;

use super::{Failure, Request, Response};

/// A connection to the daemon.
pub struct Client {
    stream: BufReader<UnixStream>,
}

/// Why the daemon did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody listens at the socket, or not for this user.
    #[error("cannot reach the master at {socket}: {source}", socket = socket.display())]
    Unreachable {
        /// The socket.
        socket: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("the master went away: {0}")]
    Broken(#[from] FrameError),
    /// The daemon said no.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The daemon answered something else than what was asked, as one of another release may.
    #[error("the master answered with something unexpected; is it of the same release as this program?")]
    Unexpected,
}

impl Client {
    /// Connects to the daemon at `socket`.
    ///
    /// # Errors
    /// [`ApiError::Unreachable`].
    pub async fn connect(socket: &Path) -> Result<Self, ApiError> {
        let connected = UnixStream::connect(socket).await;
        let stream = connected.map_err(|source| ApiError::Unreachable { socket: socket.into(), source })?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends the request; its answers are read with [`Client::next`].
    ///
    /// # Errors
    /// [`ApiError::Broken`].
    pub async fn send(&mut self, request: &Request) -> Result<(), ApiError> {
        Ok(frame::write(&mut self.stream, request).await?)
    }

    /// The next answer; a refusal is an error. Not to be dropped half-way: the stream is of no use then.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn next(&mut self) -> Result<Response, ApiError> {
        match frame::read(&mut self.stream).await? {
            Response::Failed(failure) => Err(failure.into()),
            response => Ok(response),
        }
    }

    /// Asks for one answer.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn ask(socket: &Path, request: &Request) -> Result<Response, ApiError> {
        let mut client = Self::connect(socket).await?;
        client.send(request).await?;
        client.next().await
    }
}
