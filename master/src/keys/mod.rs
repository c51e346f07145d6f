//! The keys of agents: who may come in.
//!
//! Decisions are made here, in memory and without I/O; the daemon writes them down and carries them out.

mod key;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use common::id::HostId;
use common::identity::{Fingerprint, TokenHash};
use common::target::fnmatch;
use common::transport::Peer;

pub use key::{Key, KeyState};

use crate::tokens::{Token, Tokens};

/// How many keys may wait for a decision, with those that were denied: more are turned away until some are decided.
pub const UNDECIDED_LIMIT: usize = 10_000;

/// All keys.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: HashMap<HostId, Vec<Key>>,
    undecided: usize,
    /// What lets hosts in without an operator.
    pub tokens: Tokens,
}

/// What is to become of an agent that knocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its certificate holds and its key is accepted.
    Welcome,
    /// Its key is accepted, and it needs a certificate.
    Issue,
    /// Its key waits for a decision.
    Wait,
    /// It may not come in.
    Refuse {
        /// Why, in words for the agent's log.
        reason: String,
        /// Whether asking again can help.
        retry: bool,
    },
}

/// An agent that knocks.
#[derive(Clone, Debug)]
pub struct Knock<'a> {
    /// Who it is, as far as TLS knows.
    pub peer: &'a Peer,
    /// The id it asks for.
    pub asked: &'a HostId,
    /// Where it comes from.
    pub address: String,
    /// The join token that it shows.
    pub token: Option<TokenHash>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What was decided on an agent that knocks, and what is to be written down of it.
#[derive(Clone, Debug)]
pub struct Admission {
    /// What becomes of the agent.
    pub verdict: Verdict,
    /// Its key, where it is new or has changed.
    pub key: Option<Key>,
    /// The join token that has let it in. The agent may be told when this is on the disk.
    pub token: Option<Token>,
}

impl Admission {
    fn of(verdict: Verdict, key: Option<Key>) -> Self {
        Self { verdict, key, token: None }
    }
}

