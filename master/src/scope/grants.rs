//! Which scopes each host has been offered.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::id::HostId;
use common::store::Hash;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Scope;

/// How many scopes of a host stay open: of its jobs under way, and of those it has just ended.
const LIMIT: usize = 16;

/// How long a host that asks for what it was not offered is kept waiting after a restart, in which the jobs that were under way
/// offer it again. Less than an agent waits for an answer.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 40 });

/// The scopes that hosts have been offered, by host. They are not written down: whoever needs one is sent its task again.
pub(crate) struct Grants {
    of: Mutex<HashMap<HostId, VecDeque<Arc<Scope>>>>,
    changed: Notify,
    begun: Instant,
    /// Whether an earlier process has left jobs under way.
    resuming: AtomicBool,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            of: Mutex::default(),
            changed: Notify::new(),
            begun: Instant::now(),
            resuming: AtomicBool::new(false),
        }
    }
}

impl Grants {
    /// An earlier process has left jobs under way, which will offer again what it has offered.
    pub(crate) fn resuming(&self) {
        self.resuming.store(true, Ordering::Relaxed);
    }

    /// Offers a scope to a host.
    pub(crate) fn grant(&self, host: &HostId, scope: &Arc<Scope>) {
        let mut of = self.lock();
        let own = of.entry(host.clone()).or_default();
        own.retain(|known| known.root != scope.root);
        own.push_front(Arc::clone(scope));
        own.truncate(LIMIT);
        drop(of);
        self.changed.notify_waiters();
    }

    /// Whether a host has been offered all of these. Right after a restart it waits until it is.
    pub(crate) async fn allows(&self, host: &HostId, objects: &[Hash]) -> bool {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if objects.iter().all(|object| self.has(host, *object)) {
                return true;
            }
            let waits = self.resuming.load(Ordering::Relaxed);
            if !waits || tokio::time::timeout_at(self.begun + PATIENCE, changed).await.is_err() {
                return false;
            }
        }
    }

    /// Whether a host has been offered an object.
    pub(crate) fn has(&self, host: &HostId, object: Hash) -> bool {
        self.lock().get(host).is_some_and(|own| own.iter().any(|scope| scope.has(object)))
    }

    /// Takes everything from a host that is out of service.
    pub(crate) fn forget(&self, host: &HostId) {
        self.lock().remove(host);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HostId, VecDeque<Arc<Scope>>>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &[u8]) -> Arc<Scope> {
        let root = Hash::of(text);
        Arc::new(Scope { root, objects: [root].into() })
    }

    #[tokio::test]
    async fn a_host_has_what_it_was_offered_of_late() {
        let (grants, one, other): (_, HostId, HostId) =
            (Grants::default(), "fp-1".parse().unwrap(), "fp-2".parse().unwrap());
        let first = scope(b"first");
        grants.grant(&one, &first);
        assert!(grants.allows(&one, &[first.root]).await && grants.allows(&other, &[]).await);
        assert!(!grants.allows(&other, &[first.root]).await);
        for number in 0..LIMIT {
            grants.grant(&one, &scope(number.to_string().as_bytes()));
        }
        assert!(!grants.has(&one, first.root));
        grants.forget(&one);
        assert!(!grants.has(&one, Hash::of(b"1")));
    }

    #[tokio::test]
    async fn after_a_restart_a_host_waits_for_its_job() {
        let (grants, host): (_, HostId) = (Arc::new(Grants::default()), "fp-1".parse().unwrap());
        grants.resuming();
        let scope = scope(b"tree");
        let (waiting, id, root) = (Arc::clone(&grants), host.clone(), scope.root);
        let asked = tokio::spawn(async move { waiting.allows(&id, &[root]).await });
        tokio::task::yield_now().await;
        grants.grant(&host, &scope);
        assert!(asked.await.unwrap());
        assert!(!grants.allows(&host, &[Hash::of(b"other")]).await);
        assert!(grants.begun.elapsed() >= PATIENCE);
    }
}
