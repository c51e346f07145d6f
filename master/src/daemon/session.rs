//! One agent's connection: the greeting, then its requests until it ends.

use std::sync::Arc;
use std::time::Duration;

use common::id::HostId;
use common::identity::Fingerprint;
use common::message::{Greeting, Hello, PROTOCOL, Protocol};
use common::transport::{Peer, close, frame, read_within};
use common::value::Map;
use quinn::{Connection, RecvStream, SendStream};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fleet::{Decision, Known, with_own_id};
use super::requests::Guest;
use super::shared::now;
use super::{Daemon, requests};
use crate::database::{Committed, HostRow, Write};
use crate::keys::{Knock, Verdict};

/// The longest first frame: the grains of a large host have some 50 KiB.
pub(super) const HELLO_LIMIT: usize = 1 << 20;

/// How long an agent may take to say who it is.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a last word may take to arrive before the connection is closed.
const PARTING: Duration = Duration::from_secs(5);

/// Serves an agent's connection to its end.
pub(super) async fn run(daemon: Arc<Daemon>, connection: Connection, peer: Peer) {
    let address = connection.remote_address();
    let unknown = matches!(peer, Peer::Unknown { .. });
    // Held for as long as an agent that is not enrolled is here, even while it waits for the operator.
    let _at_the_door = match Arc::clone(&daemon.door).try_acquire_owned() {
        Ok(permit) => unknown.then_some(permit),
        Err(_) if unknown => return turn_away(&connection).await,
        Err(_) => None,
    };
    let greeted = async { if unknown { door(&connection).await } else { hello(&connection).await } };
    let (mut send, recv, hello) = match tokio::time::timeout(HELLO_TIMEOUT, greeted).await {
        Ok(Ok(greeted)) => greeted,
        Ok(Err(reason)) => {
            tracing::info!(%address, %reason, "an agent did not say who it is");
            return connection.close(close::PROTOCOL_ERROR.into(), reason.as_bytes());
        }
        Err(_) => {
            tracing::info!(%address, "an agent said nothing");
            return connection.close(close::PROTOCOL_ERROR.into(), b"the first frame did not come in time");
        }
    };
    if hello.protocol.major != PROTOCOL.major {
        let reason = format!(
            "the agent speaks protocol {}, the master {}: upgrade the older of the two",
            hello.protocol.major, PROTOCOL.major
        );
        return refuse(&connection, send, reason, true).await;
    }
    let knock = Knock { peer: &peer, asked: &hello.id, address: address.to_string(), now: now() };
    let (verdict, key) = daemon.keyring().admit(&knock, daemon.config.auto_accept);
    if let Some(key) = key {
        drop(daemon.ledger.submit(Write::Key(key)));
    }
    let (id, fingerprint, public_key) = match peer {
        Peer::Enrolled { id, fingerprint, public_key, .. } => (id, fingerprint, public_key),
        Peer::Unknown { fingerprint, public_key } => (hello.id.clone(), fingerprint, public_key),
    };
    let public_key: Arc<[u8]> = public_key.into();
    match verdict {
        Verdict::Welcome => {
            let welcome = Greeting::Welcome { version: env!("CARGO_PKG_VERSION").into(), id: id.clone() };
            if frame::write(&mut send, &welcome).await.is_ok() {
                serve(&daemon, connection, &id, fingerprint, hello, &public_key).await;
            }
            // The first stream stays open as long as the connection.
            drop((send, recv));
        }
        Verdict::Issue => issue(&daemon, &connection, send, &id, &public_key).await,
        Verdict::Wait => wait(&daemon, &connection, send, &id, fingerprint, &public_key).await,
        Verdict::Refuse { reason, retry } => {
            tracing::info!(%id, %fingerprint, %address, %reason, "an agent was refused");
            refuse(&connection, send, reason, retry).await;
        }
    }
}

async fn hello<T: DeserializeOwned>(connection: &Connection) -> Result<(SendStream, RecvStream, T), String> {
    let (send, mut recv) = connection.accept_bi().await.map_err(|error| error.to_string())?;
    let hello = read_within(&mut recv, HELLO_LIMIT).await.map_err(|error| error.to_string())?;
    Ok((send, recv, hello))
}

/// What is read of a [`Hello`] from an agent that is not enrolled: nothing whose size it chooses is built in memory.
#[derive(Deserialize)]
struct Door {
    protocol: Protocol,
    version: String,
    id: HostId,
}

async fn door(connection: &Connection) -> Result<(SendStream, RecvStream, Hello), String> {
    let (send, recv, door) = hello::<Door>(connection).await?;
    let Door { protocol, version, id } = door;
    Ok((send, recv, Hello { protocol, version, id, grains: Map::new(), jobs: Vec::new() }))
}

