//! Filters that reach out to other hosts.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use minijinja::{Error, State, Value};

use super::Filter;
use crate::language::jinja::arguments::Arguments;

/// How long a connection may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The most addresses of one name that are tried.
const ADDRESS_LIMIT: usize = 16;

pub(super) static FILTERS: &[(&str, Filter)] = &[
    ("dns_check", dns_check),
    ("http_query", |_, arguments| {
        Err(arguments.error(
            "is not built here: compiling a tree must not depend on a server; fetch with `cmd.run` and `curl`, or \
             put the answer into pillar",
        ))
    }),
];

/// An address of a name that takes connections on a port, else its first; IPv6 in brackets.
fn dns_check(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let (name, port) = (arguments.text(0, "addr")?, arguments.int(1, "port")?);
    let wants_v6 = arguments.optional(3, "ipv6").filter(|ipv6| !ipv6.is_none()).map(|ipv6| ipv6.is_true());
    let port = u16::try_from(port).map_err(|_| arguments.error("getsockaddrarg: port must be 0-65535."))?;
    let all: Vec<SocketAddr> =
        (&*name, port).to_socket_addrs().into_iter().flatten().take(ADDRESS_LIMIT).collect();
    let mut fitting: Vec<_> = all.iter().filter(|at| wants_v6.is_none_or(|v6| at.is_ipv6() == v6)).collect();
    if fitting.is_empty() && wants_v6 == Some(true) {
        fitting = all.iter().collect();
    }
    let reachable = fitting.iter().find(|at| TcpStream::connect_timeout(at, TIMEOUT).is_ok());
    match reachable.or_else(|| fitting.first()) {
        Some(at) if at.is_ipv6() => Ok(format!("[{}]", at.ip()).into()),
        Some(at) => Ok(at.ip().to_string().into()),
        None => Err(arguments.salt_error(format!("DNS lookup or connection check of '{name}' failed."))),
    }
}
