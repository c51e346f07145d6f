//! The master's certificate authority.

use std::path::Path;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SerialNumber, SubjectPublicKeyInfo,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;

use super::{Fingerprint, IdentityError, inspect, read_private, write_private};
use crate::id::HostId;
use crate::transport::SERVER_NAME;

/// How long the authority itself is valid: twenty years. Its key is pinned by fingerprint, so its certificate never renews.
const AUTHORITY_LIFETIME: Duration = Duration::from_secs(20 * 365 * 86400);

/// How far back certificates begin, so that a host whose clock is behind can use them. A certificate was issued this long
/// after its beginning.
pub const BACKDATE: Duration = Duration::from_secs(86400);

/// A key and its certificate, as TLS uses them.
pub struct Issued {
    /// The certificate, then the authority's.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
}

/// The authority that signs agents' certificates and the master's own.
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    fingerprint: Fingerprint,
}

impl Authority {
    /// Loads the authority from `folder` (`ca.key`, `ca.crt`), or makes it there on first use.
    ///
    /// # Errors
    /// When a file can't be read or written, or holds something else. A damaged key is never overwritten.
    pub fn load_or_create(folder: &Path) -> Result<Self, IdentityError> {
        let (key_path, certificate_path) = (folder.join("ca.key"), folder.join("ca.crt"));
        let (key, certificate) = match (read_private(&key_path)?, read_private(&certificate_path)?) {
            (Some(key), Some(certificate)) => (key, certificate),
            // A crash between the two writes leaves the key alone: the certificate is made again from it.
            (Some(key), None) => {
                let certificate = certificate_of(&parse_key(&key_path, &key)?)?;
                write_private(&certificate_path, certificate.as_bytes())?;
                (key, certificate)
            }
            (None, Some(_)) => {
                return Err(IdentityError::Damaged {
                    path: key_path,
                    reason: "the key is missing beside ca.crt".into(),
                });
            }
            (None, None) => {
                let key = KeyPair::generate().map_err(certificate_error)?;
                let certificate = certificate_of(&key)?;
                write_private(&key_path, key.serialize_pem().as_bytes())?;
                write_private(&certificate_path, certificate.as_bytes())?;
                (key.serialize_pem(), certificate)
            }
        };
        let damaged = |reason: String| IdentityError::Damaged { path: certificate_path.clone(), reason };
        let key = parse_key(&key_path, &key)?;
        let der = rustls::pki_types::pem::PemObject::from_pem_slice(certificate.as_bytes());
        let der: CertificateDer<'static> = der.map_err(|error| damaged(format!("{error:?}")))?;
        let fingerprint = inspect(&der)?.fingerprint;
        if fingerprint != Fingerprint::of(&rcgen::PublicKeyData::subject_public_key_info(&key)) {
            return Err(damaged("it belongs to another key than ca.key".into()));
        }
        let issuer =
            Issuer::from_ca_cert_pem(&certificate, key).map_err(|error| damaged(error.to_string()))?;
        Ok(Self { certificate: der, issuer, fingerprint })
    }

    /// What agents pin.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// A secret that stays the same as long as the key does, for the master's stateless resets.
    #[must_use]
    pub fn reset_secret(&self) -> [u8; 32] {
        blake3::derive_key("lantern 2026 secrets of the authority", &self.issuer.key().serialize_der())
    }

