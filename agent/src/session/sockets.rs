//! The daemon's local socket, through which workers have objects fetched. Only the agent's own user may connect.

use std::path::{Path, PathBuf};

use common::store::Hash;
use common::transport::{FrameError, read, write};
use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};

use crate::cache::Fetcher;

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Objects that the store lacks.
    Objects {
        /// Which.
        hashes: Vec<Hash>,
    },
}

/// What the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// All of them are in the store.
    Done,
    /// They can't be had.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The longest path that the system takes for a socket.
const PATH_LIMIT: usize = 107;

/// Makes the socket, in the place of one that an earlier agent has left.
pub(super) fn listen(path: &Path) -> Result<UnixListener, std::io::Error> {
    use std::os::unix::fs::PermissionsExt as _;
    if path.as_os_str().len() > PATH_LIMIT {
        return Err(std::io::Error::other(format!(
            "the path has {} bytes and the system takes {PATH_LIMIT}: give a shorter one with `socket:` or --socket",
            path.as_os_str().len()
        )));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // The lock on the state folder makes sure that nobody listens there any more.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves workers until the program ends, then takes the socket away.
pub(super) async fn serve(listener: UnixListener, path: PathBuf, fetcher: Fetcher) {
    struct Remove(PathBuf);
    impl Drop for Remove {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }
    let _remove = Remove(path);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let fetcher = fetcher.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &fetcher).await {
                        tracing::debug!(%error, "a worker's connection has ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the local socket fails");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, fetcher: &Fetcher) -> Result<(), FrameError> {
    loop {
        let ask: Ask = match read(&mut stream).await {
            Err(FrameError::Ended) => return Ok(()),
            ask => ask?,
        };
        let Ask::Objects { hashes } = ask;
        let answer = match fetcher.fetch(&hashes).await {
            Ok(()) => Answer::Done,
            Err(error) => Answer::Failed { reason: error.to_string() },
        };
        write(&mut stream, &answer).await?;
    }
}
