//! `network.*`: addresses and names of this host, and questions about addresses.

mod addresses;
mod subnet;

use std::sync::Arc;

use common::value::{Map, Value, get, map};

use super::lookup::required;
use super::{Arguments, Function, FunctionError};
use crate::context::Context;
use addresses::{Address, interfaces};
use subnet::Subnet;

type Answer = Result<Value, FunctionError>;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "network.interfaces",
        doc: "The network interfaces with their addresses.",
        parameters: &[],
        run: |_, _| {
            Ok(interfaces()
                .iter()
                .map(|(name, interface)| (name.into(), interface.to_value()))
                .collect::<Map>()
                .into())
        },
    },
    Function {
        name: "network.ip_addrs",
        doc: "The IPv4 addresses.\n\ninterface: only of this one\ninclude_loopback: those of 127.0.0.0/8 as well (False)\ncidr: only those in this network\ntype: 'public' or 'private'",
        parameters: &["interface", "include_loopback", "cidr", "type"],
        run: |_, arguments| ip_addrs("network.ip_addrs", arguments, true),
    },
    Function {
        name: "network.ip_addrs6",
        doc: "The IPv6 addresses.\n\ninterface: only of this one\ninclude_loopback: ::1 as well (False)\ncidr: only those in this network",
        parameters: &["interface", "include_loopback", "cidr"],
        run: |_, arguments| ip_addrs("network.ip_addrs6", arguments, false),
    },
    Function {
        name: "network.ipaddrs",
        doc: "The same as network.ip_addrs.",
        parameters: &["interface", "include_loopback", "cidr", "type"],
        run: |_, arguments| ip_addrs("network.ipaddrs", arguments, true),
    },
    Function {
        name: "network.hw_addr",
        doc: "The hardware address of an interface.\n\niface: the interface",
        parameters: &["iface"],
        run: |_, arguments| {
            let name = required(arguments, 0, "iface", "network.hw_addr")?;
            let found = interfaces().into_iter().find(|(known, _)| *known == name);
            found.and_then(|(_, interface)| interface.hardware).map(Into::into).ok_or_else(|| {
                failed("network.hw_addr", format!("there is no interface '{name}' with a hardware address"))
            })
        },
    },
    Function {
        name: "network.interface",
        doc: "The IPv4 addresses of an interface, as network.interfaces has them.\n\niface: the interface",
        parameters: &["iface"],
        run: |_, arguments| {
            let name = required(arguments, 0, "iface", "network.interface")?;
            let found = interfaces().into_iter().find(|(known, _)| *known == name);
            let Some((_, interface)) = found else { return Ok(unknown(&name)) };
            Ok(interface.to_value().traverse("inet", ":").cloned().unwrap_or_else(|| "".into()))
        },
    },
    Function {
        name: "network.interface_ip",
        doc: "The first IPv4 address of an interface.\n\niface: the interface",
        parameters: &["iface"],
        run: |_, arguments| {
            let name = required(arguments, 0, "iface", "network.interface_ip")?;
            let found = interfaces().into_iter().find(|(known, _)| *known == name);
            let Some((_, interface)) = found else { return Ok(unknown(&name)) };
            let address = interface.addresses.into_iter().find(|address| address.ip.is_ipv4());
            Ok(address.map(|address| address.ip.to_string()).unwrap_or_default().into())
        },
    },
    Function {
        name: "network.ip_networks",
        doc: "The IPv4 networks of this host's addresses.\n\ninterface: only of this one\ninclude_loopback: that of 127.0.0.1 \
              as well (False)\nverbose: a map with address, mask, size and prefix of each",
        parameters: &["interface", "include_loopback", "verbose"],
        run: |_, arguments| ip_networks(arguments, true),
    },
    Function {
        name: "network.ip_networks6",
        doc: "The IPv6 networks of this host's addresses; arguments as for network.ip_networks.",
        parameters: &["interface", "include_loopback", "verbose"],
        run: |_, arguments| ip_networks(arguments, false),
    },
    Function {
        name: "network.subnets",
        doc: "The IPv4 networks this host is in.",
        parameters: &[],
        run: |_, _| Ok(subnets(true).into()),
    },
    Function {
        name: "network.subnets6",
        doc: "The IPv6 networks this host is in.",
        parameters: &[],
        run: |_, _| Ok(subnets(false).into()),
    },
    Function {
        name: "network.get_hostname",
        doc: "The host's name.",
        parameters: &[],
        run: |context, _| Ok(grain(context, "localhost")),
    },
    Function {
        name: "network.get_fqdn",
        doc: "The host's full name.",
        parameters: &[],
        run: |context, _| Ok(grain(context, "fqdn")),
    },
    Function {
        name: "network.default_route",
        doc: "The default routes, as the grains have them.\n\nfamily: 'inet' or 'inet6'",
        parameters: &["family"],
        run: default_route,
    },
    Function {
        name: "network.calc_net",
        doc: "The network of an address.\n\nip_addr: the address, with its prefix (10.0.0.5/24)\nnetmask: or its mask",
        parameters: &["ip_addr", "netmask"],
        run: |_, arguments| {
            let function = "network.calc_net";
            let mut text = required(arguments, 0, "ip_addr", function)?;
            if let Some(mask) = arguments.get(1, "netmask").filter(|value| value.is_true()) {
                text = format!("{text}/{mask}");
            }
            Ok(parse(function, &text)?.to_string().into())
        },
    },
    Function {
        name: "network.convert_cidr",
        doc: "Network, mask and broadcast address of a network.\n\ncidr: such as 10.0.0.0/24",
        parameters: &["cidr"],
        run: |_, arguments| {
            let subnet =
                parse("network.convert_cidr", &required(arguments, 0, "cidr", "network.convert_cidr")?)?;
            Ok(map([
                ("network", subnet.network().to_string().into()),
                ("netmask", subnet.mask().to_string().into()),
                ("broadcast", subnet.broadcast().to_string().into()),
            ])
            .into())
        },
    },
    Function {
        name: "network.in_subnet",
        doc: "Whether this host has an address in a network.\n\ncidr: such as 10.0.0.0/24",
        parameters: &["cidr"],
        run: |_, arguments| {
            let subnet = parse("network.in_subnet", &required(arguments, 0, "cidr", "network.in_subnet")?)?;
            Ok(addresses().any(|address| subnet.contains(address.ip)).into())
        },
    },
    Function {
        name: "network.ip_in_subnet",
        doc: "Whether an address is in a network.\n\nip_addr: the address\ncidr: such as 10.0.0.0/24",
        parameters: &["ip_addr", "cidr"],
        run: |_, arguments| {
            let function = "network.ip_in_subnet";
            let ip = address(function, arguments)?;
            Ok(parse(function, &required(arguments, 1, "cidr", function)?)?.contains(ip).into())
        },
    },
    Function {
        name: "network.is_private",
        doc: "Whether an address is of a private range.\n\nip_addr: the address",
        parameters: &["ip_addr"],
        run: |_, arguments| Ok(subnet::is_private(address("network.is_private", arguments)?).into()),
    },
    Function {
        name: "network.is_loopback",
        doc: "Whether an address is this host's own loopback.\n\nip_addr: the address",
        parameters: &["ip_addr"],
        run: |_, arguments| Ok(address("network.is_loopback", arguments)?.is_loopback().into()),
    },
    Function {
        name: "network.reverse_ip",
        doc: "The name under which an address is looked up backwards.\n\nip_addr: the address",
        parameters: &["ip_addr"],
        run: |_, arguments| Ok(subnet::reverse(address("network.reverse_ip", arguments)?).into()),
    },
];

