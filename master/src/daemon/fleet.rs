//! The hosts that are known, the connections they have, and the agents that wait at the door.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::id::HostId;
use common::identity::Fingerprint;
use common::message::Instance;
use common::transport::close;
use tokio::sync::mpsc;

use super::intake::Turn;
use crate::database::HostRow;
use crate::grains::Grains;

/// What is known of a host.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) version: String,
    pub(super) address: String,
    pub(super) last_seen: i64,
    pub(super) grains: Grains,
}

/// A host's connection.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) connection: quinn::Connection,
    pub(super) fingerprint: Fingerprint,
    /// Which running copy of the host is at the other end.
    instance: Option<Instance>,
    pub(super) turn: Turn,
    number: u64,
}

/// A connection that wants to be its host's.
pub(super) struct Claim {
    pub(super) connection: quinn::Connection,
    pub(super) fingerprint: Fingerprint,
    pub(super) instance: Option<Instance>,
    pub(super) turn: Turn,
}

/// Another machine that has shown the identity of a host that is connected.
#[derive(Clone, Debug)]
pub(super) struct Double {
    /// Where it came from last.
    pub(super) address: String,
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
}

/// An agent that was refused since it speaks another protocol.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// Why, in words.
    pub(super) reason: String,
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
}

impl Link {
    /// Whether another machine is at the other end than the one of this instance. Agents that do not tell are taken at their
    /// word.
    fn is_rival(&self, instance: Option<Instance>) -> bool {
        matches!((self.instance, instance), (Some(one), Some(other)) if one != other)
            && self.connection.close_reason().is_none()
    }
}

/// How long it is remembered that another machine, or an agent of another protocol, has shown a host's identity: an hour, in
/// milliseconds. It knocks every few minutes.
const DOUBLE_FORGOTTEN: i64 = 3_600_000;

/// What the operator has decided about an agent that waits.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    /// It gets a certificate.
    Accepted,
    /// It is sent away.
    Refused(String),
}

/// Hosts and connections.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    known: HashMap<HostId, Known>,
    links: HashMap<HostId, Link>,
    waiting: HashMap<(HostId, Fingerprint), mpsc::Sender<Decision>>,
    doubles: HashMap<HostId, Double>,
    foreign: HashMap<HostId, Foreign>,
    numbers: u64,
}

impl Fleet {
    pub(super) fn new(rows: Vec<HostRow>) -> Self {
        let known = rows.into_iter().map(|row| {
            let known = Known {
                version: row.version,
                address: row.address,
                last_seen: row.last_seen,
                grains: row.grains,
            };
            (row.id, known)
        });
        Self { inner: Mutex::new(Inner { known: known.collect(), ..Inner::default() }) }
    }

    /// Takes a host's new connection; an older one of the same machine is closed. Returns the number to give back to
    /// [`Fleet::disconnect`].
    ///
    /// # Errors
    /// The connection that another machine has under this id.
    pub(super) fn connect(&self, id: &HostId, claim: Claim) -> Result<u64, Link> {
        let mut inner = self.lock();
        if let Some(other) = inner.links.get(id).filter(|link| link.is_rival(claim.instance)) {
            return Err(other.clone());
        }
        inner.numbers += 1;
        let number = inner.numbers;
        let Claim { connection, fingerprint, instance, turn } = claim;
        let link = Link { connection, fingerprint, instance, turn, number };
        inner.foreign.remove(id);
        if let Some(old) = inner.links.insert(id.clone(), link) {
            old.connection.close(close::REPLACED.into(), b"the same host has connected anew");
        }
        Ok(number)
    }

    /// The connection that another machine has under this id.
    pub(super) fn rival(&self, id: &HostId, instance: Option<Instance>) -> Option<Link> {
        self.lock().links.get(id).filter(|link| link.is_rival(instance)).cloned()
    }

    /// Notes that another machine has shown the identity of a host. Whether the last time is long ago.
    pub(super) fn note_double(&self, id: &HostId, double: Double) -> bool {
        let at = double.at;
        let before = self.lock().doubles.insert(id.clone(), double);
        before.is_none_or(|before| at - before.at > DOUBLE_FORGOTTEN)
    }

    /// Notes that a host's agent was refused since it speaks another protocol.
    pub(super) fn note_foreign(&self, id: &HostId, foreign: Foreign) {
        self.lock().foreign.insert(id.clone(), foreign);
    }

    /// Why a host's agent was refused, if it was lately and has not been let in since.
    pub(super) fn foreign(&self, id: &HostId, now: i64) -> Option<String> {
        let inner = self.lock();
        let foreign = inner.foreign.get(id).filter(|foreign| now - foreign.at <= DOUBLE_FORGOTTEN)?;
        Some(foreign.reason.clone())
    }

    /// The other machine that shows a host's identity, if there was one lately.
    pub(super) fn double(&self, id: &HostId, now: i64) -> Option<Double> {
        self.lock().doubles.get(id).filter(|double| now - double.at <= DOUBLE_FORGOTTEN).cloned()
    }

