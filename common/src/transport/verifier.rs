//! Who is at the other end: the TLS verifiers of both sides.

use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
};

use super::TransportError;
use crate::id::HostId;
use crate::identity::{Authority, Fingerprint, inspect};

/// The agent at the other end of a connection, as the master sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    /// It has a valid certificate of this master's authority.
    Enrolled {
        /// The host that the certificate names.
        id: HostId,
        /// Its key.
        fingerprint: Fingerprint,
        /// The key, DER.
        public_key: Vec<u8>,
        /// When its certificate's time is over, in seconds since 1970.
        not_after: i64,
    },
    /// It has proved to hold a key, and no more: it may enrol.
    Unknown {
        /// Its key.
        fingerprint: Fingerprint,
        /// The key, DER.
        public_key: Vec<u8>,
    },
}

/// Reads from a connection's TLS state who the agent is.
///
/// # Errors
/// When the certificate can't be read; the connection is to be closed.
pub fn peer(connection: &quinn::Connection, verifier: &AgentVerifier) -> Result<Peer, TransportError> {
    let identity = connection
        .peer_identity()
        .and_then(|identity| identity.downcast::<Vec<CertificateDer<'static>>>().ok());
    let chain = identity.ok_or_else(|| TransportError::Tls("the agent has shown no certificate".into()))?;
    let Some((certificate, intermediates)) = chain.split_first() else {
        return Err(TransportError::Tls("the agent has shown no certificate".into()));
    };
    let info = inspect(certificate).map_err(|error| TransportError::Tls(error.to_string()))?;
    let valid = verifier.enrolled.verify_client_cert(certificate, intermediates, UnixTime::now()).is_ok();
    Ok(match info.id {
        Some(id) if valid => Peer::Enrolled {
            id,
            fingerprint: info.fingerprint,
            public_key: info.public_key,
            not_after: info.not_after,
        },
        _ => Peer::Unknown { fingerprint: info.fingerprint, public_key: info.public_key },
    })
}

/// The master's verifier. Every agent has to prove that it holds the key of the certificate it shows; whether that
/// certificate is one of ours is decided by [`peer`], because an agent without one has to get in to ask for it.
#[derive(Debug)]
pub struct AgentVerifier {
    enrolled: Arc<dyn ClientCertVerifier>,
    provider: Arc<CryptoProvider>,
}

impl AgentVerifier {
    /// A verifier for agents of this authority.
    ///
    /// # Errors
    /// When the authority's certificate can't serve as a root.
    pub fn new(authority: &Authority, provider: &Arc<CryptoProvider>) -> Result<Self, TransportError> {
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate().clone()).map_err(|error| TransportError::Tls(error.to_string()))?;
        let enrolled = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| TransportError::Tls(error.to_string()))?;
        Ok(Self { enrolled, provider: Arc::clone(provider) })
    }
}

impl ClientCertVerifier for AgentVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // Agents have one certificate each and need no hint.
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match inspect(certificate) {
            Ok(_) => Ok(ClientCertVerified::assertion()),
            Err(_) => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The agent's trust in its master: the fingerprint of the authority's key, given or learnt at the first connection.
#[derive(Debug, Default)]
pub struct Pin {
    expected: Option<Fingerprint>,
    /// What the master showed at the last handshake, whether it was believed or not.
    seen: Mutex<Option<Fingerprint>>,
}

impl Pin {
    /// Trusts the authority with this key; with none, whichever comes first (see [`Pin::seen`]).
    #[must_use]
    pub fn new(expected: Option<Fingerprint>) -> Self {
        Self { expected, seen: Mutex::default() }
    }

    /// The fingerprint that is trusted, if one is.
    #[must_use]
    pub fn expected(&self) -> Option<Fingerprint> {
        self.expected
    }

    /// What the master showed at the last handshake: what to pin after a first connection, and what to report after a refusal.
    #[must_use]
    pub fn seen(&self) -> Option<Fingerprint> {
        *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn saw(&self, fingerprint: Fingerprint) {
        *self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(fingerprint);
    }
}

/// The agent's verifier: the master's certificate must be signed by the authority whose key is pinned.
#[derive(Debug)]
pub(super) struct MasterVerifier {
    pub(super) pin: Arc<Pin>,
    pub(super) provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for MasterVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The master sends its authority last.
        let authority =
            intermediates.last().ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        let info =
            inspect(authority).map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        self.pin.saw(info.fingerprint);
        if self.pin.expected.is_some_and(|expected| expected != info.fingerprint) {
            return Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        }
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(certificate, &[], name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
