//! Network interfaces and their addresses.

use std::net::IpAddr;

use common::value::{Map, Value};
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;

use super::Grains;

/// The most interfaces that are looked at.
const INTERFACE_LIMIT: usize = 4096;

/// A network interface.
#[derive(Debug, Default, Clone)]
pub(super) struct Interface {
    name: String,
    hardware: Option<String>,
    addresses: Vec<IpAddr>,
}

/// The interfaces of this machine, in the kernel's order.
pub(super) fn interfaces() -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for entry in getifaddrs().into_iter().flatten() {
        // An address with a label (`eth0:1`) belongs to the interface before the colon.
        let name = entry.interface_name.split(':').next().unwrap_or_default();
        let position = match interfaces.iter().position(|known| known.name == name) {
            Some(position) => position,
            None if interfaces.len() < INTERFACE_LIMIT => {
                interfaces.push(Interface { name: name.into(), ..Interface::default() });
                interfaces.len() - 1
            }
            None => continue,
        };
        let (Some(interface), Some(address)) = (interfaces.get_mut(position), entry.address) else {
            continue;
        };
        if let Some(hardware) = hardware_address(&address) {
            interface.hardware = Some(hardware);
        } else if let Some(address) = ip_address(&address) {
            interface.addresses.push(address);
        }
    }
    interfaces
}

fn hardware_address(address: &SockaddrStorage) -> Option<String> {
    let bytes = address.as_link_addr()?.addr().unwrap_or_default();
    Some(bytes.map(|byte| format!("{byte:02x}")).join(":"))
}

fn ip_address(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
}

pub(super) fn collect(interfaces: &[Interface], grains: &mut Grains) {
    let by_name = |value: &dyn Fn(&Interface) -> Value| -> Map {
        interfaces.iter().map(|interface| (Value::from(&interface.name), value(interface))).collect()
    };
    let texts = |addresses: &mut dyn Iterator<Item = &IpAddr>| -> Value {
        addresses.map(ToString::to_string).collect::<Vec<_>>().into()
    };
    let v4 =
        |interface: &Interface| texts(&mut interface.addresses.iter().filter(|address| address.is_ipv4()));
    let v6 =
        |interface: &Interface| texts(&mut interface.addresses.iter().filter(|address| address.is_ipv6()));
    let both = |interface: &Interface| {
        let (v4, v6): (Vec<_>, Vec<_>) = interface.addresses.iter().partition(|address| address.is_ipv4());
        texts(&mut v4.into_iter().chain(v6))
    };
    let hardware = interfaces.iter().filter_map(|interface| {
        Some((Value::from(&interface.name), Value::from(interface.hardware.as_ref()?)))
    });
    grains.put("hwaddr_interfaces", hardware.collect::<Map>());
    grains.put("ip4_interfaces", by_name(&v4));
    grains.put("ip6_interfaces", by_name(&v6));
    let mut all: Vec<_> = interfaces.iter().flat_map(|interface| interface.addresses.clone()).collect();
    all.sort();
    all.dedup();
    grains.put("ipv4", texts(&mut all.iter().filter(|address| address.is_ipv4())));
    grains.put("ipv6", texts(&mut all.iter().filter(|address| address.is_ipv6())));
    grains.put("ip_interfaces", by_name(&both));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, addresses: &[&str]) -> Interface {
        Interface {
            name: name.into(),
            hardware: Some("02:00:00:00:00:01".into()),
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn addresses_are_listed_by_interface_and_sorted_as_numbers() {
        let mut grains = Grains::default();
        collect(
            &[
                interface("lo", &["127.0.0.1", "::1"]),
                interface("down", &[]),
                interface("eth0", &["fe80::1", "10.0.0.20", "9.0.0.3"]),
            ],
            &mut grains,
        );
        let at = |path: &str| Value::Map(grains.0.clone()).traverse(path, ":").cloned().unwrap();
        assert_eq!(at("ip_interfaces:eth0"), vec!["10.0.0.20", "9.0.0.3", "fe80::1"].into());
        assert_eq!(at("ip4_interfaces:down"), Value::List(vec![]));
        assert_eq!(at("ipv4"), vec!["9.0.0.3", "10.0.0.20", "127.0.0.1"].into());
        assert_eq!(at("ipv6"), vec!["::1", "fe80::1"].into());
        assert_eq!(at("hwaddr_interfaces:lo"), "02:00:00:00:00:01".into());
    }

    #[test]
    fn every_machine_has_a_loopback() {
        assert!(interfaces().iter().any(|interface| interface.name == "lo"));
    }
}
