//! What hosts are to the master, and how they go out of service.

use std::collections::HashMap;
use std::sync::Arc;

use common::id::HostId;
use common::target::fnmatch;
use common::transport::frame;
use common::value::Map;
use tokio::net::UnixStream;

use super::{Stopped, query};
use crate::api::{Failure, HostInfo, Response, Standing};
use crate::daemon::fleet::Known;
use crate::daemon::shared::now;
use crate::daemon::{Daemon, launch};
use crate::database::{Applied, Retired, Write};
use crate::grains::Grains;
use crate::keys::{Key, KeyState};

/// How many hosts go out in one frame. Those of a large host have some 50 KiB of grains.
const PART: usize = 64;

/// A host, and its grains while they are packed.
type Listed = (HostInfo, Grains);

/// Sends the hosts that a target means. Their grains are opened a few at a time: together they take half a gigabyte.
pub(super) async fn send(
    daemon: &Arc<Daemon>,
    target: Option<String>,
    unseen: Option<u64>,
    retired: bool,
    stream: &mut UnixStream,
) -> Result<(), Stopped> {
    let mut hosts = list(daemon, target, unseen, retired).await?.into_iter().peekable();
    while hosts.peek().is_some() {
        let opened = hosts.by_ref().take(PART).map(|(host, grains)| {
            let grains = grains.open().as_ref().clone();
            HostInfo { grains, ..host }
        });
        frame::write(stream, &Response::Hosts(opened.collect())).await?;
    }
    Ok(())
}

/// The hosts that a target means; without one all, with those whose key waits or was rejected.
async fn list(
    daemon: &Arc<Daemon>,
    target: Option<String>,
    unseen: Option<u64>,
    retired: bool,
) -> Result<Vec<Listed>, Failure> {
    let applied = query(daemon, |ledger| ledger.applied()).await?;
    let (all, targeted) = (target.is_none(), target.is_some());
    let keys: HashMap<HostId, Vec<Key>> = {
        let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
        for key in daemon.keyring().list("*") {
            by_id.entry(key.id.clone()).or_default().push(key);
        }
        by_id
    };
    let mut ids: Vec<HostId> = if targeted {
        launch::select(daemon, target).await?.0.into_iter().map(|host| host.id).collect()
    } else {
        keys.keys().cloned().collect()
    };
    ids.sort();
    let known = daemon.fleet.known_of(&ids);
    let at = now();
    let listing = Listing { daemon, applied, at };
    let mut hosts: Vec<Listed> = ids
        .into_iter()
        .zip(known)
        .map(|(id, (known, connected))| {
            let keys = keys.get(&id).map(Vec::as_slice).unwrap_or_default();
            listing.host(id, keys, known, connected)
        })
        .collect();
    if let Some(seconds) = unseen {
        hosts.retain(|(host, _)| is_unseen(host, seconds, at));
    }
    if retired && all {
        let gone = query(daemon, |ledger| ledger.retired()).await?;
        hosts.extend(gone.into_iter().filter(|gone| !keys.contains_key(&gone.id)).map(out_of_service));
    }
    Ok(hosts)
}

struct Listing<'a> {
    daemon: &'a Daemon,
    applied: HashMap<HostId, Applied>,
    at: i64,
}

impl Listing<'_> {
    fn host(&self, id: HostId, keys: &[Key], known: Option<Known>, connected: bool) -> Listed {
        let has = |state: KeyState| keys.iter().any(|key| key.state == state);
        let standing = match () {
            () if connected => Standing::Connected,
            () if has(KeyState::Accepted) => Standing::Lost,
            () if has(KeyState::Pending) => Standing::Pending,
            () => Standing::Rejected,
        };
        let latest = keys.iter().max_by_key(|key| key.last_seen);
        let (version, address, seen, grains) = match known {
            Some(known) => (known.version, known.address, known.last_seen, known.grains),
            None => Default::default(),
        };
        let seen = seen.max(latest.map_or(0, |key| key.last_seen));
        let last_seen = if connected { self.at } else { seen };
        let host = HostInfo {
            standing,
            since: (standing == Standing::Lost && last_seen > 0).then_some(last_seen),
            double: self.daemon.fleet.double(&id, self.at).map(|double| double.address),
            refused: self.daemon.fleet.foreign(&id, self.at),
            applied: self.applied.get(&id).cloned(),
            connected,
            address: if address.is_empty() {
                latest.map(|key| key.address.clone()).unwrap_or_default()
            } else {
                address
            },
            version,
            last_seen,
            grains: Map::new(),
            id,
        };
        (host, grains)
    }
}

/// Whether a host with an accepted key has not been here for so many seconds.
fn is_unseen(host: &HostInfo, seconds: u64, at: i64) -> bool {
    host.standing == Standing::Lost
        && host.last_seen <= at.saturating_sub_unsigned(seconds.saturating_mul(1000))
}

fn out_of_service(gone: Retired) -> Listed {
    let host = HostInfo {
        id: gone.id,
        standing: Standing::Retired,
        since: Some(gone.at),
        double: None,
        refused: None,
        applied: None,
        connected: false,
        address: String::new(),
        version: String::new(),
        last_seen: 0,
        grains: Map::new(),
    };
    (host, Grains::default())
}

/// Takes hosts out of service: their keys, their grains and their connections go at once; what they did in jobs stays. One
/// that cannot be written down keeps its key, so that the same command can be given again.
pub(super) async fn retire(
    daemon: &Arc<Daemon>,
    pattern: &str,
    unseen: Option<u64>,
    user: &str,
) -> Result<Vec<Retired>, Failure> {
    let listed = list(daemon, None, unseen, false).await?;
    let chosen = listed.into_iter().map(|(host, _)| host.id).filter(|id| fnmatch(id.as_str(), pattern));
    let mut gone = Vec::new();
    for id in chosen {
        let keys = daemon.keyring().delete_id(&id);
        if keys.is_empty() {
            continue;
        }
        daemon.fleet.retire(&id, &format!("the host {id} was retired on the master"));
        daemon.forget_scopes(&id);
        let retired = Retired { id: id.clone(), at: now(), user: user.into() };
        let written = daemon.ledger.submit(Write::Retired(retired.clone()));
        gone.push((retired, keys, written));
    }
    let (mut done, mut failed) = (Vec::new(), None);
    for (retired, keys, written) in gone {
        match written.await {
            Ok(()) => {
                tracing::info!(id = %retired.id, user, "a host was retired");
                done.push(retired);
            }
            Err(error) => {
                daemon.keyring().restore(keys);
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(done), |error| Err(Failure::internal(error)))
}
