//! Lets agents in.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::transport::{AgentVerifier, peer};
use quinn::Incoming;
use tokio::sync::mpsc;

use super::lobby::{Lobby, Next};
use super::{Daemon, session};

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Lets agents in until the endpoint is closed.
pub(super) async fn listen(daemon: Arc<Daemon>, endpoint: quinn::Endpoint, verifier: Arc<AgentVerifier>) {
    let mut lobby = Lobby::default();
    // As many as there are handshakes.
    let (over, mut ended) = mpsc::unbounded_channel();
    loop {
        while let Some(next) = lobby.next(Instant::now()) {
            match next {
                Next::Begin(address, incoming) => {
                    let place = Place { address, over: over.clone() };
                    tokio::spawn(shake_hands(Arc::clone(&daemon), Arc::clone(&verifier), incoming, place));
                }
                // The agent has given up, or sends its first packet again.
                Next::Drop(incoming) => incoming.ignore(),
            }
        }
        tokio::select! {
            incoming = endpoint.accept() => {
                let Some(incoming) = incoming else { return };
                receive(&mut lobby, incoming);
            }
            Some(address) = ended.recv() => lobby.leave(address),
        }
    }
}

/// Takes one that wants in.
fn receive(lobby: &mut Lobby<Incoming>, incoming: Incoming) {
    if lobby.is_pressed() && !incoming.remote_address_validated() {
        // A packet with a made-up address costs nothing more than this.
        let _ = incoming.retry();
    } else if let Some(incoming) = lobby.enter(incoming.remote_address().ip(), Instant::now(), incoming) {
        // An agent sends its first packet again after a second or two, which is a better pace than a refusal gives it.
        incoming.ignore();
    }
}

/// A handshake's place, which is free again when this is dropped.
struct Place {
    address: IpAddr,
    over: mpsc::UnboundedSender<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.over.send(self.address);
    }
}

async fn shake_hands(daemon: Arc<Daemon>, verifier: Arc<AgentVerifier>, incoming: Incoming, place: Place) {
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
    drop(place);
    match peer(&connection, &verifier) {
        Ok(peer) => session::run(daemon, connection, peer).await,
        Err(error) => tracing::warn!(%address, %error, "an agent's certificate cannot be read"),
    }
}
