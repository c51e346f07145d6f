//! The mine: what hosts let each other know.
//!
//! A host writes under the id of its certificate alone. Whom it asks about is matched by id, address and grains, never by
//! pillar: a host that may match another's pillar can find out what is in it.

use std::sync::Arc;

use common::id::HostId;
use common::message::{
    MINE_ANSWER_LIMIT, MINE_FUNCTIONS, MINE_VALUE_LIMIT, MINE_VALUES, MineAllowed, MineAnswer, MineItem,
    MineQuery, MineWork,
};
use common::target::{Facts, Target, matches_kind};
use common::transport::frame;
use common::value::{Map, Value};

use super::Daemon;
use super::shared::now;
use crate::database::Write;
use crate::grains::Grains;
use crate::pillar::nodegroups;

/// The longest name of a value, in bytes.
const NAME_LIMIT: usize = 256;

/// Answers a host.
pub(super) async fn answer(daemon: &Arc<Daemon>, id: &HostId, work: MineWork) -> MineAnswer {
    let refused = |reason: String| MineAnswer::Refused { reason };
    let write = match work {
        MineWork::Get(query) => {
            let (daemon, id) = (Arc::clone(daemon), id.clone());
            let found = tokio::task::spawn_blocking(move || find(&daemon, &id, &query)).await;
            return match found {
                Ok(Ok(found)) => MineAnswer::Found(found),
                Ok(Err(reason)) => refused(reason),
                Err(error) => refused(error.to_string()),
            };
        }
        MineWork::Store { items, clear } => match check(&items) {
            Ok(()) => Write::Mine { host: id.clone(), items, clear, at: now() },
            Err(reason) => return refused(reason),
        },
        MineWork::Delete { name } => Write::MineGone { host: id.clone(), name },
    };
    match daemon.ledger.submit(write).await {
        Ok(()) => MineAnswer::Done,
        Err(error) => refused(error.to_string()),
    }
}

/// Refuses what is too much.
fn check(items: &[MineItem]) -> Result<(), String> {
    if items.len() > MINE_VALUES {
        return Err(format!("{} values for the mine; a host may have {MINE_VALUES}", items.len()));
    }
    for item in items {
        if item.name.len() > NAME_LIMIT {
            return Err(format!(
                "a name of the mine has {} bytes; it may have {NAME_LIMIT}",
                item.name.len()
            ));
        }
        let size = frame::encode(item).map_err(|error| error.to_string())?.len();
        if size > MINE_VALUE_LIMIT {
            let name = &item.name;
            return Err(format!(
                "the value of '{name}' has {size} bytes; one of the mine may have {MINE_VALUE_LIMIT}"
            ));
        }
    }
    Ok(())
}

/// A host as targets of the mine see it: its pillar is nobody's business.
struct Host {
    id: HostId,
    grains: Grains,
    pillar: Map,
}

impl Facts for Host {
    fn id(&self) -> &str {
        self.id.as_str()
    }
    fn grains(&self) -> &Map {
        self.grains.open()
    }
    fn pillar(&self) -> &Map {
        &self.pillar
    }
}

/// Whether a target means a host.
///
/// # Errors
/// What is wrong with the target.
fn means(target: &str, kind: &str, host: &Host, groups: &Map) -> Result<bool, String> {
    const PILLAR: &str =
        "targets of the mine may not ask for pillar, which is each host's own: use ids or grains";
    let kind = kind.to_lowercase();
    if kind.starts_with("pillar") {
        return Err(PILLAR.into());
    }
    if kind == "compound" {
        let target = Target::parse(target, groups).map_err(|error| error.to_string())?;
        if target.needs_pillar() {
            return Err(PILLAR.into());
        }
        return Ok(target.matches(host));
    }
    matches_kind(&kind, target, host, groups).map_err(|error| error.to_string())
}