fn ip_addrs(function: &str, arguments: &Arguments, v4: bool) -> Answer {
    let interface = arguments.get(0, "interface").filter(|value| value.is_true()).map(ToString::to_string);
    let loopback = arguments.get(1, "include_loopback").is_some_and(Value::is_true);
    let cidr = arguments.get(2, "cidr").filter(|value| value.is_true());
    let subnet = cidr.map(|cidr| parse(function, &cidr.to_string())).transpose()?;
    let kind = arguments.get(3, "type").and_then(Value::as_str);
    let mut found: Vec<_> = interfaces()
        .into_iter()
        .filter(|(name, _)| interface.as_ref().is_none_or(|wanted| wanted == name))
        .flat_map(|(_, interface)| interface.addresses)
        .map(|address| address.ip)
        .filter(|ip| ip.is_ipv4() == v4 && (loopback || !ip.is_loopback()))
        .filter(|ip| subnet.as_ref().is_none_or(|subnet| subnet.contains(*ip)))
        .filter(|ip| match kind {
            Some("public") => !subnet::is_private(*ip),
            Some("private") => subnet::is_private(*ip),
            _ => true,
        })
        .collect();
    found.sort();
    found.dedup();
    Ok(found.iter().map(ToString::to_string).collect::<Vec<_>>().into())
}

