//! The addresses of this host's interfaces.

use std::net::IpAddr;

use common::value::{Map, Value, map};
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::SockaddrStorage;

use super::subnet::Subnet;

/// The most interfaces that are looked at.
const INTERFACE_LIMIT: usize = 4096;

/// A network interface.
#[derive(Default)]
pub(super) struct Interface {
    up: bool,
    pub(super) hardware: Option<String>,
    pub(super) addresses: Vec<Address>,
}

/// An address of an interface.
pub(super) struct Address {
    pub(super) ip: IpAddr,
    pub(super) prefix: u8,
    broadcast: Option<IpAddr>,
    label: String,
}

/// The interfaces by name, in the kernel's order.
pub(super) fn interfaces() -> Vec<(String, Interface)> {
    let mut interfaces: Vec<(String, Interface)> = Vec::new();
    for entry in getifaddrs().into_iter().flatten() {
        // An address with a label (`eth0:1`) belongs to the interface before the colon.
        let name = entry.interface_name.split(':').next().unwrap_or_default();
        if !interfaces.iter().any(|(known, _)| known == name) && interfaces.len() < INTERFACE_LIMIT {
            interfaces.push((name.into(), Interface::default()));
        }
        let Some((_, interface)) = interfaces.iter_mut().find(|(known, _)| known == name) else { continue };
        interface.up = entry.flags.contains(InterfaceFlags::IFF_UP);
        if let Some(link) = entry.address.as_ref().and_then(SockaddrStorage::as_link_addr) {
            let bytes = link.addr().unwrap_or_default();
            interface.hardware = Some(bytes.map(|byte| format!("{byte:02x}")).join(":"));
        } else if let Some(ip) = entry.address.as_ref().and_then(ip) {
            interface.addresses.push(Address {
                ip,
                prefix: entry.netmask.as_ref().and_then(self::ip).map_or(0, prefix),
                broadcast: entry.broadcast.as_ref().and_then(self::ip),
                label: entry.interface_name.clone(),
            });
        }
    }
    interfaces
}

impl Interface {
    /// The form in which Salt's `network.interfaces` returns it.
    pub(super) fn to_value(&self) -> Value {
        let (v4, v6): (Vec<_>, Vec<_>) = self.addresses.iter().partition(|address| address.ip.is_ipv4());
        let mut value = Map::from_iter([("up".into(), self.up.into())]);
        value.extend(self.hardware.as_ref().map(|hardware| ("hwaddr".into(), hardware.into())));
        for (family, addresses) in [("inet", v4), ("inet6", v6)] {
            if !addresses.is_empty() {
                let list = addresses.into_iter().map(|address| Value::Map(address.to_map())).collect();
                value.insert(family.into(), Value::List(list));
            }
        }
        value.into()
    }
}

impl Address {
    fn to_map(&self) -> Map {
        let address = self.ip.to_string();
        match self.ip {
            IpAddr::V4(_) => map([
                ("address", address.into()),
                ("netmask", Subnet::of(self.ip, self.prefix).mask().to_string().into()),
                ("broadcast", self.broadcast.filter(|ip| *ip != self.ip).map(|ip| ip.to_string()).into()),
                ("label", (&self.label).into()),
            ]),
            IpAddr::V6(ip) => {
                let scope = if ip.is_loopback() {
                    "host"
                } else if ip.is_unicast_link_local() {
                    "link"
                } else {
                    "global"
                };
                map([
                    ("address", address.into()),
                    ("prefixlen", self.prefix.to_string().into()),
                    ("scope", scope.into()),
                ])
            }
        }
    }
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
}

fn prefix(mask: IpAddr) -> u8 {
    let ones = match mask {
        IpAddr::V4(mask) => u32::from(mask).leading_ones(),
        IpAddr::V6(mask) => u128::from(mask).leading_ones(),
    };
    u8::try_from(ones).unwrap_or(u8::MAX)
}
