//! Who this agent is and whom it trusts, on disk: `agent.key`, `agent.crt`, `master.fingerprint`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::id::HostId;
use common::identity::{
    AgentKey, BACKDATE, CertificateInfo, Fingerprint, IdentityError, certificate_der, inspect, read_private,
    write_private,
};
use common::transport::{ClientIdentity, Pin};
use rustls::pki_types::CertificateDer;

/// The agent's key and certificate.
pub struct Identity {
    key: AgentKey,
    certificate_path: PathBuf,
    certificate: Option<(CertificateDer<'static>, CertificateInfo)>,
    /// When it came from the master, if that was in this process.
    came: Option<Instant>,
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
        let mut identity = Self { key, certificate_path, certificate: None, came: None };
        match std::fs::read(&identity.certificate_path) {
            Ok(bytes) => {
                let der = certificate_der(bytes).map(|der| der.to_vec());
                identity.certificate =
                    identity.own(der.unwrap_or_default()).filter(|(_, info)| is_good(info));
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

    /// How long the certificate needs no renewal, whatever the clock on the wall says: one that has just come from the master is
    /// good for two thirds of its life, also where that clock is far ahead of the master's.
    #[must_use]
    pub fn rest(&self) -> Duration {
        let (Some(came), Some((_, info))) = (self.came, &self.certificate) else { return Duration::ZERO };
        let issued = info.not_before.saturating_add(BACKDATE.as_secs().cast_signed());
        let life = u64::try_from(info.not_after.saturating_sub(issued)).unwrap_or(0);
        Duration::from_secs(life - life / 3).saturating_sub(came.elapsed())
    }

    /// Keeps a certificate from the master. It is for the master to say that it is good.
    ///
    /// # Errors
    /// When it is not for this agent's key, or can't be written.
    pub fn keep(&mut self, der: &[u8]) -> Result<(), IdentityError> {
        let Some(certificate) = self.own(der.to_vec()) else {
            return Err(IdentityError::Certificate(
                "the master's certificate is not for this agent's key".into(),
            ));
        };
        write_private(&self.certificate_path, der)?;
        self.certificate = Some(certificate);
        self.came = Some(Instant::now());
        Ok(())
    }

    /// A certificate that is for this key and names a host.
    fn own(&self, der: Vec<u8>) -> Option<(CertificateDer<'static>, CertificateInfo)> {
        let certificate = CertificateDer::from(der);
        let info = inspect(&certificate)
            .inspect_err(|error| tracing::warn!(%error, "the agent's certificate can't be read"))
            .ok()?;
        if info.id.is_none() || info.fingerprint != self.key.fingerprint() {
            tracing::warn!("the agent's certificate is not for its key");
            return None;
        }
        Some((certificate, info))
    }
}

/// Whether a certificate's time is not over.
fn is_good(info: &CertificateInfo) -> bool {
    let over = info.not_after <= jiff::Timestamp::now().as_second();
    if over {
        tracing::warn!("the time of the agent's certificate is over; asking the master for a new one");
    }
    !over
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
    fn a_certificate_from_the_master_counts_whatever_this_clock_says() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::load_or_create(&folder.path().join("ca")).unwrap();
        let mut agent = Identity::load(folder.path(), folder.path()).unwrap();
        let id: HostId = "fp-1".parse().unwrap();
        let sign = |seconds| {
            let life = Duration::from_secs(seconds);
            authority.sign(agent.key.public_key(), &id, life).unwrap().to_vec()
        };
        let (over, fresh) = (sign(0), sign(90));
        // To a clock that is ahead, each new one is over.
        agent.keep(&over).unwrap();
        assert!(agent.certificate().is_some());
        assert_eq!(agent.rest(), Duration::ZERO);
        agent.keep(&fresh).unwrap();
        assert!((58..=60).contains(&agent.rest().as_secs()), "{:?}", agent.rest());
        // After a start the clock is all there is to go by.
        let again = Identity::load(folder.path(), folder.path()).unwrap();
        assert_eq!((again.certificate().is_some(), again.rest()), (true, Duration::ZERO));
        agent.keep(&over).unwrap();
        assert!(Identity::load(folder.path(), folder.path()).unwrap().certificate().is_none());
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