/// What Salt says of an interface that is not there.
fn unknown(name: &str) -> Value {
    let known = interfaces().iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    format!("Interface \"{name}\" not in available interfaces: {known}").into()
}

fn ip_networks(arguments: &Arguments, v4: bool) -> Answer {
    let interface = arguments.get(0, "interface").filter(|value| value.is_true()).map(ToString::to_string);
    let loopback = arguments.get(1, "include_loopback").is_some_and(Value::is_true);
    let mut found: Vec<(Subnet, u8)> = interfaces()
        .into_iter()
        .filter(|(name, _)| interface.as_ref().is_none_or(|wanted| wanted == name))
        .flat_map(|(_, interface)| interface.addresses)
        .filter(|address| address.ip.is_ipv4() == v4 && (loopback || !address.ip.is_loopback()))
        .map(|address| (Subnet::of(address.ip, address.prefix), address.prefix))
        .collect();
    found.sort_by_key(|(subnet, _)| *subnet);
    found.dedup_by(|(left, _), (right, _)| left == right);
    if !arguments.get(2, "verbose").is_some_and(Value::is_true) {
        return Ok(found.iter().map(|(subnet, _)| subnet.to_string()).collect::<Vec<_>>().into());
    }
    let shown = found.into_iter().map(|(subnet, prefix)| {
        let bits = if v4 { 32 } else { 128 } - u32::from(prefix);
        // The whole of IPv6 is past what a number here holds.
        let count = 1_i64
            .checked_shl(bits)
            .filter(|_| bits < 63)
            .map_or(Value::Float(2_f64.powf(f64::from(bits))), Value::Int);
        let parts = map([
            ("address", subnet.network().to_string().into()),
            ("netmask", subnet.mask().to_string().into()),
            ("num_addresses", count),
            ("prefixlen", i64::from(prefix).into()),
        ]);
        (subnet.to_string().into(), parts.into())
    });
    Ok(Value::Map(shown.collect()))
}

fn addresses() -> impl Iterator<Item = Address> {
    interfaces().into_iter().flat_map(|(_, interface)| interface.addresses)
}

fn subnets(v4: bool) -> Vec<String> {
    let mut found: Vec<Subnet> = addresses()
        .filter(|address| address.ip.is_ipv4() == v4 && !address.ip.is_loopback())
        .map(|address| Subnet::of(address.ip, address.prefix))
        .collect();
    found.sort();
    found.dedup();
    found.iter().map(ToString::to_string).collect()
}

fn default_route(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let family = arguments.get(0, "family").and_then(Value::as_str);
    if family.is_some_and(|family| !["inet", "inet6"].contains(&family)) {
        return Err(failed("network.default_route", "family is 'inet' or 'inet6'".into()));
    }
    let routes = [("inet", "ip4_gw", "0.0.0.0", "0.0.0.0"), ("inet6", "ip6_gw", "::/0", "")];
    let found = routes.into_iter().filter(|(name, ..)| family.is_none_or(|family| family == *name));
    let found = found.filter_map(|(family, name, destination, mask)| {
        let gateway = grain(context, name);
        let text = gateway.as_str().map(str::to_owned).or_else(|| gateway.is_true().then(String::new))?;
        Some(Value::Map(map([
            ("addr_family", family.into()),
            ("destination", destination.into()),
            ("gateway", text.into()),
            ("netmask", mask.into()),
            ("flags", "UG".into()),
        ])))
    });
    Ok(Value::List(found.collect()))
}

fn address(function: &str, arguments: &Arguments) -> Result<std::net::IpAddr, FunctionError> {
    let text = required(arguments, 0, "ip_addr", function)?;
    text.parse().map_err(|_| FunctionError::Arguments {
        name: function.into(),
        reason: format!("'{text}' does not appear to be an IPv4 or IPv6 address"),
    })
}

fn parse(function: &str, text: &str) -> Result<Subnet, FunctionError> {
    Subnet::parse(text).ok_or_else(|| {
        failed(function, format!("'{text}' is not a network; one looks like 10.0.0.0/24 or fd00::/64"))
    })
}

fn grain(context: &Context, name: &str) -> Value {
    get(&context.grains, name).cloned().unwrap_or_default()
}

fn failed(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}
