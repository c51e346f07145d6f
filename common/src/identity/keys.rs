//! An agent's key, and what a certificate says.

use std::path::Path;
use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, KeyPair, PublicKeyData as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::authority::{certificate_error, leaf};
use super::{Fingerprint, IdentityError, read_private, write_private};
use crate::id::HostId;

/// An agent's private key (ECDSA P-256).
pub struct AgentKey {
    key: KeyPair,
    public_key: Vec<u8>,
}

impl AgentKey {
    /// Loads the key from a PEM file, or makes one there on first use.
    ///
    /// # Errors
    /// When the file can't be read or written, or holds something else; a damaged key is never overwritten.
    pub fn load_or_create(path: &Path) -> Result<Self, IdentityError> {
        let key = match read_private(path)? {
            Some(pem) => KeyPair::from_pem(&pem)
                .map_err(|error| IdentityError::Damaged { path: path.into(), reason: error.to_string() })?,
            None => {
                let key = KeyPair::generate().map_err(certificate_error)?;
                write_private(path, key.serialize_pem().as_bytes())?;
                key
            }
        };
        let public_key = key.subject_public_key_info();
        Ok(Self { key, public_key })
    }

    /// The public key, DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// What the operator compares.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.public_key)
    }

    /// The private key as TLS uses it.
    #[must_use]
    pub fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }

    /// A certificate signed by nobody but the key itself: with it the agent proves that it has the key while it enrols.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn self_signed(&self, id: &HostId) -> Result<CertificateDer<'static>, IdentityError> {
        let params = leaf(id.as_str(), Duration::from_secs(365 * 86400), ExtendedKeyUsagePurpose::ClientAuth);
        Ok(params.self_signed(&self.key).map_err(certificate_error)?.der().clone())
    }
}

/// What a certificate says. Whether it is to be believed is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInfo {
    /// The host it names, if its common name is a host id.
    pub id: Option<HostId>,
    /// The public key, DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// That key's fingerprint.
    pub fingerprint: Fingerprint,
    /// When its time begins, in seconds since 1970.
    pub not_before: i64,
    /// When its time is over, likewise.
    pub not_after: i64,
}

/// Reads a certificate.
///
/// # Errors
/// [`IdentityError::Certificate`] when it is none.
pub fn inspect(certificate: &CertificateDer<'_>) -> Result<CertificateInfo, IdentityError> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|error| IdentityError::Certificate(error.to_string()))?;
    let common_name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let public_key = parsed.public_key().raw.to_vec();
    Ok(CertificateInfo {
        id: common_name.and_then(|name| name.parse().ok()),
        fingerprint: Fingerprint::of(&public_key),
        public_key,
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
    })
}

/// A certificate as text, for files that people carry around.
#[must_use]
pub fn certificate_pem(der: &[u8]) -> String {
    let text = crate::yaml::base64(der);
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lines = digits.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n");
    format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", lines.collect::<String>())
}

/// A certificate's DER, out of a file that holds it as it is or as text.
///
/// # Errors
/// [`IdentityError::Certificate`] when the text holds none.
pub fn certificate_der(bytes: Vec<u8>) -> Result<CertificateDer<'static>, IdentityError> {
    use rustls::pki_types::pem::PemObject as _;
    if !bytes.starts_with(b"-----BEGIN") {
        return Ok(CertificateDer::from(bytes));
    }
    CertificateDer::from_pem_slice(&bytes)
        .map_err(|error| IdentityError::Certificate(format!("the text holds no certificate: {error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let key = AgentKey::load_or_create(&folder.path().join("key")).unwrap();
        let der = key.self_signed(&"fp-1".parse().unwrap()).unwrap();
        let text = certificate_pem(&der);
        assert!(text.lines().all(|line| line.len() <= 64), "{text}");
        assert_eq!(certificate_der(text.into_bytes()).unwrap(), der);
        assert_eq!(certificate_der(der.to_vec()).unwrap(), der);
        assert!(certificate_der(b"-----BEGIN NOTHING".to_vec()).is_err());
    }
}
