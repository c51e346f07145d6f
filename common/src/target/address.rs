//! `S@`: an address or a network, against the host's `ipv4` and `ipv6` grains.

use std::net::IpAddr;

use crate::value::{Map, get};

/// An address, or a network of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    first: IpAddr,
    /// The bits that count; none for an address alone.
    prefix: Option<u32>,
}

impl Addresses {
    /// Parses `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::/8`. As in Python, the bits after the prefix are 0.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self { first: address, prefix: None });
        }
        let (address, length) = text.split_once('/')?;
        let first: IpAddr = address.parse().ok()?;
        let prefix = match length.parse::<u32>() {
            Ok(prefix) => prefix,
            Err(_) => netmask(length)?,
        };
        let (bits, width) = bits(first);
        let fits = prefix <= width && (prefix == width || bits & (u128::MAX >> (128 - width + prefix)) == 0);
        fits.then_some(Self { first, prefix: Some(prefix) })
    }

    /// Whether one of the host's addresses is meant.
    pub(super) fn contain_one_of(self, grains: &Map) -> bool {
        let grain = if self.first.is_ipv4() { "ipv4" } else { "ipv6" };
        let addresses = get(grains, grain).and_then(|value| value.as_list()).unwrap_or_default();
        addresses
            .iter()
            .filter_map(|address| address.as_str()?.parse().ok())
            .any(|address| self.contain(address))
    }

    fn contain(self, address: IpAddr) -> bool {
        let Some(prefix) = self.prefix else { return address == self.first };
        let ((own, width), (other, other_width)) = (bits(self.first), bits(address));
        width == other_width && (prefix == 0 || (own ^ other) >> (width - prefix) == 0)
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

/// The prefix that a dotted mask stands for.
fn netmask(text: &str) -> Option<u32> {
    let mask = u32::from(text.parse::<std::net::Ipv4Addr>().ok()?);
    (mask.leading_ones() + mask.trailing_zeros() == 32 || mask == 0).then(|| mask.leading_ones())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Value, map};

    #[test]
    fn addresses_and_networks() {
        let grains = map([
            ("ipv4", Value::from(vec!["127.0.0.1", "10.1.2.3"])),
            ("ipv6", Value::from(vec!["::1", "fd00::5"])),
        ]);
        for (text, expected) in [
            ("10.1.2.3", Some(true)),
            ("10.1.2.4", Some(false)),
            ("10.0.0.0/8", Some(true)),
            ("10.0.0.0/255.0.0.0", Some(true)),
            ("0.0.0.0/0", Some(true)),
            ("11.0.0.0/8", Some(false)),
            ("fd00::/8", Some(true)),
            ("::/0", Some(true)),
            ("fd00::5/128", Some(true)),
            ("10.1.2.3/8", None),
            ("10.0.0.0/33", None),
            ("10.0.0", None),
            ("x/8", None),
        ] {
            assert_eq!(
                Addresses::parse(text).map(|addresses| addresses.contain_one_of(&grains)),
                expected,
                "{text}"
            );
        }
    }
}
