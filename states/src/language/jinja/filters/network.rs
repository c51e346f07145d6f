//! Filters on addresses and networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::defined;
use crate::language::jinja::values::{dict, items_of, list, pairs_of};

/// The most addresses that `network_hosts` lists.
const HOSTS_LIMIT: u128 = 1 << 16;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("filter_by_networks", filter_by_networks),
    ("ip_host", |_, arguments| each_network(arguments, |network| Ok(network.interface().into()))),
    ("ipaddr", |_, arguments| addresses(arguments, &[4, 6])),
    ("ipv4", |_, arguments| addresses(arguments, &[4])),
    ("ipv6", |_, arguments| addresses(arguments, &[6])),
    ("ipwrap", ipwrap),
    ("is_ip", |_, arguments| is_address(arguments, &[4, 6])),
    ("is_ipv4", |_, arguments| is_address(arguments, &[4])),
    ("is_ipv6", |_, arguments| is_address(arguments, &[6])),
    ("mac_str_to_bytes", mac_bytes),
    ("network_hosts", |_, arguments| {
        each_network(arguments, |network| {
            let (first, last) = network.hosts();
            if last - first >= HOSTS_LIMIT {
                return Err(arguments.error(format!("the network has more than {HOSTS_LIMIT} addresses")));
            }
            Ok(list((first..=last).map(|number| network.at(number).to_string().into()).collect()))
        })
    }),
    ("network_size", |_, arguments| {
        each_network(arguments, |network| match network.size() {
            Some(size) => Ok(Value::from(size)),
            None => Err(arguments.error("the network has more than 2^127 addresses")),
        })
    }),
];

/// An address with the length of its network's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
    /// Whether the prefix stood in the text.
    written: bool,
}

impl Network {
    /// Parses `10.0.0.1`, `10.0.0.1/24` and `10.0.0.1/255.255.255.0`.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = match prefix {
            None => bits,
            Some(prefix) => match prefix.parse::<u32>() {
                Ok(length) => length,
                Err(_) => {
                    let mask = u32::from(prefix.parse::<Ipv4Addr>().ok()?);
                    (address.is_ipv4() && mask.leading_ones() + mask.trailing_zeros() == 32)
                        .then_some(mask.leading_ones())?
                }
            },
        };
        (length <= bits).then_some(Self { address, prefix: length, written: prefix.is_some() })
    }

    fn bits(&self) -> u32 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }

    fn version(&self) -> u8 {
        if self.address.is_ipv4() { 4 } else { 6 }
    }

    fn number(&self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        }
    }

    /// The address of that number, of this version.
    fn at(&self, number: u128) -> IpAddr {
        match self.address {
            #[expect(clippy::cast_possible_truncation, reason = "numbers of version 4 come from 32 bits")]
            IpAddr::V4(_) => Ipv4Addr::from(number as u32).into(),
            IpAddr::V6(_) => Ipv6Addr::from(number).into(),
        }
    }

    fn size(&self) -> Option<u128> {
        1u128.checked_shl(self.bits() - self.prefix)
    }

    /// The first and the last address.
    fn range(&self) -> (u128, u128) {
        let host_mask = self.size().map_or(u128::MAX, |size| size - 1);
        (self.number() & !host_mask, self.number() | host_mask)
    }

    /// The first and the last address a host may have.
    fn hosts(&self) -> (u128, u128) {
        let (first, last) = self.range();
        match (self.bits() - self.prefix, self.address) {
            (0 | 1, _) => (first, last),
            (_, IpAddr::V4(_)) => (first + 1, last - 1),
            (_, IpAddr::V6(_)) => (first + 1, last),
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        let other = Self { address, prefix: 0, written: false };
        let (first, last) = self.range();
        other.version() == self.version() && (first..=last).contains(&other.number())
    }

    /// The text, with the prefix where it was written.
    fn text(&self) -> String {
        if self.written { self.interface() } else { self.address.to_string() }
    }

    fn interface(&self) -> String {
        format!("{}/{}", self.address, self.prefix)
    }

    /// Whether the address is of the kind that an option names; `None` for names that mean nothing.
    fn is(&self, option: &str) -> Option<bool> {
        let within = |networks: &[&str]| {
            networks.iter().filter_map(|text| Self::parse(text)).any(|network| network.contains(self.address))
        };
        let private = || {
            within(&[
                "0.0.0.0/8",
                "10.0.0.0/8",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.0.0.0/29",
                "192.0.0.170/31",
                "192.0.2.0/24",
                "192.168.0.0/16",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "240.0.0.0/4",
                "::1/128",
                "::/128",
                "::ffff:0:0/96",
                "100::/64",
                "2001::/23",
                "2001:db8::/32",
                "fc00::/7",
                "fe80::/10",
            ])
        };
        Some(match option {
            "global" | "public" => !private(),
            "private" => private(),
            "link-local" | "linklocal" | "ll" | "link_local" => within(&["169.254.0.0/16", "fe80::/10"]),
            "loopback" | "lo" => self.address.is_loopback(),
            "multicast" => self.address.is_multicast(),
            "unspecified" => self.address.is_unspecified(),
            "reserved" => within(&[
                "240.0.0.0/4",
                "::/8",
                "100::/8",
                "200::/7",
                "400::/6",
                "800::/5",
                "1000::/4",
                "4000::/3",
                "6000::/3",
                "8000::/3",
                "a000::/3",
                "c000::/3",
                "e000::/4",
                "f000::/5",
                "f800::/6",
                "fe00::/9",
            ]),
            "site-local" | "sl" | "site_local" => within(&["fec0::/10"]),
            _ => return None,
        })
    }
}

