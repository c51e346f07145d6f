//! Joining a master with a token: the key is let in without an operator, and the master is known from the token.

use std::sync::Arc;
use std::time::Duration;

use common::id::HostId;
use common::identity::{Fingerprint, IdentityError, JoinToken};
use common::message::{Greeting, Hello, PROTOCOL};
use common::transport::{self, Pin, close};
use common::value::Map;
use tokio::time::Instant;

use super::start::lock;
use super::{Backoff, Identity, StartError, Trust};
use crate::config::{Address, Master, Settings};

/// How long a master has to answer at one of its addresses.
const CONNECT: Duration = Duration::from_secs(10);

/// Why a host has not joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// It is enrolled.
    #[error(
        "this host is enrolled already, as {id}. To enrol anew, stop the agent and remove agent.key and agent.crt from {folder}"
    )]
    Enrolled {
        /// As what.
        id: HostId,
        /// The agent's folder.
        folder: String,
    },
    /// The configuration names another master than the token.
    #[error(
        "the token is of a master with the fingerprint {token}, and the configuration wants {configured}: correct `master_fingerprint`, or take a token of that master"
    )]
    OtherMaster {
        /// What the token says.
        token: Fingerprint,
        /// What the configuration says.
        configured: Fingerprint,
    },
    /// Somebody else answers at the master's address.
    #[error("{0}")]
    NotTheMaster(String),
    /// The master says no.
    #[error("the master refuses this host: {0}")]
    Refused(String),
    /// The master could not be asked in time.
    #[error("not joined within {seconds} s: {reason}")]
    Late {
        /// The time there was.
        seconds: u64,
        /// What was in the way last.
        reason: String,
    },
    /// The agent's folder can't be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The key, the certificate or the fingerprint can't be read or written.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Joins, and keeps the certificate and the master's fingerprint. The id that the host has then.
///
/// # Errors
/// See [`JoinError`]. What did not succeed has left nothing behind but the host's key.
pub async fn join(
    settings: &Settings,
    master: &Master,
    token: &JoinToken,
    patience: Duration,
) -> Result<HostId, JoinError> {
    if let Some(configured) = master.fingerprint.filter(|configured| *configured != token.master) {
        return Err(JoinError::OtherMaster { token: token.master, configured });
    }
    let _lock = lock(settings)?;
    let mut identity = Identity::load(&settings.state_dir, &master.folder)?;
    if let Some(id) = identity.certificate().and_then(|certificate| certificate.id.clone()) {
        return Err(JoinError::Enrolled { id, folder: master.folder.display().to_string() });
    }
    let deadline = Instant::now() + patience;
    let mut backoff = Backoff::default();
    let mut random = fastrand::Rng::new();
    loop {
        let reason = match ask(settings, &master.address, token, &identity).await? {
            Asked::Accepted(certificate) => {
                identity.keep(&certificate)?;
                Trust::pin_to(&master.folder, token.master)?;
                let id = identity.certificate().and_then(|certificate| certificate.id.clone());
                return Ok(id.unwrap_or_else(|| settings.id.clone()));
            }
            Asked::NotNow(reason) => reason,
        };
        let wait = backoff.next(&mut random);
        if Instant::now() + wait >= deadline {
            return Err(JoinError::Late { seconds: patience.as_secs(), reason });
        }
        tracing::info!(reason, "not joined yet");
        tokio::time::sleep(wait).await;
    }
}

enum Asked {
    Accepted(Vec<u8>),
    NotNow(String),
}

async fn ask(
    settings: &Settings,
    master: &Address,
    token: &JoinToken,
    identity: &Identity,
) -> Result<Asked, JoinError> {
    let addresses = match tokio::net::lookup_host((master.host.as_str(), master.port)).await {
        Ok(addresses) => addresses,
        Err(error) => return Ok(Asked::NotNow(format!("cannot find the master {master}: {error}"))),
    };
    let mut reason = format!("the name of the master {master} has no address");
    for address in addresses {
        let endpoint = match transport::client(address, settings.source_address) {
            Ok(endpoint) => endpoint,
            Err(error) => {
                reason = error.to_string();
                continue;
            }
        };
        let pin = Arc::new(Pin::new(Some(token.master)));
        let connecting = transport::connect(&endpoint, address, identity.client(&settings.id)?, &pin);
        match tokio::time::timeout(CONNECT, connecting).await {
            Ok(Ok(connection)) => {
                let answered = tokio::time::timeout(CONNECT, greet(settings, token, &connection)).await;
                connection.close(quinn::VarInt::from_u32(close::GOING_AWAY), b"");
                let _ = tokio::time::timeout(Duration::from_secs(1), endpoint.wait_idle()).await;
                return answered.unwrap_or_else(|_| Ok(Asked::NotNow("the master does not answer".into())));
            }
            Ok(Err(error)) if pin.seen().is_some_and(|seen| seen != token.master) => {
                return Err(JoinError::NotTheMaster(error.to_string()));
            }
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = format!("no answer from the master at {address}"),
        }
    }
    Ok(Asked::NotNow(reason))
}

async fn greet(
    settings: &Settings,
    token: &JoinToken,
    connection: &quinn::Connection,
) -> Result<Asked, JoinError> {
    let hello = Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").into(),
        id: settings.id.clone(),
        grains: Map::new(),
        jobs: Vec::new(),
        join: Some(token.secret.clone()),
        instance: None,
    };
    let broken = |error: &dyn std::fmt::Display| Ok(Asked::NotNow(format!("the connection broke: {error}")));
    let (mut send, mut receive) = match connection.open_bi().await {
        Ok(streams) => streams,
        Err(error) => return broken(&error),
    };
    if let Err(error) = transport::write(&mut send, &hello).await {
        return broken(&error);
    }
    match transport::read::<Greeting>(&mut receive).await {
        Ok(Greeting::Accepted { certificate }) => Ok(Asked::Accepted(certificate)),
        Ok(Greeting::Refused { reason, retry: true }) => Ok(Asked::NotNow(reason)),
        Ok(Greeting::Refused { reason, retry: false }) => Err(JoinError::Refused(reason)),
        Ok(Greeting::Pending { .. }) => Err(JoinError::Refused(
            "it knows no join tokens, and the key waits for `master keys accept`: upgrade the master".into(),
        )),
        // Without a certificate of its own this key would not be welcome.
        Ok(Greeting::Welcome { .. }) => Ok(Asked::NotNow("the master has answered out of turn".into())),
        Err(error) => broken(&error),
    }
}
