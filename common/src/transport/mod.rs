//! QUIC endpoints with mutual TLS 1.3, and length-bounded frames.

mod comeback;
mod connection_id;
mod ears;
mod endpoint;
pub mod frame;
mod gate;
mod reset;
mod socket;
#[cfg(test)]
mod tests;
mod verifier;

pub use comeback::Comeback;
pub use endpoint::{ClientIdentity, IDLE_TIMEOUT, KEEP_ALIVE, SERVER_NAME, client, connect, server};
pub use frame::{FRAME_LIMIT, FrameError, VALUES_LIMIT, read, read_within, write};
pub use verifier::{AgentVerifier, Peer, Pin, peer};

/// Why a connection has been closed: the application codes of QUIC's CONNECTION_CLOSE.
pub mod close {
    /// The program ends or the operator said so; the peer may come again at once.
    pub const GOING_AWAY: u32 = 0;
    /// The agent's key was deleted or rejected.
    pub const KEY_REVOKED: u32 = 1;
    /// The peer broke the protocol.
    pub const PROTOCOL_ERROR: u32 = 2;
    /// The same host has connected anew.
    pub const REPLACED: u32 = 3;
    /// The agent has a new certificate and is to connect with it.
    pub const NEW_CERTIFICATE: u32 = 4;
    /// The master ends and is likely to be back at once: the reason is a [`super::Comeback`].
    pub const COMEBACK: u32 = 5;
}

/// Why an endpoint or a connection can't be had.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The socket could not be bound or set up.
    #[error("cannot listen on UDP {address}: {source}")]
    Bind {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address to dial from can't reach the master.
    #[error("cannot dial {master} from source_address {own}: one is IPv4 and the other IPv6")]
    Family {
        /// The address to dial from.
        own: std::net::IpAddr,
        /// The master's.
        master: std::net::SocketAddr,
    },
    /// The TLS configuration does not hold together (a key that does not fit its certificate).
    #[error("cannot set up TLS: {0}")]
    Tls(String),
    /// The master can't be reached or refuses.
    #[error("cannot connect to the master at {address}: {reason}")]
    Connect {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        reason: String,
    },
}
