//! Fetching objects from the master: in batches, several at a time, each object once however many ask for it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use common::message::{ObjectHeader, Request};
use common::store::{Hash, Store, StoreError};
use common::transport::{FrameError, read, write};
use quinn::Connection;
use tokio::sync::{Semaphore, watch};

/// How many objects one request names.
const BATCH: usize = 128;

/// How many requests run at once, for all jobs together.
const PARALLEL: usize = 4;

/// How often a batch is tried when the connection breaks or content arrives damaged.
const TRIES: usize = 5;

/// How long is waited for a connection.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long the master may be silent in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(if cfg!(test) { 4 } else { 60 });

/// How much of an object is held in memory at a time.
const PIECE: usize = 256 << 10;

/// Why objects can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no connection and none comes.
    #[error("there is no connection to the master")]
    NotConnected,
    /// The master does not have it.
    #[error("the master does not have object {0}; apply again, so that it takes a new snapshot of its tree")]
    Unknown(Hash),
    /// The local store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl From<FrameError> for FetchError {
    fn from(error: FrameError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Fetches objects. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    connection: watch::Receiver<Option<Connection>>,
    requests: Semaphore,
    /// The objects that somebody is fetching.
    claimed: Mutex<HashSet<Hash>>,
    /// Changes whenever claims end.
    released: watch::Sender<()>,
}

/// Objects that this caller fetches; they are free again when it is dropped.
struct Claim<'a> {
    inner: &'a Inner,
    hashes: Vec<Hash>,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        // An empty claim changes nothing, and those who wait with one must not wake each other.
        if self.hashes.is_empty() {
            return;
        }
        let mut claimed = self.inner.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        self.hashes.iter().for_each(|hash| {
            claimed.remove(hash);
        });
        drop(claimed);
        self.inner.released.send_replace(());
    }
}

impl Fetcher {
    /// A fetcher into `store` over whatever connection there is.
    #[must_use]
    pub fn new(store: Store, connection: watch::Receiver<Option<Connection>>) -> Self {
        let inner = Inner {
            store,
            connection,
            requests: Semaphore::new(PARALLEL),
            claimed: Mutex::default(),
            released: watch::Sender::new(()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns when all objects are in the store.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, hashes: &[Hash]) -> Result<(), FetchError> {
        let mut released = self.inner.released.subscribe();
        loop {
            let (claim, others) = self.claim(hashes);
            if !claim.hashes.is_empty() {
                self.fetch_claimed(&claim.hashes).await?;
                continue;
            }
            if !others {
                return Ok(());
            }
            // Another caller fetches the rest. Its sender lives in `self`, so this can't fail.
            let _ = released.changed().await;
        }
    }

    /// Claims what is missing and nobody fetches; and whether somebody else fetches some of it.
    fn claim(&self, hashes: &[Hash]) -> (Claim<'_>, bool) {
        let mut claimed = self.inner.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut mine, mut others) = (Vec::new(), false);
        for hash in hashes.iter().filter(|hash| !self.inner.store.contains(**hash)) {
            if claimed.insert(*hash) {
                mine.push(*hash);
            } else if !mine.contains(hash) {
                others = true;
            }
        }
        (Claim { inner: &self.inner, hashes: mine }, others)
    }

    async fn fetch_claimed(&self, hashes: &[Hash]) -> Result<(), FetchError> {
        let mut batches = tokio::task::JoinSet::new();
        for batch in hashes.chunks(BATCH) {
            let (this, batch) = (self.clone(), batch.to_vec());
            batches.spawn(async move { this.batch(batch).await });
        }
        while let Some(done) = batches.join_next().await {
            done.map_err(|error| FetchError::Broken(error.to_string()))??;
        }
        Ok(())
    }

    /// Fetches a batch, over a new connection if the one it began with breaks.
    async fn batch(&self, mut hashes: Vec<Hash>) -> Result<(), FetchError> {
        let _permit = self.inner.requests.acquire().await;
        for attempt in 1.. {
            let connection = self.connection().await?;
            match self.request(&connection, &hashes).await {
                Ok(()) => break,
                Err(error @ (FetchError::Broken(_) | FetchError::Store(StoreError::Mismatch { .. })))
                    if attempt < TRIES =>
                {
                    tracing::warn!(%error, "a fetch is tried again");
                    hashes.retain(|hash| !self.inner.store.contains(*hash));
                    tokio::time::sleep(Duration::from_millis(200 * attempt as u64)).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn request(&self, connection: &Connection, hashes: &[Hash]) -> Result<(), FetchError> {
        let broken = |error: &dyn std::fmt::Display| FetchError::Broken(error.to_string());
        let (mut send, mut receive) = patient(connection.open_bi()).await?.map_err(|error| broken(&error))?;
        patient(write(&mut send, &Request::Objects { hashes: hashes.to_vec() })).await??;
        let _ = send.finish();
        for hash in hashes {
            let header: ObjectHeader = patient(read(&mut receive)).await??;
            let mut left = header.size.ok_or(FetchError::Unknown(*hash))?;
            let mut writer = self.inner.store.writer()?;
            while left > 0 {
                let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
                let chunk = patient(receive.read_chunk(most, true)).await?.map_err(|error| broken(&error))?;
                let chunk = chunk.ok_or_else(|| broken(&"the master ended the stream early"))?;
                left -= chunk.bytes.len() as u64;
                writer.write(&chunk.bytes)?;
            }
            writer.finish(Some(*hash))?;
        }
        Ok(())
    }

    async fn connection(&self) -> Result<Connection, FetchError> {
        let mut connection = self.inner.connection.clone();
        let there = connection.wait_for(Option::is_some);
        let there = tokio::time::timeout(PATIENCE, there).await;
        match there {
            Ok(Ok(connection)) => connection.clone().ok_or(FetchError::NotConnected),
            _ => Err(FetchError::NotConnected),
        }
    }
}

/// Waits for a step of a request, but not for ever.
async fn patient<T>(step: impl Future<Output = T>) -> Result<T, FetchError> {
    let silent =
        |_| FetchError::Broken(format!("the master has been silent for {} seconds", SILENCE.as_secs()));
    tokio::time::timeout(SILENCE, step).await.map_err(silent)
}
