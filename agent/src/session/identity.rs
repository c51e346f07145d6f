//! Who this agent is and whom it trusts, on disk: `agent.key`, `agent.crt`, `master.fingerprint`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::id::HostId;
use common::identity::{
    AgentKey, CertificateInfo, Fingerprint, IdentityError, certificate_der, inspect, read_private,
    write_private,
};
use common::transport::{ClientIdentity, Pin};
use rustls::pki_types::CertificateDer;

/// The agent's key and certificate.
pub struct Identity {
    key: AgentKey,
    certificate_path: PathBuf,
    certificate: Option<(CertificateDer<'static>, CertificateInfo)>,
}

/// Whom the agent takes for its master.
pub struct Trust {
    path: PathBuf,
    pin: Arc<Pin>,
    /// Whether the operator gave the fingerprint, rather than the first connection.
    configured: bool,
}

impl Identity {
    /// Loads the key from the agent's folder, or makes it on first use, and the certificate from the master's, if the agent has
    /// been accepted there.
    ///
    /// # Errors
    /// When a file can't be read or written, or holds something else.
    pub fn load(state_dir: &Path, folder: &Path) -> Result<Self, IdentityError> {
        let key = AgentKey::load_or_create(&state_dir.join("agent.key"))?;
        let certificate_path = folder.join("agent.crt");
        let mut identity = Self { key, certificate_path, certificate: None };
        match std::fs::read(&identity.certificate_path) {
            Ok(bytes) => {
                let der = certificate_der(bytes).map(|der| der.to_vec());
                identity.certificate = identity.check(der.unwrap_or_default());
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(IdentityError::Io { path: identity.certificate_path, source }),
        }
        Ok(identity)
    }

    /// What the operator compares.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }

    /// What the certificate says, if there is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&CertificateInfo> {
        self.certificate.as_ref().map(|(_, info)| info)
    }

    /// What to show to the master: the certificate it has issued, else one that only proves the key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn client(&self, id: &HostId) -> Result<ClientIdentity, IdentityError> {
        let certificate = match &self.certificate {
            Some((certificate, _)) => certificate.clone(),
            None => self.key.self_signed(id)?,
        };
        Ok(ClientIdentity { certificate, key: self.key.private_key() })
    }

    /// Keeps a certificate from the master.
    ///
    /// # Errors
    /// When it is not for this agent's key, or can't be written.
    pub fn keep(&mut self, der: &[u8]) -> Result<(), IdentityError> {
        let Some(certificate) = self.check(der.to_vec()) else {
            return Err(IdentityError::Certificate(
                "the master's certificate is not for this agent's key".into(),
            ));
        };
        write_private(&self.certificate_path, der)?;
        self.certificate = Some(certificate);
        Ok(())
    }

    /// A certificate that is for this key, names a host, and whose time is not over.
    fn check(&self, der: Vec<u8>) -> Option<(CertificateDer<'static>, CertificateInfo)> {
        let certificate = CertificateDer::from(der);
        let info = inspect(&certificate)
            .inspect_err(|error| tracing::warn!(%error, "the agent's certificate can't be read"))
            .ok()?;
        let over = info.not_after <= jiff::Timestamp::now().as_second();
        if over || info.id.is_none() || info.fingerprint != self.key.fingerprint() {
            tracing::warn!(over, "the agent's certificate is of no use; asking the master for a new one");
            return None;
        }
        Some((certificate, info))
    }
}

impl Trust {
    /// The fingerprint that the operator gave, else the one of the first connection, else none yet.
    ///
    /// # Errors
    /// When the file can't be read or holds something else.
    pub fn load(folder: &Path, configured: Option<Fingerprint>) -> Result<Self, IdentityError> {
        let path = folder.join("master.fingerprint");
        let expected = match configured {
            Some(fingerprint) => Some(fingerprint),
            None => match read_private(&path)? {
                Some(text) => Some(text.parse().map_err(|error| IdentityError::Damaged {
                    path: path.clone(),
                    reason: format!("{error}"),
                })?),
                None => None,
            },
        };
        Ok(Self { path, pin: Arc::new(Pin::new(expected)), configured: configured.is_some() })
    }

    /// Trusts this master from now on, because the operator has said so.
    ///
    /// # Errors
    /// When that can't be written.
    pub fn pin_to(folder: &Path, master: Fingerprint) -> Result<(), IdentityError> {
        write_private(&folder.join("master.fingerprint"), format!("{master}\n").as_bytes())
    }

    /// For the TLS verifier.
    #[must_use]
    pub fn pin(&self) -> &Arc<Pin> {
        &self.pin
    }

    /// After a first connection: trusts this master from now on.
    ///
    /// # Errors
    /// When that can't be written.
    pub fn pin_first(&mut self) -> Result<(), IdentityError> {
        let (None, Some(seen)) = (self.pin.expected(), self.pin.seen()) else { return Ok(()) };
        debug_assert!(!self.configured);
        write_private(&self.path, format!("{seen}\n").as_bytes())?;
        tracing::warn!(
            fingerprint = %seen,
            "this master is trusted from now on, because it was the first to answer. Compare the fingerprint with what \
             `master keys show` prints on the master, or set master_fingerprint beforehand"
        );
        self.pin = Arc::new(Pin::new(Some(seen)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use common::identity::Authority;

    use super::*;

    #[test]
    fn keeps_only_certificates_for_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::load_or_create(&folder.path().join("ca")).unwrap();
        let mut agent = Identity::load(&folder.path().join("a"), &folder.path().join("a")).unwrap();
        let other = Identity::load(&folder.path().join("b"), &folder.path().join("b")).unwrap();
        let id: HostId = "fp-1".parse().unwrap();
        let sign = |identity: &Identity, hours: u64| {
            let time = Duration::from_secs(hours * 3600);
            authority.sign(identity.key.public_key(), &id, time).unwrap().to_vec()
        };
        assert!(agent.keep(&sign(&other, 1)).is_err());
        assert!(agent.keep(b"junk").is_err());
        assert!(agent.certificate().is_none());
        agent.keep(&sign(&agent, 1)).unwrap();
        let again = Identity::load(&folder.path().join("a"), &folder.path().join("a")).unwrap();
        assert_eq!(again.certificate().unwrap().id, Some(id.clone()));
        assert_eq!(again.fingerprint(), agent.fingerprint());
    }

    #[test]
    fn a_configured_fingerprint_counts_before_a_learnt_one() {
        let folder = tempfile::tempdir().unwrap();
        let (learnt, given) = (Fingerprint::of(b"learnt"), Fingerprint::of(b"given"));
        assert_eq!(Trust::load(folder.path(), None).unwrap().pin().expected(), None);
        std::fs::write(folder.path().join("master.fingerprint"), format!("{learnt}\n")).unwrap();
        assert_eq!(Trust::load(folder.path(), None).unwrap().pin().expected(), Some(learnt));
        assert_eq!(Trust::load(folder.path(), Some(given)).unwrap().pin().expected(), Some(given));
        std::fs::write(folder.path().join("master.fingerprint"), "junk").unwrap();
        assert!(Trust::load(folder.path(), None).is_err());
    }
}
