//! Who is who: the master's authority (CA), certificates, keys and their fingerprints.

mod authority;
mod files;
mod fingerprint;
mod keys;
mod token;

pub use authority::{Authority, BACKDATE, Issued};
pub use files::{read_private, write_private};
pub use fingerprint::Fingerprint;
pub use keys::{AgentKey, CertificateInfo, certificate_der, certificate_pem, inspect};
pub use token::{JoinToken, TokenError, TokenHash, TokenSecret};

use std::path::PathBuf;

/// Why an identity can't be had.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds no key or certificate.
    #[error("{path} holds no usable key or certificate: {reason}; restore it, or move it away to have a new one made", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        reason: String,
    },
    /// A certificate can't be made or read.
    #[error("certificate: {0}")]
    Certificate(String),
}
