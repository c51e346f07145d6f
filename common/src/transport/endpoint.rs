//! Sockets, windows, time limits: quinn set up for a fleet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::{RcvBufForce, SndBufForce};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{
    AckFrequencyConfig, Endpoint, EndpointConfig, MtuDiscoveryConfig, TokioRuntime, TransportConfig, VarInt,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::socket::ThriftySocket;
use super::verifier::{AgentVerifier, MasterVerifier, Pin};
use super::{TransportError, reset};
use crate::identity::Authority;

/// The name in every master's certificate. Agents know their master by its key, not by where it is.
pub const SERVER_NAME: &str = "master.lantern.internal";

/// The protocol's name in the TLS handshake (ALPN).
const ALPN: &[u8] = b"lantern/1";

/// How often the agent says something on an idle connection. NAT bindings live 30 s at the least (RFC 4787 asks for 2 minutes),
/// and each word costs the master as much as two wakings: of ten thousand agents, most of what it does while all are idle.
pub const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// After how long without a packet the other end counts as gone.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(40);

/// What is asked of the kernel for each socket. With its usual 208 KiB, a thousand agents that talk at once lose packets.
const SOCKET_BUFFER: usize = 4 << 20;

/// What a master asks for to receive: when its whole fleet comes back, ten thousand first packets of 1200 bytes, which take the
/// kernel twice as much, arrive while it is at the first hundred. Each that is lost comes again a second later, at the soonest.
const MASTER_RECEIVES: usize = 32 << 20;

/// For how long an agent's proof of its address is good: as long as it waits for a place, and for a packet that was lost.
const PROOF: Duration = Duration::from_secs(60);

/// The gain, in bytes, below which a master does not look for still larger packets: half of what an Ethernet may carry beyond
/// QUIC's least, 1200, is found with the first look.
const MTU_STEP: u16 = 127;

/// How many handshakes may wait to be begun, and how many bytes of each are kept, an eighth of that in sum: anybody can begin
/// one.
const INCOMING: usize = 8192;
const INCOMING_BYTES: u64 = 16 << 10;

/// The agent's certificate and key.
pub struct ClientIdentity {
    /// Its certificate: of the master's authority, or self-signed while it enrols.
    pub certificate: CertificateDer<'static>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// A master's endpoint, and the verifier that [`super::peer`] needs.
///
/// # Errors
/// When the address can't be had.
pub fn server(
    address: SocketAddr,
    authority: &Authority,
) -> Result<(Endpoint, Arc<AgentVerifier>), TransportError> {
    let provider = provider();
    let verifier = Arc::new(AgentVerifier::new(authority, &provider)?);
    let issued = authority.server().map_err(|error| TransportError::Tls(error.to_string()))?;
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(tls_error)?
        .with_client_cert_verifier(Arc::clone(&verifier) as Arc<_>)
        .with_single_cert(issued.chain, issued.key)
        .map_err(tls_error)?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    // A resumed session would carry an old certificate past a deletion of its key, and saves nothing worth having.
    tls.send_tls13_tickets = 0;
    let tls = QuicServerConfig::try_from(tls).map_err(|error| TransportError::Tls(error.to_string()))?;
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(tls));
    config
        .transport_config(Arc::new(master_transport()))
        .retry_token_lifetime(PROOF)
        .max_incoming(INCOMING)
        .incoming_buffer_size(INCOMING_BYTES)
        .incoming_buffer_size_total(INCOMING_BYTES * INCOMING as u64 / 8);
    let failed = |source| TransportError::Bind { address, source };
    let socket = ThriftySocket::of_master(bind(address, MASTER_RECEIVES)?).map_err(failed)?;
    let endpoint = Endpoint::new_with_abstract_socket(
        reset::endpoint_config(&authority.reset_secret()),
        Some(config),
        Arc::new(socket),
        Arc::new(TokioRuntime),
    )
    .map_err(failed)?;
    Ok((endpoint, verifier))
}

/// An agent's endpoint for masters of the address's family, at one of the host's own addresses if `source` says so.
///
/// # Errors
/// When no socket can be had, or `source` is of the other family.
pub fn client(master: SocketAddr, source: Option<IpAddr>) -> Result<Endpoint, TransportError> {
    let any = if master.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let own = SocketAddr::new(source.unwrap_or(any), 0);
    if own.is_ipv4() != master.is_ipv4() {
        return Err(TransportError::Family { own: own.ip(), master });
    }
    let failed = |source| TransportError::Bind { address: own, source };
    let socket = ThriftySocket::of_agent(bind(own, SOCKET_BUFFER)?).map_err(failed)?;
    let runtime = Arc::new(TokioRuntime);
    Endpoint::new_with_abstract_socket(EndpointConfig::default(), None, Arc::new(socket), runtime)
        .map_err(failed)
}