/// A text as an address of one of the versions that the options leave.
fn accept(value: &Value, versions: &[u8], options: Option<&str>) -> Option<Network> {
    let network = Network::parse(value.as_str()?).filter(|network| versions.contains(&network.version()))?;
    let options = options.unwrap_or_default();
    options.split(',').all(|option| network.is(option.trim()) != Some(false)).then_some(network)
}

fn is_address(arguments: &Arguments<'_>, versions: &[u8]) -> Result<Value, Error> {
    let (value, options) = (arguments.required(0, "ip_addr")?, arguments.optional_text(1, "options")?);
    defined(&value)?;
    // To Python a number is an address too.
    let value = match u128::try_from(value.clone()) {
        Ok(number) if value.is_integer() => match u32::try_from(number) {
            Ok(number) => Value::from(Ipv4Addr::from(number).to_string()),
            Err(_) => Value::from(Ipv6Addr::from(number).to_string()),
        },
        _ => value,
    };
    Ok(accept(&value, versions, options.as_deref()).is_some().into())
}

/// The addresses in a text or a list; None when a text is none.
fn addresses(arguments: &Arguments<'_>, versions: &[u8]) -> Result<Value, Error> {
    let (value, options) = (arguments.required(0, "value")?, arguments.optional_text(1, "options")?);
    match value.kind() {
        ValueKind::String => {
            Ok(accept(&value, versions, options.as_deref()).map(|network| network.text()).into())
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let items = items_of(&value)?;
            let mut found = Vec::new();
            for version in versions {
                let of_version =
                    items.iter().filter_map(|item| accept(item, &[*version], options.as_deref()));
                found.extend(of_version.map(|network| Value::from(network.text())));
            }
            Ok(list(found))
        }
        _ => Ok(Value::from(())),
    }
}

/// What `make` makes of the networks in a text or a list; None when there is none.
fn each_network(
    arguments: &Arguments<'_>,
    make: impl Fn(&Network) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let (value, options) = (arguments.required(0, "value")?, arguments.optional_text(1, "options")?);
    let versions: &[u8] = match arguments.optional_int(2, "version")? {
        Some(4) => &[4],
        Some(6) => &[6],
        _ => &[4, 6],
    };
    if value.kind() == ValueKind::String {
        return match accept(&value, versions, options.as_deref()) {
            Some(network) => make(&network),
            None => Ok(Value::from(())),
        };
    }
    let items = items_of(&value)?;
    let networks = items.iter().filter_map(|item| accept(item, versions, options.as_deref()));
    let made = networks.map(|network| make(&network)).collect::<Result<Vec<_>, _>>()?;
    Ok(if made.is_empty() { Value::from(()) } else { list(made) })
}

/// Brackets around IPv6 addresses.
fn ipwrap(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "data")?;
    defined(&value)?;
    let wrap = |value: &Value| match accept(value, &[6], None) {
        Some(network) if network.written => {
            let shown = print::repr(value);
            Err(arguments.error(format!("{shown} does not appear to be an IPv4 or IPv6 address")))
        }
        Some(network) => Ok(Value::from(format!("[{}]", network.text()))),
        None => Ok(value.clone()),
    };
    match value.kind() {
        ValueKind::Seq => Ok(list(items_of(&value)?.iter().map(wrap).collect::<Result<_, _>>()?)),
        _ => wrap(&value),
    }
}

fn filter_by_networks(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (values, networks) = (arguments.required(0, "values")?, arguments.required(1, "networks")?);
    if networks.is_none() {
        return Ok(values);
    }
    let networks = items_of(&networks)?
        .iter()
        .map(|text| {
            let network = text.as_str().and_then(Network::parse);
            let shown = print::repr(text);
            let network = network.ok_or_else(|| {
                arguments.error(format!("{shown} does not appear to be an IPv4 or IPv6 network"))
            })?;
            if network.number() != network.range().0 {
                return Err(arguments.error(format!("{} has host bits set", print::text(text))));
            }
            Ok(network)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let filter = |values: &Value| -> Result<Value, Error> {
        let mut inside = Vec::new();
        for value in items_of(values)? {
            for network in &networks {
                let address = value.as_str().and_then(|text| text.parse::<IpAddr>().ok());
                let shown = print::repr(&value);
                let address = address.ok_or_else(|| {
                    arguments.error(format!("{shown} does not appear to be an IPv4 or IPv6 address"))
                })?;
                // An address is there once for each network it is in.
                inside.extend(network.contains(address).then(|| value.clone()));
            }
        }
        Ok(list(inside))
    };
    match pairs_of(&values) {
        Some(pairs) => {
            let filtered = pairs.into_iter().map(|(key, values)| Ok((key, filter(&values)?)));
            Ok(dict(filtered.collect::<Result<Vec<_>, Error>>()?))
        }
        None => filter(&values),
    }
}

fn mac_bytes(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let text = arguments.text(0, "mac_str")?;
    let digits: String = match text.len() {
        12 => text,
        17 => text.chars().enumerate().filter(|(at, _)| at % 3 != 2).map(|(_, c)| c).collect(),
        _ => return Err(arguments.error("Invalid MAC address")),
    };
    let byte = |at: usize| {
        let pair = digits.get(2 * at..2 * at + 2).unwrap_or_default();
        u8::from_str_radix(pair, 16).map_err(|_| {
            arguments
                .error(format!("invalid literal for int() with base 16: {}", print::repr(&Value::from(pair))))
        })
    };
    Ok(Value::from_bytes((0..6).map(byte).collect::<Result<_, _>>()?))
}
