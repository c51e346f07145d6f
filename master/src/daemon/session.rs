//! One agent's connection: the greeting, then its requests until it ends.

use std::sync::Arc;
use std::time::Duration;

use common::id::HostId;
use common::identity::{Fingerprint, TokenSecret};
use common::message::{Greeting, Hello, PROTOCOL, Protocol};
use common::transport::{FrameError, Peer, close, frame};
use common::value::Map;
use quinn::{Connection, RecvStream, SendStream};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fleet::{Claim, Decision, Foreign, Known};
use super::requests::Guest;
use super::shared::now;
use super::{Daemon, homecoming, requests, rival};
use crate::database::{Committed, HostRow, Write};
use crate::grains::Grains;
use crate::keys::{Admission, Knock, Verdict};

/// The longest first frame: the grains of a large host have some 50 KiB.
const HELLO_LIMIT: usize = 1 << 20;

/// How many values it may hold: they stay in memory for as long as the host is known. A large host's grains are some 2000.
const HELLO_VALUES: usize = 20_000;

/// How much of what an agent says of its release is repeated.
const VERSION_SHOWN: usize = 40;

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
            // One that is slow, or whose words were lost, may come again.
            return connection.close(close::GOING_AWAY.into(), b"the first frame did not come in time");
        }
    };
    if hello.protocol.major != PROTOCOL.major {
        let reason = format!(
            "the agent (release {}) speaks protocol {}, the master (release {}) {}: upgrade the {}",
            hello.version.chars().take(VERSION_SHOWN).collect::<String>(),
            hello.protocol.major,
            env!("CARGO_PKG_VERSION"),
            PROTOCOL.major,
            if hello.protocol.major < PROTOCOL.major { "agent" } else { "master" },
        );
        tracing::warn!(id = %hello.id, %address, %reason, "an agent was refused");
        // Who has no certificate may claim any id.
        if let Peer::Enrolled { id, .. } = &peer {
            daemon.fleet.note_foreign(id, Foreign { reason: reason.clone(), at: now() });
        }
        return refuse(&connection, send, reason, true).await;
    }
    let token = hello.join.as_ref().map(TokenSecret::hash);
    let knock = Knock { peer: &peer, asked: &hello.id, address: address.to_string(), token, now: now() };
    let auto_accept = daemon.config().auto_accept;
    let admission = daemon.keyring().admit(&knock, auto_accept);
    if let Err(reason) = write_down(&daemon, &admission).await {
        return refuse(&connection, send, reason, true).await;
    }
    let verdict = admission.verdict;
    let (id, fingerprint, public_key) = match peer {
        Peer::Enrolled { id, fingerprint, public_key, .. } => (id, fingerprint, public_key),
        Peer::Unknown { fingerprint, public_key } => (hello.id.clone(), fingerprint, public_key),
    };
    let public_key: Arc<[u8]> = public_key.into();
    match verdict {
        Verdict::Welcome => {
            if let Err(reason) = rival::settle(&daemon, &id, hello.instance, address).await {
                return refuse(&connection, send, reason, false).await;
            }
            let welcome = Greeting::Welcome { version: env!("CARGO_PKG_VERSION").into(), id: id.clone() };
            if frame::write(&mut send, &welcome).await.is_ok() {
                let guest = Guest::new(id, fingerprint, public_key);
                if let Some(number) = enter(&daemon, &connection, &guest, hello) {
                    // A task of its own, since a connection needs much less for ever than for its greeting. The first stream
                    // stays open as long as the connection.
                    tokio::spawn(serve(daemon, connection, Arc::new(guest), number, (send, recv)));
                }
            }
        }
        Verdict::Issue => issue(&daemon, &connection, send, &id, &public_key).await,
        Verdict::Wait => wait(&daemon, &connection, send, &id, fingerprint, &public_key).await,
        Verdict::Refuse { reason, retry } => {
            tracing::info!(%id, %fingerprint, %address, %reason, "an agent was refused");
            refuse(&connection, send, reason, retry).await;
        }
    }
}

