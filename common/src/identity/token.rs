//! Join tokens: what lets a new host in without an operator, and what tells it whom to trust.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Fingerprint, IdentityError};

/// What a join token begins with: its kind and its version.
const PREFIX: &str = "lantern1";

/// The secret of a join token: 128 random bits, so that nobody can try them through. It is never shown but as part of its
/// [`JoinToken`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenSecret(serde_bytes::ByteArray<16>);

/// What a master keeps of a token: the SHA-256 of its secret. With 128 random bits under it, it needs neither salt nor work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenHash([u8; 32]);

/// What an operator hands to new hosts: `lantern1-SECRET-FINGERPRINT`, both in hexadecimal digits. The fingerprint is that of
/// the master's authority, so that a host trusts the right master from the first packet on.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinToken {
    /// What lets the host in.
    pub secret: TokenSecret,
    /// The authority of the master that made it.
    pub master: Fingerprint,
}

/// A text that is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no join token: {0}. It has the form {PREFIX}-SECRET-FINGERPRINT on one line, as `master keys token` prints it"
)]
pub struct TokenError(&'static str);

impl TokenSecret {
    /// A new one, from the system's randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn generate() -> Result<Self, IdentityError> {
        let mut bytes = [0; 16];
        let provider = rustls::crypto::ring::default_provider();
        let no_randomness = |_| IdentityError::Certificate("the system has no randomness".into());
        provider.secure_random.fill(&mut bytes).map_err(no_randomness)?;
        Ok(Self(serde_bytes::ByteArray::new(bytes)))
    }

    /// What the master keeps.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_slice()).into())
    }
}

impl TokenHash {
    /// The first digits, by which people name a token.
    #[must_use]
    pub fn short(&self) -> String {
        hex(&self.0[..4])
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSecret({}…)", self.hash().short())
    }
}

impl fmt::Debug for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinToken").field("secret", &self.secret).field("master", &self.master).finish()
    }
}

impl fmt::Display for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}-{}-{}", hex(self.secret.0.as_slice()), hex(self.master.as_bytes()))
    }
}

impl FromStr for JoinToken {
    type Err = TokenError;
    fn from_str(text: &str) -> Result<Self, TokenError> {
        let mut parts = text.trim().split('-');
        if parts.next() != Some(PREFIX) {
            return Err(TokenError("it does not begin as one"));
        }
        let (Some(secret), Some(master), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(TokenError("it has not three parts"));
        };
        let secret = bytes::<16>(secret).ok_or(TokenError("its secret has not 32 hexadecimal digits"))?;
        let master =
            bytes::<32>(master).ok_or(TokenError("its fingerprint has not 64 hexadecimal digits"))?;
        Ok(Self {
            secret: TokenSecret(serde_bytes::ByteArray::new(secret)),
            master: Fingerprint::from_bytes(master),
        })
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

impl FromStr for TokenHash {
    type Err = TokenError;
    fn from_str(text: &str) -> Result<Self, TokenError> {
        bytes(text).map(Self).ok_or(TokenError("its hash has not 64 hexadecimal digits"))
    }
}

impl TryFrom<String> for TokenHash {
    type Error = TokenError;
    fn try_from(text: String) -> Result<Self, TokenError> {
        text.parse()
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hash.to_string()
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        let token =
            JoinToken { secret: TokenSecret::generate().unwrap(), master: Fingerprint::of(b"authority") };
        assert_eq!(format!(" {token}\n").parse(), Ok(token.clone()));
        assert_eq!(token.secret.hash().to_string().parse(), Ok(token.secret.hash()));
        assert_ne!(TokenSecret::generate().unwrap(), token.secret);
        let shown = format!("{token:?}");
        assert!(!shown.contains(&hex(token.secret.0.as_slice())), "{shown}");
    }

    #[test]
    fn what_is_no_token_says_why() {
        let good = JoinToken { secret: TokenSecret::generate().unwrap(), master: Fingerprint::of(b"a") };
        let good = good.to_string();
        for (bad, words) in [
            (String::new(), "does not begin"),
            ("aa:bb".into(), "does not begin"),
            ("lantern1-00".into(), "three parts"),
            (format!("{good}-"), "three parts"),
            (good[..good.len() - 1].to_owned(), "fingerprint has not"),
            (good.replacen("lantern1-", "lantern1-é", 1), "secret has not"),
            (good.replacen("lantern1-", "lantern1-+", 1), "secret has not"),
        ] {
            let error = bad.parse::<JoinToken>().unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("master keys token"), "{bad}: {error}");
        }
    }
}