    /// Closes the connection of a host that is out of service, and forgets it.
    pub(super) fn retire(&self, id: &HostId, reason: &str) {
        let (link, waiting) = {
            let mut inner = self.lock();
            inner.known.remove(id);
            inner.doubles.remove(id);
            inner.foreign.remove(id);
            let waits: Vec<_> = inner.waiting.keys().filter(|(of, _)| of == id).cloned().collect();
            let waiting: Vec<_> = waits.iter().filter_map(|key| inner.waiting.remove(key)).collect();
            (inner.links.get(id).cloned(), waiting)
        };
        if let Some(link) = link {
            link.connection.close(close::KEY_REVOKED.into(), reason.as_bytes());
        }
        for sender in waiting {
            let _ = sender.try_send(Decision::Refused(reason.into()));
        }
    }

    /// The hosts that are connected.
    pub(super) fn present(&self) -> Vec<HostId> {
        self.lock().links.keys().cloned().collect()
    }

    /// Forgets a connection. Whether it was the host's last.
    pub(super) fn disconnect(&self, id: &HostId, number: u64, now: i64) -> bool {
        let mut inner = self.lock();
        if let Some(known) = inner.known.get_mut(id) {
            known.last_seen = now;
        }
        let current = inner.links.get(id).is_some_and(|link| link.number == number);
        if current {
            inner.links.remove(id);
        }
        current
    }

    /// Closes a host's connection if it was made with this key.
    pub(super) fn cut(&self, id: &HostId, fingerprint: Fingerprint, reason: &str) {
        let link = self.lock().links.get(id).filter(|link| link.fingerprint == fingerprint).cloned();
        if let Some(link) = link {
            link.connection.close(close::KEY_REVOKED.into(), reason.as_bytes());
        }
    }

    /// A host's connection.
    pub(super) fn link(&self, id: &HostId) -> Option<Link> {
        self.lock().links.get(id).cloned()
    }

    /// How many hosts are connected.
    pub(super) fn connected(&self) -> usize {
        self.lock().links.len()
    }

    /// Notes what a host says of itself. Whether its grains, its release or its IP address are other than before. The port is
    /// another one with every connection, and is no news.
    pub(super) fn learn(&self, id: &HostId, known: Known) -> bool {
        let mut inner = self.lock();
        let old = inner.known.get(id);
        let news = old.is_none_or(|old| {
            old.grains != known.grains
                || old.version != known.version
                || without_port(&old.address) != without_port(&known.address)
        });
        inner.known.insert(id.clone(), known);
        news
    }

    /// What is known of a host.
    pub(super) fn known(&self, id: &HostId) -> Option<Known> {
        self.lock().known.get(id).cloned()
    }

    /// What is known of some hosts, at one look.
    pub(super) fn known_of(&self, ids: &[HostId]) -> Vec<(Option<Known>, bool)> {
        let inner = self.lock();
        ids.iter().map(|id| (inner.known.get(id).cloned(), inner.links.contains_key(id))).collect()
    }

    /// Forgets a host whose last key is gone.
    pub(super) fn forget(&self, id: &HostId) {
        self.lock().known.remove(id);
    }

    /// An agent waits for a decision on its key. One that waited with the same key before is told nothing more.
    pub(super) fn wait(&self, id: &HostId, fingerprint: Fingerprint) -> mpsc::Receiver<Decision> {
        let (sender, receiver) = mpsc::channel(1);
        self.lock().waiting.insert((id.clone(), fingerprint), sender);
        receiver
    }

    /// An agent that waited has gone.
    pub(super) fn gone(&self, id: &HostId, fingerprint: Fingerprint) {
        let mut inner = self.lock();
        let key = (id.clone(), fingerprint);
        if inner.waiting.get(&key).is_some_and(mpsc::Sender::is_closed) {
            inner.waiting.remove(&key);
        }
    }

    /// Tells an agent that waits.
    pub(super) fn decide(&self, id: &HostId, fingerprint: Fingerprint, decision: Decision) {
        if let Some(sender) = self.lock().waiting.remove(&(id.clone(), fingerprint)) {
            let _ = sender.try_send(decision);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_port(address: &str) -> &str {
    address.rsplit_once(':').map_or(address, |(ip, _)| ip)
}

#[cfg(test)]
mod tests {
    use common::value::{Map, map};

    use super::*;

    #[test]
    fn another_port_is_no_news() {
        let (fleet, id) = (Fleet::default(), "fp-1".parse().unwrap());
        let learn = |address: &str, version: &str, grains: Map| {
            let (address, version) = (address.to_owned(), version.to_owned());
            fleet.learn(&id, Known { version, address, last_seen: 1, grains: grains.into() })
        };
        assert!(learn("10.0.0.1:4000", "1", Map::new()));
        assert!(!learn("10.0.0.1:4001", "1", Map::new()));
        assert_eq!(fleet.known(&id).unwrap().address, "10.0.0.1:4001", "it is known all the same");
        assert!(learn("10.0.0.2:4001", "1", Map::new()));
        assert!(learn("[::1]:4001", "1", Map::new()));
        assert!(!learn("[::1]:4002", "1", Map::new()));
        assert!(learn("[::1]:4002", "2", Map::new()));
        assert!(learn("[::1]:4002", "2", map([("os", "Debian".into())])));
    }
}