fn find(daemon: &Daemon, id: &HostId, query: &MineQuery) -> Result<Vec<(String, Map)>, String> {
    if query.names.len() > MINE_FUNCTIONS {
        let count = query.names.len();
        return Err(format!(
            "{count} names of the mine were asked for at once; at most {MINE_FUNCTIONS} may be"
        ));
    }
    let groups = nodegroups(&daemon.config());
    let ids = daemon.keyring().accepted();
    let known = daemon.fleet.known_of(&ids);
    let grains = |known: Option<super::fleet::Known>| known.map(|known| known.grains).unwrap_or_default();
    let host = |(id, (known, _)): (HostId, (_, bool))| Host { id, grains: grains(known), pillar: Map::new() };
    let hosts: Vec<Host> = ids.into_iter().zip(known).map(host).collect();
    let asking = hosts.iter().find(|host| host.id == *id).ok_or("this host is not accepted")?;
    let mut wanted = std::collections::HashSet::new();
    for host in &hosts {
        if means(&query.target, &query.kind, host, &groups)? {
            wanted.insert(&host.id);
        }
    }
    let mut found = Vec::new();
    let mut left = MINE_ANSWER_LIMIT;
    for name in &query.names {
        let rows = daemon.ledger.mine(name, &|host| wanted.contains(host), left);
        let rows = rows.map_err(|error| error.to_string())?.ok_or_else(|| {
            format!("the hosts have more than {MINE_ANSWER_LIMIT} bytes in the mine: ask for fewer hosts")
        })?;
        let mut by_host = Map::new();
        for (host, item) in rows {
            left = left.saturating_sub(frame::encode(&item).map_or(0, |bytes| bytes.len()));
            if may_see(item.allowed.as_ref(), asking, &groups) {
                by_host.insert(Value::from(host.as_str()), item.value);
            }
        }
        if !by_host.is_empty() {
            found.push((name.clone(), by_host));
        }
    }
    Ok(found)
}

/// Whether a host may see a value. A target that cannot be read lets nobody see it.
fn may_see(allowed: Option<&MineAllowed>, asking: &Host, groups: &Map) -> bool {
    allowed.is_none_or(|allowed| means(&allowed.target, &allowed.kind, asking, groups).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn host(id: &str) -> Host {
        let id: HostId = id.parse().unwrap();
        let grains = Grains::of(&id, map([("role", id.as_str()[..2].into())]));
        Host { id, grains, pillar: Map::new() }
    }

    #[test]
    fn who_may_see_a_value() {
        let none = Map::new();
        let see = |target: &str, kind: &str, id: &str| {
            let allowed = MineAllowed { target: target.into(), kind: kind.into() };
            may_see(Some(&allowed), &host(id), &none)
        };
        assert!(may_see(None, &host("fp-1"), &none));
        assert!(see("fp-*", "glob", "fp-1") && !see("fp-*", "glob", "cm-1"));
        assert!(see("G@role:fp and fp-1", "compound", "fp-1") && !see("G@role:fp", "compound", "cm-1"));
        assert!(see("fp-1,cm-1", "list", "cm-1") && !see("fp-1,cm-1", "list", "cm-2"));
        // What is no target, or may not be one here, lets nobody in.
        for (target, kind) in
            [("fp-* and", "compound"), ("*", "no-such"), ("role:fp", "pillar"), ("I@a:b or *", "compound")]
        {
            assert!(!see(target, kind, "fp-1"), "{kind} {target}");
        }
    }

    #[test]
    fn values_have_a_bound() {
        let item = |name: &str, size: usize| MineItem {
            name: name.into(),
            value: "x".repeat(size).into(),
            allowed: None,
        };
        assert!(check(&[item("a", MINE_VALUE_LIMIT / 2)]).is_ok());
        assert!(check(&[item("big", MINE_VALUE_LIMIT)]).unwrap_err().contains("'big'"));
        assert!(check(&[item(&"n".repeat(300), 1)]).is_err());
        assert!(check(&vec![item("a", 1); MINE_VALUES + 1]).is_err());
    }
}