/// What was decided goes to the disk. Who was let in by a token is told when it is there, so that no crash makes the token
/// serve once more.
async fn write_down(daemon: &Daemon, admission: &Admission) -> Result<(), String> {
    let Some(key) = admission.key.clone() else { return Ok(()) };
    let Some(token) = admission.token.clone() else {
        drop(daemon.ledger.submit(Write::Key(key)));
        return Ok(());
    };
    let (hash, joined) = (token.hash, key.clone());
    tracing::info!(
        id = %key.id, fingerprint = %key.fingerprint, token = token.name(), used = token.used, of = token.uses,
        "a host has joined by a token"
    );
    let written = daemon.ledger.submit(Write::Joined { key, token }).await;
    written.map_err(|error| {
        daemon.keyring().unjoin(&joined, hash);
        format!("the master could not write the key down: {error}")
    })
}

async fn hello<T: DeserializeOwned>(connection: &Connection) -> Result<(SendStream, RecvStream, T), String> {
    let (send, mut recv) = connection.accept_bi().await.map_err(|error| error.to_string())?;
    let read = async {
        let length = frame::read_length(&mut recv, HELLO_LIMIT).await?;
        frame::decode_within(&frame::read_body(&mut recv, length).await?, HELLO_VALUES)
    };
    let hello = read.await.map_err(|error| error.to_string())?;
    Ok((send, recv, hello))
}

/// Grains that come later, within the bounds of those in the greeting.
pub(super) fn bounded(grains: &Map) -> Result<(), FrameError> {
    let encoded = frame::encode(grains)?;
    match encoded.len() {
        length if length > HELLO_LIMIT => Err(FrameError::TooLong(length)),
        _ => frame::decode_within::<Map>(&encoded[4..], HELLO_VALUES).map(drop),
    }
}

/// What is read of a [`Hello`] from an agent that is not enrolled: nothing whose size it chooses is built in memory.
#[derive(Deserialize)]
struct Door {
    protocol: Protocol,
    version: String,
    id: HostId,
    #[serde(default)]
    join: Option<TokenSecret>,
}

async fn door(connection: &Connection) -> Result<(SendStream, RecvStream, Hello), String> {
    let (send, recv, door) = hello::<Door>(connection).await?;
    let Door { protocol, version, id, join } = door;
    let (grains, jobs, instance) = (Map::new(), Vec::new(), None);
    Ok((send, recv, Hello { protocol, version, id, grains, jobs, join, instance }))
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

/// Takes a welcome agent in, and yields the number of its connection.
fn enter(daemon: &Arc<Daemon>, connection: &Connection, guest: &Guest, hello: Hello) -> Option<u64> {
    let (id, fingerprint) = (&guest.id, guest.fingerprint);
    let Hello { version, grains, jobs, instance, .. } = hello;
    let claim = Claim { connection: connection.clone(), fingerprint, instance, turn: guest.turn.clone() };
    let number = match daemon.fleet.connect(id, claim) {
        Ok(number) => number,
        // Both came in the same moment.
        Err(other) => {
            connection.close(close::REPLACED.into(), rival::words(id, &other).as_bytes());
            return None;
        }
    };
    drop(learn(daemon, id, version, connection.remote_address().to_string(), grains));
    // The key may have been deleted since it was looked at; from here on a deletion finds the connection.
    if !daemon.keyring().is_accepted(id, fingerprint) {
        connection.close(close::KEY_REVOKED.into(), b"the key was deleted");
    }
    tracing::debug!(%id, "connected");
    daemon.jobs.connected(id);
    homecoming::kill_what_was_called_off(daemon, id, connection, jobs);
    Some(number)
}

/// A welcome agent's requests, until the connection ends.
async fn serve(
    daemon: Arc<Daemon>,
    connection: Connection,
    guest: Arc<Guest>,
    number: u64,
    first: (SendStream, RecvStream),
) {
    let id = &guest.id;
    while let Ok((send, recv)) = connection.accept_bi().await {
        let (daemon, guest) = (Arc::clone(&daemon), Arc::clone(&guest));
        tokio::spawn(async move { requests::serve(&daemon, &guest, send, recv).await });
    }
    tracing::debug!(%id, reason = ?connection.close_reason(), "disconnected");
    let last_seen = now();
    if daemon.fleet.disconnect(id, number, last_seen) {
        drop(daemon.ledger.submit(Write::Seen { hosts: vec![id.clone()], at: last_seen }));
        daemon.jobs.disconnected(id);
    }
    drop(first);
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
    let grains = Grains::of(id, grains);
    let known =
        Known { version: version.clone(), address: address.clone(), last_seen, grains: grains.clone() };
    daemon.fleet.learn(id, known).then(|| {
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
    match daemon.authority.sign(public_key, id, daemon.config().certificate_lifetime) {
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
