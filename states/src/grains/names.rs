//! The host's names, found without asking any server: from the kernel and `/etc/hosts`.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, id: &str, grains: &mut Grains) {
    let machine_id = machine.value("/etc/machine-id").or_else(|| machine.value("/var/lib/dbus/machine-id"));
    if let Some(machine_id) = machine_id {
        grains.put("machine_id", machine_id);
    }
    grains.put("server_id", server_id(id));
    let hostname = machine.value("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".into());
    let hosts = machine.text("/etc/hosts").unwrap_or_default();
    let full = canonical_name(&hosts, &hostname).unwrap_or_else(|| hostname.clone());
    let (host, domain) = full.split_once('.').unwrap_or((&full, ""));
    grains.put("localhost", hostname);
    grains.put("fqdn", full.as_str());
    grains.put("host", host);
    grains.put("domain", domain);
    let addresses = addresses(&hosts, &full);
    let (v4, v6): (Vec<_>, Vec<_>) = addresses.into_iter().partition(IpAddr::is_ipv4);
    let text = |addresses: Vec<IpAddr>| addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    grains.put("fqdn_ip4", text(v4));
    grains.put("fqdn_ip6", text(v6));
    grains.put("fqdns", Vec::<String>::new());
}

/// The number Salt derives from the id: the last 31 bits of its SHA-256.
fn server_id(id: &str) -> i64 {
    let digest = Sha256::digest(id.as_bytes());
    let last = digest.iter().rev().take(4).rev().fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    last & 0x7fff_ffff
}

/// The first name on the first line of a hosts file that names the host; a line for `localhost` does not rename it.
fn canonical_name(hosts: &str, hostname: &str) -> Option<String> {
    lines(hosts)
        .find(|(_, names)| names.contains(&hostname))
        .and_then(|(_, names)| names.first().copied())
        .filter(|name| !name.starts_with("localhost"))
        .map(Into::into)
}

/// The addresses that a hosts file gives a name.
fn addresses(hosts: &str, name: &str) -> Vec<IpAddr> {
    lines(hosts).filter(|(_, names)| names.contains(&name)).map(|(address, _)| address).collect()
}

/// The lines of a hosts file.
fn lines(hosts: &str) -> impl Iterator<Item = (IpAddr, Vec<&str>)> {
    hosts.lines().filter_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        Some((words.next()?.parse().ok()?, words.collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &str = "127.0.0.1 localhost\n127.0.1.1\tfp-1.example.net fp-1 # us\n::1 localhost ip6-localhost\n10.0.0.5 fp-1.example.net\n";

    #[test]
    fn the_hosts_file_knows_the_full_name() {
        assert_eq!(canonical_name(HOSTS, "fp-1").as_deref(), Some("fp-1.example.net"));
        assert_eq!(canonical_name(HOSTS, "other"), None);
        assert_eq!(canonical_name("127.0.0.1 localhost vm\n", "vm"), None);
        let addresses: Vec<_> =
            addresses(HOSTS, "fp-1.example.net").iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["127.0.1.1", "10.0.0.5"]);
    }

    #[test]
    fn the_server_id_is_salts() {
        assert_eq!(server_id("myid"), 847_867_675);
    }
}
