//! Both ends of a connection, over loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::Endpoint;
use rustls::pki_types::CertificateDer;

use super::verifier::MasterVerifier;
use super::{ClientIdentity, Peer, Pin, SERVER_NAME, TransportError, client, connect, peer, server};
use crate::id::HostId;
use crate::identity::{AgentKey, Authority, Fingerprint};

const HOUR: Duration = Duration::from_secs(3600);

struct Fixture {
    folder: tempfile::TempDir,
    authority: Authority,
    key: AgentKey,
    id: HostId,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::load_or_create(&folder.path().join("ca")).unwrap();
    let key = AgentKey::load_or_create(&folder.path().join("agent.key")).unwrap();
    Fixture { folder, authority, key, id: "fp-1".parse().unwrap() }
}

/// What the master sees of the first agent that gets through, and what the agent sees of the master.
async fn meet(
    fixture: &Fixture,
    identity: ClientIdentity,
    pin: &Arc<Pin>,
) -> (Result<quinn::Connection, TransportError>, Option<Peer>) {
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let (listening, verifier) = server(loopback, &fixture.authority).unwrap();
    let address = listening.local_addr().unwrap();
    let dialling: Endpoint = client(address, None).unwrap();
    let accepting = async {
        let connection = listening.accept().await?.await.ok()?;
        Some((peer(&connection, &verifier).unwrap(), connection))
    };
    let (connection, accepted) = tokio::join!(connect(&dialling, address, identity, pin), accepting);
    (connection, accepted.map(|(peer, _)| peer))
}

#[tokio::test]
async fn an_agent_without_a_certificate_is_unknown_and_pins_what_it_sees() {
    let fixture = fixture();
    let identity = ClientIdentity {
        certificate: fixture.key.self_signed(&fixture.id).unwrap(),
        key: fixture.key.private_key(),
    };
    let pin = Arc::new(Pin::default());
    let (connection, seen) = meet(&fixture, identity, &pin).await;
    connection.unwrap();
    assert!(
        matches!(seen, Some(Peer::Unknown { fingerprint, .. }) if fingerprint == fixture.key.fingerprint())
    );
    assert_eq!(pin.seen(), Some(fixture.authority.fingerprint()));
}

#[tokio::test]
async fn the_certificate_names_the_host() {
    let fixture = fixture();
    let certificate = fixture.authority.sign(fixture.key.public_key(), &fixture.id, HOUR).unwrap();
    let identity = ClientIdentity { certificate, key: fixture.key.private_key() };
    let pin = Arc::new(Pin::new(Some(fixture.authority.fingerprint())));
    let (connection, seen) = meet(&fixture, identity, &pin).await;
    connection.unwrap();
    assert!(matches!(seen, Some(Peer::Enrolled { id, .. }) if id == fixture.id));
}

#[tokio::test]
async fn another_authoritys_certificate_counts_for_nothing() {
    let fixture = fixture();
    let other = Authority::load_or_create(&fixture.folder.path().join("other")).unwrap();
    let certificate = other.sign(fixture.key.public_key(), &fixture.id, HOUR).unwrap();
    let identity = ClientIdentity { certificate, key: fixture.key.private_key() };
    let (_, seen) = meet(&fixture, identity, &Arc::new(Pin::default())).await;
    assert!(matches!(seen, Some(Peer::Unknown { .. })));
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused() {
    let fixture = fixture();
    let thief = AgentKey::load_or_create(&fixture.folder.path().join("thief.key")).unwrap();
    let certificate = fixture.authority.sign(fixture.key.public_key(), &fixture.id, HOUR).unwrap();
    let (listening, _) = server("127.0.0.1:0".parse().unwrap(), &fixture.authority).unwrap();
    let address = listening.local_addr().unwrap();
    let dialling = client(address, None).unwrap();
    let stolen = connect_with_stolen(&dialling, address, certificate, &thief);
    let (_, accepted) = tokio::join!(stolen, async { listening.accept().await.unwrap().await });
    let error = accepted.unwrap_err().to_string();
    assert!(error.contains("BadSignature"), "{error}");
}

/// Shows a certificate and signs with another key, which rustls does not do by itself.
async fn connect_with_stolen(
    endpoint: &Endpoint,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    thief: &AgentKey,
) -> Option<quinn::Connection> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = provider.key_provider.load_private_key(thief.private_key()).unwrap();
    let stolen = rustls::sign::CertifiedKey::new(vec![certificate], key);
    let verifier = MasterVerifier { pin: Arc::default(), provider: Arc::clone(&provider) };
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(stolen)));
    tls.alpn_protocols = vec![b"lantern/1".to_vec()];
    let tls = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
    let config = quinn::ClientConfig::new(Arc::new(tls));
    let connection = endpoint.connect_with(config, address, SERVER_NAME).unwrap().await.ok()?;
    connection.closed().await;
    Some(connection)
}

#[tokio::test]
async fn a_master_that_is_not_the_pinned_one_is_refused_in_words_that_help() {
    let fixture = fixture();
    let identity = ClientIdentity {
        certificate: fixture.key.self_signed(&fixture.id).unwrap(),
        key: fixture.key.private_key(),
    };
    let pin = Arc::new(Pin::new(Some(Fingerprint::of(b"another master"))));
    let (connection, _) = meet(&fixture, identity, &pin).await;
    let error = connection.unwrap_err().to_string();
    assert!(error.contains(&fixture.authority.fingerprint().to_string()), "{error}");
    assert!(error.contains("master_fingerprint"), "{error}");
}

#[test]
fn a_restarted_master_tells_an_agent_at_its_next_packet() {
    let fixture = fixture();
    let certificate = fixture.key.self_signed(&fixture.id).unwrap();
    let identity = ClientIdentity { certificate, key: fixture.key.private_key() };
    let (address, addresses) = std::sync::mpsc::channel();
    std::thread::scope(|threads| {
        let before = threads.spawn(|| dies_after_one_answer(&fixture.authority, &address));
        let there = addresses.recv().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dialling = client(there, None).unwrap();
            let connection = connect(&dialling, there, identity, &Arc::default()).await.unwrap();
            let (mut send, mut receive) = connection.open_bi().await.unwrap();
            send.write_all(b"x").await.unwrap();
            receive.read_exact(&mut [0; 1]).await.unwrap();
            // The agent has to acknowledge the answer meanwhile, so its thread may not block.
            while !before.is_finished() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            before.join().unwrap();
            let (_after, _) = server(there, &fixture.authority).unwrap();
            send.write_all(b"are you there?").await.unwrap();
            let ended = tokio::time::timeout(Duration::from_secs(20), connection.closed()).await.unwrap();
            assert!(matches!(ended, quinn::ConnectionError::Reset), "{ended}");
        });
    });
}

/// A master that answers one stream and is gone, without a word to anybody: its runtime ends before its connections do.
fn dies_after_one_answer(authority: &Authority, address: &std::sync::mpsc::Sender<SocketAddr>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let left = runtime.block_on(async {
        let (endpoint, _) = server("127.0.0.1:0".parse().unwrap(), authority).unwrap();
        address.send(endpoint.local_addr().unwrap()).unwrap();
        let connection = endpoint.accept().await.unwrap().await.unwrap();
        let (mut reply, mut request) = connection.accept_bi().await.unwrap();
        request.read_exact(&mut [0; 1]).await.unwrap();
        reply.write_all(b"y").await.unwrap();
        // The answer is out once the agent has acknowledged all of it.
        reply.finish().unwrap();
        reply.stopped().await.unwrap();
        (endpoint, connection)
    });
    drop(runtime);
    drop(left);
}
