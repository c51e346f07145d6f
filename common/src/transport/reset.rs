//! Stateless resets that outlive the master's process.
//!
//! A master that has been restarted knows nothing of its agents' connections. With keys that stay the same it can tell an
//! agent so at the agent's next packet (RFC 9000, section 10.3), within [`super::KEEP_ALIVE`]; without, the agent would
//! find out after [`super::IDLE_TIMEOUT`].

use std::sync::Arc;
use std::time::Duration;

use quinn::EndpointConfig;
use quinn::crypto::{CryptoError, HmacKey};

use super::connection_id::SignedIds;

/// The least time between two resets: none. The library looks at its clock once for all packets that it reads in one go, so with
/// any other time at all a thousand agents that ask in one second would get a hundred answers, and the rest find out by their idle
/// timeout.
const RESET_INTERVAL: Duration = Duration::ZERO;

/// An endpoint's configuration whose resets and connection ids depend on `secret` alone.
pub(super) fn endpoint_config(secret: &[u8; 32]) -> EndpointConfig {
    let mut config =
        EndpointConfig::new(Arc::new(ResetKey(blake3::derive_key("lantern 2026 reset token", secret))));
    let derived = blake3::derive_key("lantern 2026 connection id", secret);
    config.cid_generator(move || Box::new(SignedIds::new(derived)));
    // Ten thousand agents ask within one keep-alive interval. Only ids that this key has made are answered, and never with
    // more bytes than came.
    config.min_reset_interval(RESET_INTERVAL);
    config
}

/// Makes reset tokens: a keyed BLAKE3 hash of the connection id.
struct ResetKey([u8; 32]);

impl HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature: &mut [u8]) {
        signature.copy_from_slice(blake3::keyed_hash(&self.0, data).as_bytes());
    }

    fn signature_len(&self) -> usize {
        blake3::OUT_LEN
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        // `blake3::Hash` compares in constant time.
        let expected = blake3::keyed_hash(&self.0, data);
        if expected == *signature { Ok(()) } else { Err(CryptoError) }
    }
}
