//! The ids by which a master tells its connections apart.
//!
//! They can be recognized as its own by the master's next process, which answers them with a reset, and no two are alike. The
//! library's own recognizable ids have 24 bits that differ: with ten thousand connections of some ids each, one in three hundred
//! addresses that prove themselves (QUIC's Retry), or that belong to a connection of before, would meet the id of another
//! connection, and its packets would go there and be dropped without a word.

use std::time::Duration;

use quinn_proto::{ConnectionId, ConnectionIdGenerator, InvalidCid};
use rustls::crypto::SecureRandom;

/// The random part, in bytes.
const RANDOM: usize = 8;

/// The part that follows from it and the key: one in four billion ids of somebody else's passes, and gets a reset in vain.
const SIGNATURE: usize = 4;

/// Makes the ids of one authority's masters.
#[derive(Debug)]
pub(super) struct SignedIds {
    key: [u8; 32],
    random: &'static dyn SecureRandom,
}

impl SignedIds {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key, random: rustls::crypto::ring::default_provider().secure_random }
    }

    fn signature(&self, random: &[u8]) -> [u8; SIGNATURE] {
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(&blake3::keyed_hash(&self.key, random).as_bytes()[..SIGNATURE]);
        signature
    }
}

impl ConnectionIdGenerator for SignedIds {
    fn generate_cid(&mut self) -> ConnectionId {
        let mut id = [0; RANDOM + SIGNATURE];
        if self.random.fill(&mut id[..RANDOM]).is_err() {
            // The system has no randomness to give, so no handshake will succeed; the id need only differ.
            id[..RANDOM].copy_from_slice(&fastrand::u64(..).to_le_bytes());
        }
        let signature = self.signature(&id[..RANDOM]);
        id[RANDOM..].copy_from_slice(&signature);
        ConnectionId::new(&id)
    }

    fn validate(&self, id: &ConnectionId) -> Result<(), InvalidCid> {
        match id.split_at_checked(RANDOM) {
            Some((random, signature)) if self.signature(random) == signature => Ok(()),
            _ => Err(InvalidCid),
        }
    }

    fn cid_len(&self) -> usize {
        RANDOM + SIGNATURE
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_are_alike_and_the_next_process_knows_them() {
        let (mut one, next) = (SignedIds::new([7; 32]), SignedIds::new([7; 32]));
        // With 24 bits, two of 20,000 would be alike with near certainty.
        let ids: Vec<ConnectionId> = (0..20_000).map(|_| one.generate_cid()).collect();
        assert_eq!(ids.iter().map(|id| id.to_vec()).collect::<HashSet<_>>().len(), ids.len());
        for id in &ids[..100] {
            assert_eq!(id.len(), one.cid_len());
            assert!(next.validate(id).is_ok());
            assert!(SignedIds::new([8; 32]).validate(id).is_err());
            assert!(next.validate(&ConnectionId::new(&id[..8])).is_err());
        }
        assert!(next.validate(&ConnectionId::new(&[])).is_err());
    }
}
