//! Default gateways and name servers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use common::value::{Value, map};

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    let v4 = gateway4(&machine.text("/proc/net/route").unwrap_or_default());
    let v6 = gateway6(&machine.text("/proc/net/ipv6_route").unwrap_or_default());
    grains.put("ip_gw", v4.is_some() || v6.is_some());
    grains.put("ip4_gw", gateway(v4));
    grains.put("ip6_gw", gateway(v6));
    let resolver = machine.text("/etc/resolv.conf").unwrap_or_default();
    grains.put("dns", name_servers(&resolver));
}

/// The gateway's address, `True` for a default route over a link without one, `False` for no default route.
fn gateway(route: Option<IpAddr>) -> Value {
    match route {
        None => false.into(),
        Some(address) if address.is_unspecified() => true.into(),
        Some(address) => address.to_string().into(),
    }
}

/// The gateway of the default route with the least metric. The kernel prints addresses in the machine's byte order.
fn gateway4(table: &str) -> Option<IpAddr> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let [_, destination, gateway, _, _, _, metric, mask, ..] = fields.as_slice() else { return None };
            if *destination != "00000000" || *mask != "00000000" {
                return None;
            }
            let address = u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes();
            Some((metric.parse::<u32>().ok()?, IpAddr::V4(Ipv4Addr::from(address))))
        })
        .min_by_key(|(metric, _)| *metric)
        .map(|(_, address)| address)
}

/// The same for IPv6, where the metric is hexadecimal and the loopback's entry rejects instead of routing.
fn gateway6(table: &str) -> Option<IpAddr> {
    table
        .lines()
        .filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let [destination, length, _, _, gateway, metric, .., device] = fields.as_slice() else {
                return None;
            };
            if *length != "00" || destination.bytes().any(|byte| byte != b'0') || *device == "lo" {
                return None;
            }
            let address = u128::from_str_radix(gateway, 16).ok()?;
            Some((u32::from_str_radix(metric, 16).ok()?, IpAddr::V6(Ipv6Addr::from(address))))
        })
        .min_by_key(|(metric, _)| *metric)
        .map(|(_, address)| address)
}

/// The grain `dns` from a resolv.conf.
fn name_servers(resolver: &str) -> common::value::Map {
    let (mut servers, mut search, mut sortlist, mut options) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut domain = String::new();
    for line in resolver.lines() {
        let line = line.split(['#', ';']).next().unwrap_or_default();
        let mut words = line.split_whitespace().map(str::to_owned);
        match words.next().as_deref() {
            Some("nameserver") => servers.extend(words.next().and_then(|word| word.parse::<IpAddr>().ok())),
            Some("domain") => domain = words.next().unwrap_or_default(),
            Some("search") => search = words.collect(),
            Some("sortlist") => sortlist = words.collect(),
            Some("options") => options.extend(words),
            _ => {}
        }
    }
    let text = |wanted: &dyn Fn(&IpAddr) -> bool| -> Value {
        servers.iter().filter(|server| wanted(server)).map(ToString::to_string).collect::<Vec<_>>().into()
    };
    map([
        ("nameservers", text(&|_| true)),
        ("ip4_nameservers", text(&IpAddr::is_ipv4)),
        ("ip6_nameservers", text(&IpAddr::is_ipv6)),
        ("sortlist", sortlist.into()),
        ("domain", domain.into()),
        ("search", search.into()),
        ("options", options.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_gateways() {
        let route = u32::from_ne_bytes([192, 0, 2, 1]);
        let table = format!(
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\neth0\t00000000\t{route:08X}\t0003\t0\t0\t100\t00000000\t0\t0\t0\neth1\t00000000\t00000000\t0001\t0\t0\t200\t00000000\t0\t0\t0\n"
        );
        assert_eq!(gateway(gateway4(&table)), "192.0.2.1".into());
        assert_eq!(gateway(gateway4("Iface\n")), false.into());
        let zero = "0".repeat(32);
        let table = format!(
            "{zero} 00 {zero} 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200 lo\n"
        );
        assert_eq!(gateway(gateway6(&table)), "fd00::1".into());
    }

    #[test]
    fn name_servers_by_family() {
        let dns = Value::Map(name_servers(
            "# made by hand\nnameserver 10.0.0.1\nnameserver ::1\nsearch a.net b.net\noptions ndots:2\n",
        ));
        assert_eq!(dns.traverse("ip6_nameservers:0", ":"), Some(&"::1".into()));
        assert_eq!(dns.traverse("search:1", ":"), Some(&"b.net".into()));
        assert_eq!(dns.traverse("options:0", ":"), Some(&"ndots:2".into()));
    }
}
