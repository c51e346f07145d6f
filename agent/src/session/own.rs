//! Jobs that this host starts for itself: a program on the local socket asks, the master decides, and the program is told
//! what becomes of the job.

use std::time::Duration;

use common::id::JobId;
use common::message::{OwnUpdate, OwnWork, Request};
use common::transport::{FrameError, read, write};
use quinn::{Connection, RecvStream};
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::watch;

use super::Answer;

/// How long is waited for a connection that may be about to stand.
const GRACE: Duration = Duration::from_secs(3);

/// How long after a broken stream the master is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// How often a stream may break without a word before the program is sent away.
const TRIES: u32 = 20;

/// Starts jobs on this host. Cheap to clone.
#[derive(Clone)]
pub(super) struct Starter {
    /// The connection over which the agent is welcome.
    pub(super) connection: watch::Receiver<Option<Connection>>,
    /// Why there is no connection, in words.
    pub(super) standing: watch::Receiver<String>,
}

impl Starter {
    /// Starts a job and tells the program of it, for as long as it listens. The job goes on without it.
    pub(super) async fn serve(&self, stream: UnixStream, work: OwnWork) -> Result<(), FrameError> {
        let (mut hear, mut say) = stream.into_split();
        tokio::select! {
            told = self.tell(&mut say, work) => told,
            // The program has no more to say: whatever comes now is its end.
            _ = hear.read_u8() => Ok(()),
        }
    }

    async fn tell(&self, say: &mut OwnedWriteHalf, work: OwnWork) -> Result<(), FrameError> {
        let Ok(connection) = tokio::time::timeout(GRACE, self.connected()).await else {
            let reason = self.standing.borrow().clone();
            return write(say, &Answer::Failed { reason }).await;
        };
        let lost = |error: FrameError| Answer::Failed {
            reason: format!(
                "the master has not answered ({error}). Whether a job has begun, `master jobs list` tells"
            ),
        };
        let mut updates =
            match open(&connection, &Request::Start { work: Box::new(work), request: None }).await {
                Ok(updates) => updates,
                Err(error) => return write(say, &lost(error)).await,
            };
        let (mut job, mut tries) = (None, 0);
        loop {
            match read::<OwnUpdate>(&mut updates).await {
                Ok(update) => {
                    tries = 0;
                    if let OwnUpdate::Started { jid } = &update {
                        job = Some(jid.clone());
                    }
                    let last = matches!(update, OwnUpdate::Ended { .. } | OwnUpdate::Refused { .. });
                    write(say, &Answer::Job(Box::new(update))).await?;
                    if last {
                        return Ok(());
                    }
                }
                Err(error) => {
                    tries += 1;
                    let Some(jid) = job.as_ref().filter(|_| tries <= TRIES) else {
                        return write(say, &lost(error)).await;
                    };
                    write(say, &Answer::Away).await?;
                    updates = self.again(jid).await;
                }
            }
        }
    }

    /// Asks for the job's updates over the next connection. The job itself needs none to go on.
    async fn again(&self, jid: &JobId) -> RecvStream {
        loop {
            tokio::time::sleep(PAUSE).await;
            let connection = self.connected().await;
            match open(&connection, &Request::Follow { jid: jid.clone() }).await {
                Ok(updates) => return updates,
                Err(error) => tracing::debug!(%jid, %error, "a job can't be followed yet"),
            }
        }
    }

    async fn connected(&self) -> Connection {
        let mut connections = self.connection.clone();
        loop {
            let stands = connections.borrow_and_update().clone();
            match stands.filter(|connection| connection.close_reason().is_none()) {
                Some(connection) => return connection,
                // The sender lives as long as the daemon, and this task ends with it.
                None => drop(connections.changed().await),
            }
        }
    }
}

pub(super) async fn open(connection: &Connection, request: &Request) -> Result<RecvStream, FrameError> {
    let (mut send, receive) = connection.open_bi().await.map_err(std::io::Error::from)?;
    write(&mut send, request).await?;
    let _ = send.finish();
    Ok(receive)
}
