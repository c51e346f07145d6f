//! The daemon's local socket: workers have objects fetched through it, and `agent apply` and `agent call` start jobs. Only
//! root and the agent's own user may connect.

use std::path::{Path, PathBuf};

use common::message::{MineAnswer, MineWork, OwnUpdate, OwnWork};
use common::store::Hash;
use common::transport::{FrameError, read, write};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use super::mine::Miner;
use super::own::Starter;
use crate::cache::Fetcher;

/// What a program on this host asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// Objects that the store lacks.
    Objects {
        /// Which.
        hashes: Vec<Hash>,
    },
    /// Something of the master's mine: the answer is [`Answer::Mine`].
    Mine {
        /// What is wanted.
        work: Box<MineWork>,
    },
    /// To look at once what the mine should have of this host.
    RefreshMine,
    /// A job on this host: the answers are [`Answer::Job`]s to the last, or [`Answer::Failed`].
    Start {
        /// What to do.
        work: Box<OwnWork>,
    },
}

/// What the daemon answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// All of them are in the store.
    Done,
    /// What the master says of its mine.
    Mine(Box<MineAnswer>),
    /// What the master says of the job.
    Job(Box<OwnUpdate>),
    /// The connection to the master is lost. The job goes on, and so do the answers when the master is back.
    Away,
    /// It can't be done.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The longest path that the system takes for a socket.
const PATH_LIMIT: usize = 107;

/// How many programs are served at one time.
const PROGRAMS: usize = 256;

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

/// Serves programs on this host until the daemon ends, then takes the socket away.
pub(super) async fn serve(
    listener: UnixListener,
    path: PathBuf,
    fetcher: Fetcher,
    starter: Starter,
    mine: Miner,
) {
    struct Remove(PathBuf);
    impl Drop for Remove {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }
    let _remove = Remove(path);
    // They end with the daemon.
    let mut programs = JoinSet::new();
    loop {
        while programs.try_join_next().is_some() {}
        if programs.len() >= PROGRAMS {
            programs.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) if is_welcome(&stream) => {
                let (fetcher, starter, mine) = (fetcher.clone(), starter.clone(), mine.clone());
                programs.spawn(async move {
                    if let Err(error) = answer(stream, &fetcher, &starter, &mine).await {
                        tracing::debug!(%error, "a connection on the local socket has ended");
                    }
                });
            }
            Ok(_) => tracing::warn!("another user has knocked at the local socket"),
            Err(error) => {
                tracing::warn!(%error, "the local socket fails");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

/// The mode of the socket keeps others out; this does so in the moment before the mode is set, too.
fn is_welcome(stream: &UnixStream) -> bool {
    let own = nix::unistd::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == 0 || peer.uid() == own)
}

async fn answer(
    mut stream: UnixStream,
    fetcher: &Fetcher,
    starter: &Starter,
    mine: &Miner,
) -> Result<(), FrameError> {
    loop {
        let ask: Ask = match read(&mut stream).await {
            Err(FrameError::Ended) => return Ok(()),
            ask => ask?,
        };
        let hashes = match ask {
            Ask::Objects { hashes } => hashes,
            Ask::Mine { work } => {
                let answer = match mine.ask(*work).await {
                    Ok(answer) => Answer::Mine(Box::new(answer)),
                    Err(reason) => Answer::Failed { reason },
                };
                write(&mut stream, &answer).await?;
                continue;
            }
            Ask::RefreshMine => {
                mine.refresh();
                write(&mut stream, &Answer::Done).await?;
                continue;
            }
            Ask::Start { work } => return starter.serve(stream, *work).await,
        };
        let fetched = tokio::select! {
            fetched = fetcher.fetch(&hashes) => fetched,
            // A worker that waits has no more to say: it is gone, and others need not wait for what it wanted.
            _ = stream.read_u8() => return Ok(()),
        };
        let answer = match fetched {
            Ok(()) => Answer::Done,
            Err(error) => Answer::Failed { reason: error.to_string() },
        };
        write(&mut stream, &answer).await?;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn the_socket_is_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/agent.sock");
        let listener = listen(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // Who it was made for gets in.
        let (connected, accepted) = tokio::join!(UnixStream::connect(&path), listener.accept());
        assert!(connected.is_ok() && is_welcome(&accepted.unwrap().0));
        // One that an earlier agent has left is replaced, and a path that is too long has its error.
        drop(listener);
        listen(&path).unwrap();
        let error = listen(&folder.path().join("x".repeat(PATH_LIMIT))).unwrap_err().to_string();
        assert!(error.contains("--socket"), "{error}");
    }
}