/// Dials a master. The connection is up when this returns, but whether the master accepts the agent shows only in its
/// answer to the first frame: TLS 1.3's client is done before the server has looked at its certificate.
///
/// # Errors
/// When the master does not answer, or is not the one that is pinned.
pub async fn connect(
    endpoint: &Endpoint,
    address: SocketAddr,
    identity: ClientIdentity,
    pin: &Arc<Pin>,
) -> Result<quinn::Connection, TransportError> {
    let provider = provider();
    let verifier = MasterVerifier { pin: Arc::clone(pin), provider: Arc::clone(&provider) };
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(tls_error)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_auth_cert(vec![identity.certificate], identity.key)
        .map_err(tls_error)?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.resumption = rustls::client::Resumption::disabled();
    let tls = QuicClientConfig::try_from(tls).map_err(|error| TransportError::Tls(error.to_string()))?;
    let mut config = quinn::ClientConfig::new(Arc::new(tls));
    config.transport_config(Arc::new(agent_transport()));
    let failed = |reason: String| TransportError::Connect { address, reason };
    let connecting =
        endpoint.connect_with(config, address, SERVER_NAME).map_err(|error| failed(error.to_string()))?;
    connecting.await.map_err(|error| failed(reason(&error, pin)))
}

/// Why a connection failed, in words that help.
fn reason(error: &quinn::ConnectionError, pin: &Pin) -> String {
    match (pin.expected(), pin.seen()) {
        (Some(expected), Some(seen)) if expected != seen => format!(
            "the master's fingerprint is {seen}, but {expected} is trusted. If the master was replaced on purpose, set \
             master_fingerprint to the new one (or remove the pinned one); otherwise somebody is in between"
        ),
        _ => match error {
            quinn::ConnectionError::TimedOut => {
                "no answer (is the master running, and is the UDP port open?)".into()
            }
            error => error.to_string(),
        },
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn tls_error(error: rustls::Error) -> TransportError {
    TransportError::Tls(error.to_string())
}

/// The agent receives the bulk: windows for 200 Mbit/s over 100 ms and more. It sends little, so it does not look for larger
/// packets that would fit the way, and what it sends is acknowledged at once: a master that waits for more to acknowledge wakes
/// twice for each word.
fn agent_transport() -> TransportConfig {
    let mut at_once = AckFrequencyConfig::default();
    at_once.ack_eliciting_threshold(VarInt::from_u32(0));
    let mut config = common_transport();
    config
        .stream_receive_window(VarInt::from_u32(8 << 20))
        .receive_window(VarInt::from_u32(16 << 20))
        .max_concurrent_bidi_streams(VarInt::from_u32(64))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .mtu_discovery_config(None)
        .ack_frequency_config(Some(at_once))
        .keep_alive_interval(Some(KEEP_ALIVE));
    config
}

/// The master receives little from each of many: small windows bound what ten thousand agents can make it hold. Whether
/// larger packets fit the way to an agent is looked for with one packet for each connection, and not again every ten minutes.
fn master_transport() -> TransportConfig {
    let mut larger = MtuDiscoveryConfig::default();
    larger.minimum_change(MTU_STEP).interval(Duration::from_secs(24 * 3600));
    let mut config = common_transport();
    config
        .stream_receive_window(VarInt::from_u32(256 << 10))
        .receive_window(VarInt::from_u32(512 << 10))
        .send_window(4 << 20)
        .mtu_discovery_config(Some(larger))
        .max_concurrent_bidi_streams(VarInt::from_u32(16))
        .max_concurrent_uni_streams(VarInt::from_u32(0));
    config
}

fn common_transport() -> TransportConfig {
    let mut config = TransportConfig::default();
    // The limit is far below what the type can't hold.
    config.max_idle_timeout(IDLE_TIMEOUT.try_into().ok()).datagram_receive_buffer_size(None);
    config
}

fn bind(address: SocketAddr, receives: usize) -> Result<UdpSocket, TransportError> {
    let failed = |source| TransportError::Bind { address, source };
    let domain = if address.is_ipv4() { socket2::Domain::IPV4 } else { socket2::Domain::IPV6 };
    let socket =
        socket2::Socket::new(domain, socket2::Type::DGRAM, Some(socket2::Protocol::UDP)).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    // A privileged process gets what it asks for. The kernel grants others less without a word; what it granted is asked
    // for below.
    if setsockopt(&socket, RcvBufForce, &receives).is_err() {
        let _ = socket.set_recv_buffer_size(receives);
    }
    if setsockopt(&socket, SndBufForce, &SOCKET_BUFFER).is_err() {
        let _ = socket.set_send_buffer_size(SOCKET_BUFFER);
    }
    socket.bind(&address.into()).map_err(failed)?;
    // Linux reports twice what it granted, for its own bookkeeping.
    let granted = socket.recv_buffer_size().unwrap_or(0) / 2;
    if granted < receives && address.port() != 0 {
        tracing::warn!(
            granted,
            wanted = receives,
            "the kernel caps the socket's buffers, so a large fleet may lose packets: set net.core.rmem_max to \
             {receives} and net.core.wmem_max to {SOCKET_BUFFER} or more"
        );
    }
    Ok(socket.into())
}