impl Keyring {
    /// A keyring of keys and tokens as the database has them.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = Key>, tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut ring = Self { tokens: Tokens::new(tokens), ..Self::default() };
        for key in keys {
            ring.insert(key);
        }
        ring
    }

    /// Decides on an agent that knocks.
    pub fn admit(&mut self, knock: &Knock<'_>, auto_accept: bool) -> Admission {
        let (id, fingerprint, public_key, enrolled) = match knock.peer {
            Peer::Enrolled { id, fingerprint, public_key, .. } => (id, *fingerprint, public_key, true),
            Peer::Unknown { fingerprint, public_key } => (knock.asked, *fingerprint, public_key, false),
        };
        // A key that was decided on stands, and needs no token.
        let decided = |key: &Key| matches!(key.state, KeyState::Accepted | KeyState::Rejected);
        if let (Some(hash), false) = (knock.token, enrolled)
            && !self.find_mut(id, fingerprint).is_some_and(|key| decided(key))
        {
            return self.join(id, public_key, hash, knock);
        }
        if let Some(key) = self.find_mut(id, fingerprint) {
            key.address.clone_from(&knock.address);
            key.last_seen = knock.now;
            return Admission::of(verdict(key, enrolled), Some(key.clone()));
        }
        if enrolled {
            let reason = format!(
                "the key of {id} was deleted on the master; remove the agent's certificate to enrol anew"
            );
            return Admission::of(Verdict::Refuse { reason, retry: false }, None);
        }
        let contested = self.keys.contains_key(id);
        if self.undecided >= UNDECIDED_LIMIT && (contested || !auto_accept) {
            let reason = "too many keys wait for a decision on the master".into();
            return Admission::of(Verdict::Refuse { reason, retry: true }, None);
        }
        let state = match (contested, auto_accept) {
            (true, _) => KeyState::Denied,
            (false, true) => KeyState::Accepted,
            (false, false) => KeyState::Pending,
        };
        let key = Key {
            id: id.clone(),
            fingerprint,
            public_key: public_key.clone(),
            state,
            address: knock.address.clone(),
            first_seen: knock.now,
            last_seen: knock.now,
        };
        self.insert(key.clone());
        Admission::of(verdict(&key, false), Some(key))
    }

    /// Lets a key in by a token, unless another key has its id.
    fn join(&mut self, id: &HostId, public_key: &[u8], hash: TokenHash, knock: &Knock<'_>) -> Admission {
        let refuse = |reason: String| Admission::of(Verdict::Refuse { reason, retry: false }, None);
        let fingerprint = Fingerprint::of(public_key);
        if self.keys.get(id).into_iter().flatten().any(|key| key.fingerprint != fingerprint) {
            return refuse(contested(id));
        }
        let token = match self.tokens.take(hash, id, knock.now) {
            Ok(token) => token,
            Err(fault) => return refuse(fault.to_string()),
        };
        let known = self.keys.remove(id).into_iter().flatten().next();
        let key = Key {
            id: id.clone(),
            fingerprint,
            public_key: public_key.into(),
            state: KeyState::Accepted,
            address: knock.address.clone(),
            first_seen: known.map_or(knock.now, |key| key.first_seen),
            last_seen: knock.now,
        };
        self.insert(key.clone());
        self.count();
        Admission { verdict: Verdict::Issue, key: Some(key), token: Some(token) }
    }

    /// Takes back that a token has let a key in, which could not be written down.
    pub fn unjoin(&mut self, key: &Key, token: TokenHash) {
        self.tokens.give_back(token);
        self.forget(key);
    }

    /// Takes a key in that the operator has made for a host.
    ///
    /// # Errors
    /// When the id has a key already.
    pub fn pre_accept(&mut self, id: &HostId, public_key: &[u8], now: i64) -> Result<Key, String> {
        if let Some(known) = self.keys.get(id).and_then(|keys| keys.first()) {
            return Err(format!(
                "{id} has a key already, which is {}: `master hosts retire {id}` puts that host out first",
                known.state.name()
            ));
        }
        let key = Key {
            id: id.clone(),
            fingerprint: Fingerprint::of(public_key),
            public_key: public_key.into(),
            state: KeyState::Accepted,
            address: String::new(),
            first_seen: now,
            last_seen: 0,
        };
        self.insert(key.clone());
        Ok(key)
    }

    /// Whether this key may work under this id.
    #[must_use]
    pub fn is_accepted(&self, id: &HostId, fingerprint: Fingerprint) -> bool {
        self.keys
            .get(id)
            .into_iter()
            .flatten()
            .any(|key| key.fingerprint == fingerprint && key.state == KeyState::Accepted)
    }

    /// Accepts the pending keys that a glob matches; an id that is written out also takes a rejected or denied key, when
    /// no other key is accepted under it and the choice is clear. Returns those that have changed.
    pub fn accept(&mut self, pattern: &str) -> Vec<Key> {
        let mut changed = Vec::new();
        for (id, keys) in self.keys.iter_mut().filter(|(id, _)| fnmatch(id.as_str(), pattern)) {
            if keys.iter().any(|key| key.state == KeyState::Accepted) {
                continue;
            }
            let named = id.as_str() == pattern && keys.len() == 1;
            let chosen = keys.iter_mut().find(|key| key.state == KeyState::Pending || named);
            if let Some(key) = chosen {
                key.state = KeyState::Accepted;
                changed.push(key.clone());
            }
        }
        self.count();
        sorted(changed)
    }

    /// Rejects every key that a glob matches. Returns those that have changed.
    pub fn reject(&mut self, pattern: &str) -> Vec<Key> {
        let mut changed = Vec::new();
        for key in self.keys.values_mut().flatten() {
            if fnmatch(key.id.as_str(), pattern) && key.state != KeyState::Rejected {
                key.state = KeyState::Rejected;
                changed.push(key.clone());
            }
        }
        self.count();
        sorted(changed)
    }

    /// Deletes every key that a glob matches. Returns them.
    pub fn delete(&mut self, pattern: &str) -> Vec<Key> {
        let mut gone = Vec::new();
        self.keys.retain(|id, keys| {
            if fnmatch(id.as_str(), pattern) {
                gone.append(keys);
            }
            !keys.is_empty()
        });
        self.count();
        sorted(gone)
    }

    /// Deletes every key of an id. Returns them.
    pub fn delete_id(&mut self, id: &HostId) -> Vec<Key> {
        let gone = self.keys.remove(id).unwrap_or_default();
        self.count();
        gone
    }

    /// Forgets a key that could not be written down.
    pub fn forget(&mut self, key: &Key) {
        if let Some(keys) = self.keys.get_mut(&key.id) {
            keys.retain(|known| known.fingerprint != key.fingerprint);
            if keys.is_empty() {
                self.keys.remove(&key.id);
            }
        }
        self.count();
    }

    /// Takes a decision back that could not be written down: these keys are again as they were.
    pub fn restore(&mut self, keys: Vec<Key>) {
        for key in keys {
            let of_id = self.keys.entry(key.id.clone()).or_default();
            of_id.retain(|known| known.fingerprint != key.fingerprint);
            of_id.push(key);
        }
        self.count();
    }

    /// The keys that a glob matches, by id.
    #[must_use]
    pub fn list(&self, pattern: &str) -> Vec<Key> {
        let matching = self.keys.values().flatten().filter(|key| fnmatch(key.id.as_str(), pattern));
        sorted(matching.cloned().collect())
    }

    /// The hosts with an accepted key, by id.
    #[must_use]
    pub fn accepted(&self) -> Vec<HostId> {
        let accepted = |(id, keys): (&HostId, &Vec<Key>)| {
            keys.iter().any(|key| key.state == KeyState::Accepted).then(|| id.clone())
        };
        let mut ids: Vec<_> = self.keys.iter().filter_map(accepted).collect();
        ids.sort();
        ids
    }

    fn find_mut(&mut self, id: &HostId, fingerprint: Fingerprint) -> Option<&mut Key> {
        self.keys.get_mut(id)?.iter_mut().find(|key| key.fingerprint == fingerprint)
    }

    fn insert(&mut self, key: Key) {
        self.undecided += usize::from(is_undecided(&key));
        self.keys.entry(key.id.clone()).or_default().push(key);
    }

    fn count(&mut self) {
        self.undecided = self.keys.values().flatten().filter(|key| is_undecided(key)).count();
    }
}

fn is_undecided(key: &Key) -> bool {
    matches!(key.state, KeyState::Pending | KeyState::Denied)
}

fn verdict(key: &Key, enrolled: bool) -> Verdict {
    let refuse = |reason: String, retry: bool| Verdict::Refuse { reason, retry };
    match key.state {
        KeyState::Accepted if enrolled => Verdict::Welcome,
        KeyState::Accepted => Verdict::Issue,
        KeyState::Pending => Verdict::Wait,
        KeyState::Rejected => refuse(format!("the key of {} was rejected on the master", key.id), false),
        KeyState::Denied => refuse(contested(&key.id), true),
    }
}

fn contested(id: &HostId) -> String {
    format!(
        "the master knows another key with the id {id}: `master hosts retire {id}` there if this host has replaced it"
    )
}

fn sorted(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_by(|left, right| (&left.id, left.first_seen).cmp(&(&right.id, right.first_seen)));
    keys
}
