//! Networks of addresses: `10.0.0.0/24`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subnet {
    network: IpAddr,
    prefix: u8,
}

impl Subnet {
    /// The network of an address.
    pub(super) fn of(ip: IpAddr, prefix: u8) -> Self {
        let network = match ip {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from(u32::from(ip) & mask4(prefix))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) & mask6(prefix))),
        };
        Self { network, prefix }
    }

    /// Reads `ADDRESS/PREFIX` or `ADDRESS/MASK`; an address alone is a network of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (ip, prefix) =
            text.trim().split_once('/').map_or((text.trim(), None), |(ip, prefix)| (ip, Some(prefix)));
        let ip: IpAddr = ip.parse().ok()?;
        let widest = if ip.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => widest,
            Some(prefix) => match prefix.parse::<Ipv4Addr>() {
                Ok(mask)
                    if ip.is_ipv4() && u32::from(mask).leading_ones() == u32::from(mask).count_ones() =>
                {
                    u8::try_from(u32::from(mask).leading_ones()).ok()?
                }
                Ok(_) => return None,
                Err(_) => prefix.parse().ok()?,
            },
        };
        (prefix <= widest).then(|| Self::of(ip, prefix))
    }

    pub(super) fn contains(&self, ip: IpAddr) -> bool {
        ip.is_ipv4() == self.network.is_ipv4() && Self::of(ip, self.prefix).network == self.network
    }

    pub(super) fn network(&self) -> IpAddr {
        self.network
    }

    pub(super) fn mask(&self) -> IpAddr {
        match self.network {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(mask4(self.prefix))),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(mask6(self.prefix))),
        }
    }

    /// Its last address.
    pub(super) fn broadcast(&self) -> IpAddr {
        match self.network {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from(u32::from(ip) | !mask4(self.prefix))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip) | !mask6(self.prefix))),
        }
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

fn mask4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32_u32.saturating_sub(prefix.into())).unwrap_or(0)
}

fn mask6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(prefix.into())).unwrap_or(0)
}

/// Whether an address is of a range that is not routed in public.
pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_documentation()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified()
        }
    }
}

/// The name of an address in the reverse tree of the DNS.
pub(super) fn reverse(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let digits: String =
                ip.octets().iter().rev().map(|byte| format!("{:x}.{:x}.", byte & 15, byte >> 4)).collect();
            format!("{digits}ip6.arpa")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let net = |text: &str| Subnet::parse(text).map(|subnet| subnet.to_string());
        assert_eq!(net("192.0.2.2/24").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(net("192.0.2.2/255.255.255.128").as_deref(), Some("192.0.2.0/25"));
        assert_eq!(net("fd00::2/64").as_deref(), Some("fd00::/64"));
        assert_eq!(net("10.0.0.1/0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(net("10.0.0.1/33"), None);
        assert_eq!(net("10.0.0.1/255.0.255.0"), None);
        assert_eq!(net("nonsense/8"), None);
        let subnet = Subnet::parse("10.1.0.0/16").unwrap();
        assert!(
            subnet.contains("10.1.255.1".parse().unwrap()) && !subnet.contains("10.2.0.1".parse().unwrap())
        );
        assert_eq!(
            (subnet.mask().to_string(), subnet.broadcast().to_string()),
            ("255.255.0.0".into(), "10.1.255.255".into())
        );
    }

    #[test]
    fn kinds_of_addresses() {
        assert!(is_private("10.0.0.1".parse().unwrap()) && !is_private("8.8.8.8".parse().unwrap()));
        assert_eq!(reverse("192.0.2.5".parse().unwrap()), "5.2.0.192.in-addr.arpa");
        assert!(reverse("::1".parse().unwrap()).starts_with("1.0.0.0."));
    }
}