    /// The authority's certificate.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// A certificate for an agent's public key (DER `SubjectPublicKeyInfo`) that names `id`, valid for `lifetime` from now.
    ///
    /// # Errors
    /// When the key is of a kind that can't be signed for.
    pub fn sign(
        &self,
        public_key: &[u8],
        id: &HostId,
        lifetime: Duration,
    ) -> Result<CertificateDer<'static>, IdentityError> {
        let public_key = SubjectPublicKeyInfo::from_der(public_key).map_err(certificate_error)?;
        let mut params = leaf(id.as_str(), lifetime, ExtendedKeyUsagePurpose::ClientAuth);
        params.serial_number = Some(SerialNumber::from_slice(&random_serial()));
        let certificate = params.signed_by(&public_key, &self.issuer).map_err(certificate_error)?;
        Ok(certificate.der().clone())
    }

    /// A fresh key and certificate for this master's endpoint. It lives in memory only, until the program ends.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn server(&self) -> Result<Issued, IdentityError> {
        let key = KeyPair::generate().map_err(certificate_error)?;
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()]).map_err(certificate_error)?;
        let common = leaf(SERVER_NAME, AUTHORITY_LIFETIME / 2, ExtendedKeyUsagePurpose::ServerAuth);
        params.distinguished_name = common.distinguished_name;
        params.not_before = common.not_before;
        params.not_after = common.not_after;
        params.extended_key_usages = common.extended_key_usages;
        params.serial_number = Some(SerialNumber::from_slice(&random_serial()));
        let certificate = params.signed_by(&key, &self.issuer).map_err(certificate_error)?;
        Ok(Issued {
            chain: vec![certificate.der().clone(), self.certificate.clone()],
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        })
    }
}

fn certificate_of(key: &KeyPair) -> Result<String, IdentityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name("Lantern master");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - BACKDATE;
    params.not_after = OffsetDateTime::now_utc() + AUTHORITY_LIFETIME;
    Ok(params.self_signed(key).map_err(certificate_error)?.pem())
}

/// What a certificate that signs nothing has.
pub(super) fn leaf(
    common_name: &str,
    lifetime: Duration,
    usage: ExtendedKeyUsagePurpose,
) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.extended_key_usages = vec![usage];
    params.not_before = OffsetDateTime::now_utc() - BACKDATE;
    params.not_after = OffsetDateTime::now_utc() + lifetime;
    params
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// A positive serial number of 128 random bits, as RFC 5280 wants it unique.
fn random_serial() -> [u8; 16] {
    let mut serial = fastrand::u128(..).to_be_bytes();
    serial[0] &= 0x7f;
    serial
}

fn parse_key(path: &Path, pem: &str) -> Result<KeyPair, IdentityError> {
    KeyPair::from_pem(pem)
        .map_err(|error| IdentityError::Damaged { path: path.into(), reason: error.to_string() })
}

pub(super) fn certificate_error(error: rcgen::Error) -> IdentityError {
    IdentityError::Certificate(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::AgentKey;

    #[test]
    fn stays_the_same_over_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::load_or_create(folder.path()).unwrap().fingerprint();
        assert_eq!(Authority::load_or_create(folder.path()).unwrap().fingerprint(), first);
        std::fs::remove_file(folder.path().join("ca.crt")).unwrap();
        assert_eq!(Authority::load_or_create(folder.path()).unwrap().fingerprint(), first);
    }

    #[test]
    fn a_damaged_key_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        Authority::load_or_create(folder.path()).unwrap();
        std::fs::write(folder.path().join("ca.key"), "garbage").unwrap();
        assert!(matches!(Authority::load_or_create(folder.path()), Err(IdentityError::Damaged { .. })));
        assert_eq!(std::fs::read_to_string(folder.path().join("ca.key")).unwrap(), "garbage");
    }

    #[test]
    fn certificates_name_the_host() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::load_or_create(&folder.path().join("ca")).unwrap();
        let agent = AgentKey::load_or_create(&folder.path().join("agent.key")).unwrap();
        let id: HostId = "fp_nyc-1.example".parse().unwrap();
        let certificate = authority.sign(agent.public_key(), &id, Duration::from_secs(3600)).unwrap();
        let info = inspect(&certificate).unwrap();
        assert_eq!(info.id, Some(id));
        assert_eq!(info.fingerprint, agent.fingerprint());
        let left = info.not_after - jiff::Timestamp::now().as_second();
        assert!((3590..=3600).contains(&left), "{left}");
    }
}
