//! The host's id, found as Salt finds it.

use std::path::Path;

use common::value::{Map, Value, get};

/// The id: what was given, else the key `id`, else the file `minion_id`, else the host's name. `append_domain` is added to
/// any of them that lacks it; `minion_id_lowercase` and `minion_id_remove_domain` change only the host's name.
pub(super) fn find(values: &Map, folder: &Path, given: Option<&str>) -> String {
    if let Some(given) = given {
        return given.to_owned();
    }
    let text = |key: &str| get(values, key).filter(|value| value.is_true()).map(ToString::to_string);
    let id = text("id").or_else(|| cached(values, folder)).unwrap_or_else(|| named(values));
    match text("append_domain") {
        Some(domain) if !is_address(&id) && !id.ends_with(&domain) && !id.ends_with('.') => {
            format!("{id}.{domain}")
        }
        _ => id,
    }
}

/// The first line of `minion_id`, which a minion keeps beside its configuration, or below `root_dir` in `/etc/salt`.
fn cached(values: &Map, folder: &Path) -> Option<String> {
    if get(values, "minion_id_caching").is_some_and(|flag| !flag.is_true()) {
        return None;
    }
    let root = get(values, "root_dir").map_or_else(|| "/".into(), ToString::to_string);
    let files = [folder.join("minion_id"), Path::new(&root).join("etc/salt/minion_id")];
    files.iter().find_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        let name = text.lines().next()?.trim().trim_start_matches('\u{feff}');
        (!name.is_empty() && name != "localhost").then(|| name.to_owned())
    })
}

/// The host's name, as the grain `fqdn` has it, unless that is a name of every host.
fn named(values: &Map) -> String {
    let grains = crate::grains::collect("", &Map::new());
    let candidates = ["fqdn", "nodename", "localhost"];
    let found = candidates.iter().filter_map(|key| get(&grains, key)?.as_str().map(str::to_owned));
    let mut id = found.into_iter().find(|name| !is_everyones(name)).unwrap_or_else(|| "localhost".into());
    if get(values, "minion_id_lowercase").is_some_and(Value::is_true) {
        id = id.to_lowercase();
    }
    match get(values, "minion_id_remove_domain") {
        Some(Value::Bool(true)) => id.split('.').next().unwrap_or_default().to_owned(),
        Some(Value::String(domain)) if !domain.is_empty() => {
            let end = format!(".{domain}");
            let fits = id.to_uppercase().ends_with(&end.to_uppercase());
            if fits { id[..id.len() - end.len()].to_owned() } else { id }
        }
        _ => id,
    }
}

/// A name or address that any host has for itself.
fn is_everyones(name: &str) -> bool {
    ["localhost", "ip6-", "ipv6-", "::1", "fe00::", "fe02::", "0.0.0.0"]
        .iter()
        .any(|begin| name.starts_with(begin))
        || name.strip_prefix("127.").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || name.is_empty()
}

fn is_address(id: &str) -> bool {
    id.parse::<std::net::Ipv4Addr>().is_ok()
}
