//! What is done from time to time while connected.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use common::value::Map;
use quinn::Connection;

use super::{renewal_due, requests};
use crate::config::Settings;
use crate::spool::{self, GRAINS_FILE};

/// How often grains are collected anew while connected.
const GRAINS: Duration = Duration::from_secs(600);

/// How long is waited after a renewal that failed.
const RENEW_AGAIN: Duration = Duration::from_secs(600);

/// Collects grains from time to time and sends them when they have changed.
pub(super) async fn watch_grains(settings: Settings, known: Arc<RwLock<Arc<Map>>>, connection: Connection) {
    loop {
        tokio::time::sleep(GRAINS).await;
        let (id, own) = (settings.id.clone(), settings.grains.clone());
        let collect = settings.surroundings.grains;
        let collected = tokio::task::spawn_blocking(move || collect(id.as_str(), &own));
        let Ok(collected) = collected.await else { continue };
        (settings.surroundings.settled)();
        let changed = **known.read().unwrap_or_else(PoisonError::into_inner) != collected;
        if changed {
            let collected = Arc::new(collected);
            *known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&collected);
            if let Err(error) = spool::write(&settings.state_dir.join(GRAINS_FILE), &*collected) {
                tracing::warn!(%error, "workers see the grains of before");
            }
            match requests::send_grains(&connection, &collected).await {
                Ok(()) => tracing::info!("the grains have changed"),
                Err(error) => tracing::warn!(%error, "changed grains could not be sent"),
            }
        }
    }
}

/// Resolves with a new certificate once two thirds of the present one's life are over; `life` is when it was issued and when
/// it ends, `rest` how long it is good in any case.
pub(super) async fn renewal(life: Option<(i64, i64)>, rest: Duration, connection: Connection) -> Vec<u8> {
    let Some((issued, not_after)) = life else { return std::future::pending().await };
    tokio::time::sleep(rest).await;
    loop {
        let now = jiff::Timestamp::now().as_second();
        if !renewal_due(issued, not_after, now) {
            let due = not_after - (not_after - issued) / 3;
            // In steps, since the clock may be set meanwhile.
            let wait = u64::try_from(due - now).unwrap_or(1).clamp(1, 3600);
            tokio::time::sleep(Duration::from_secs(wait)).await;
            continue;
        }
        match requests::renew(&connection).await {
            Ok(certificate) => return certificate,
            Err(error) => {
                tracing::warn!(%error, "the certificate could not be renewed; it is tried again");
                let left = u64::try_from(not_after - now).unwrap_or(0);
                tokio::time::sleep(RENEW_AGAIN.min(Duration::from_secs(left / 4 + 1))).await;
            }
        }
    }
}
