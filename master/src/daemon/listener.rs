//! Lets agents in.

use std::sync::Arc;
use std::time::Duration;

use common::transport::{AgentVerifier, peer};
use tokio::sync::Semaphore;

use super::{Daemon, session};

/// How many handshakes may be under way: each costs a signature. What comes on top is asked to prove its address first,
/// and to come again.
const HANDSHAKES: usize = 256;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Lets agents in until the endpoint is closed.
pub(super) async fn listen(daemon: Arc<Daemon>, endpoint: quinn::Endpoint, verifier: Arc<AgentVerifier>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
    while let Some(incoming) = endpoint.accept().await {
        if handshakes.available_permits() < HANDSHAKES / 2 && !incoming.remote_address_validated() {
            // A packet with a made-up address costs nothing more than this.
            let _ = incoming.retry();
            continue;
        }
        let Ok(permit) = Arc::clone(&handshakes).try_acquire_owned() else {
            incoming.refuse();
            continue;
        };
        let (daemon, verifier) = (Arc::clone(&daemon), Arc::clone(&verifier));
        tokio::spawn(async move {
            let address = incoming.remote_address();
            let connecting = match incoming.accept() {
                Ok(connecting) => connecting,
                Err(error) => return tracing::debug!(%address, %error, "a connection attempt failed"),
            };
            let connection = match tokio::time::timeout(HANDSHAKE_TIMEOUT, connecting).await {
                Ok(Ok(connection)) => connection,
                Ok(Err(error)) => return tracing::info!(%address, %error, "a handshake failed"),
                Err(_) => return tracing::info!(%address, "a handshake took too long"),
            };
            drop(permit);
            match peer(&connection, &verifier) {
                Ok(peer) => session::run(daemon, connection, peer).await,
                Err(error) => tracing::warn!(%address, %error, "an agent's certificate cannot be read"),
            }
        });
    }
}
