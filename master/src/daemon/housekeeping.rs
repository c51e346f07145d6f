//! What is old goes: jobs past their time or beyond their room, tokens, and objects that no job's tree has any more.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use common::tree::reachable;

use super::Daemon;
use super::shared::now;
use crate::database::{Committed, Write};

/// How often.
const INTERVAL: Duration = Duration::from_secs(6 * 3600);

/// Objects younger than this stay in any case: a snapshot may be under way that has them.
const YOUNG: Duration = Duration::from_secs(2 * 86_400);

/// How often it is written down which hosts are here, so that a crash does not make them look long gone.
const PRESENCE: Duration = Duration::from_secs(3600);

/// Keeps house for ever.
pub(super) async fn keep(daemon: Arc<Daemon>) {
    let mut rounds = tokio::time::interval_at(tokio::time::Instant::now() + INTERVAL, INTERVAL);
    let mut presence = tokio::time::interval_at(tokio::time::Instant::now() + PRESENCE, PRESENCE);
    loop {
        tokio::select! {
            _ = presence.tick() => {
                drop(note_presence(&daemon));
                continue;
            }
            _ = rounds.tick() => {}
        }
        for token in daemon.keyring().tokens.expire(now()) {
            drop(daemon.ledger.submit(Write::TokenGone(token.hash)));
        }
        let kept = i64::try_from(daemon.config().keep_jobs.as_millis()).unwrap_or(i64::MAX);
        let forgotten = daemon.ledger.submit(Write::Forget { before: now().saturating_sub(kept) });
        if forgotten.await.is_err() {
            continue;
        }
        if let Some(bytes) = daemon.config().keep_jobs_size
            && daemon.ledger.submit(Write::Shrink { bytes }).await.is_err()
        {
            continue;
        }
        let shared = Arc::clone(&daemon);
        let _ = tokio::task::spawn_blocking(move || prune(&shared)).await;
    }
}

/// Writes down which hosts are here.
pub(super) fn note_presence(daemon: &Daemon) -> Committed {
    daemon.ledger.submit(Write::Seen { hosts: daemon.fleet.present(), at: now() })
}

fn prune(daemon: &Daemon) {
    let jobs = match daemon.ledger.jobs(usize::MAX) {
        Ok(jobs) => jobs,
        Err(error) => return tracing::warn!(%error, "objects are not pruned"),
    };
    let mut wanted = HashSet::new();
    for root in jobs.iter().filter_map(|job| job.tree) {
        reachable(&daemon.store, root, &mut wanted);
    }
    // A job may have asked for a host while it was retired.
    daemon.scoper.keep_only(&daemon.keyring().accepted().into_iter().collect());
    daemon.scoper.objects(&mut wanted);
    match daemon.store.prune(|hash| wanted.contains(&hash), YOUNG) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "objects that no job needs are gone"),
        Err(error) => tracing::warn!(%error, "objects are not pruned"),
    }
}