/// Sends an agent away that finds too many others at the door.
async fn turn_away(connection: &Connection) {
    let reason = "too many agents that are not enrolled are connected to the master";
    tracing::info!(address = %connection.remote_address(), reason, "an agent was refused");
    if let Ok(Ok((send, _recv))) = tokio::time::timeout(PARTING, connection.accept_bi()).await {
        refuse(connection, send, reason.into(), true).await;
    }
    connection.close(close::GOING_AWAY.into(), reason.as_bytes());
}

/// A welcome agent's requests, until the connection ends.
async fn serve(
    daemon: &Arc<Daemon>,
    connection: Connection,
    id: &HostId,
    fingerprint: Fingerprint,
    hello: Hello,
    public_key: &Arc<[u8]>,
) {
    drop(learn(daemon, id, hello.version, connection.remote_address().to_string(), hello.grains));
    let number = daemon.fleet.connect(id, connection.clone(), fingerprint);
    // The key may have been deleted since it was looked at; from here on a deletion finds the connection.
    if !daemon.keyring().is_accepted(id, fingerprint) {
        connection.close(close::KEY_REVOKED.into(), b"the key was deleted");
    }
    tracing::debug!(%id, "connected");
    daemon.jobs.connected(id);
    let guest = Arc::new(Guest::new(id.clone(), fingerprint, Arc::clone(public_key)));
    while let Ok((send, recv)) = connection.accept_bi().await {
        let (daemon, guest) = (Arc::clone(daemon), Arc::clone(&guest));
        tokio::spawn(async move { requests::serve(&daemon, &guest, send, recv).await });
    }
    tracing::debug!(%id, reason = ?connection.close_reason(), "disconnected");
    if daemon.fleet.disconnect(id, number, now()) {
        daemon.jobs.disconnected(id);
    }
}

/// Notes what a host says of itself; on disk where it is news, which is what is returned then.
pub(super) fn learn(
    daemon: &Daemon,
    id: &HostId,
    version: String,
    address: String,
    grains: Map,
) -> Option<Committed> {
    let last_seen = now();
    let grains = Arc::new(with_own_id(id, grains));
    let known =
        Known { version: version.clone(), address: address.clone(), last_seen, grains: Arc::clone(&grains) };
    daemon.fleet.learn(id, known).then(|| {
        let grains = Arc::unwrap_or_clone(grains);
        let row = HostRow { id: id.clone(), version, address, last_seen, grains };
        daemon.ledger.submit(Write::Host(row))
    })
}

/// Waits with an agent for the operator.
async fn wait(
    daemon: &Arc<Daemon>,
    connection: &Connection,
    mut send: SendStream,
    id: &HostId,
    fingerprint: Fingerprint,
    public_key: &Arc<[u8]>,
) {
    tracing::info!(%id, %fingerprint, "a key waits for a decision: `master keys accept {id}`");
    let mut decision = daemon.fleet.wait(id, fingerprint);
    let pending = Greeting::Pending { fingerprint: fingerprint.to_string() };
    if frame::write(&mut send, &pending).await.is_ok() {
        tokio::select! {
            decided = decision.recv() => match decided {
                Some(Decision::Accepted) => issue(daemon, connection, send, id, public_key).await,
                Some(Decision::Refused(reason)) => refuse(connection, send, reason, false).await,
                None => connection.close(close::REPLACED.into(), b"the same key has connected anew"),
            },
            _ = connection.closed() => {}
        }
    }
    drop(decision);
    daemon.fleet.gone(id, fingerprint);
}

/// Gives an agent its certificate; it comes again with it.
async fn issue(
    daemon: &Daemon,
    connection: &Connection,
    mut send: SendStream,
    id: &HostId,
    public_key: &[u8],
) {
    match daemon.authority.sign(public_key, id, daemon.config.certificate_lifetime) {
        Ok(certificate) => {
            let accepted = Greeting::Accepted { certificate: certificate.to_vec() };
            if frame::write(&mut send, &accepted).await.is_ok() {
                part(connection, send, close::NEW_CERTIFICATE, "connect again with the certificate").await;
            }
        }
        Err(error) => refuse(connection, send, format!("the key cannot be signed: {error}"), false).await,
    }
}

async fn refuse(connection: &Connection, mut send: SendStream, reason: String, retry: bool) {
    let refused = Greeting::Refused { reason: reason.clone(), retry };
    if frame::write(&mut send, &refused).await.is_ok() {
        part(connection, send, close::KEY_REVOKED, &reason).await;
    }
}

/// Lets a last word arrive, then closes.
async fn part(connection: &Connection, mut send: SendStream, code: u32, reason: &str) {
    let _ = send.finish();
    let _ = tokio::time::timeout(PARTING, send.stopped()).await;
    // The agent closes by itself once it has read the word; a slow one is closed.
    let _ = tokio::time::timeout(PARTING, connection.closed()).await;
    connection.close(code.into(), reason.as_bytes());
}
