//! A UDP port that stays a master's own, also while the master is dead.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::ops::Range;

/// Where ports are drawn from.
const PORTS: Range<u16> = 10_000..32_768;

/// An address on loopback for a master that is killed and started again.
///
/// Its port is none that the kernel gives to a socket that asks for any: an agent, which dials from such a one, could sit on it
/// until the master is back. The TCP port of the same number is held as the sign by which other fleets see that it is taken.
pub(super) struct Port {
    pub(super) address: SocketAddr,
    _sign: TcpListener,
}

impl Port {
    /// One that nobody has.
    pub(super) fn reserve() -> Self {
        let ports = below(lowest_of_the_kernels());
        let taken = || {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, fastrand::u16(ports.clone())));
            let sign = TcpListener::bind(address).ok()?;
            UdpSocket::bind(address).ok()?;
            Some(Self { address, _sign: sign })
        };
        std::iter::repeat_with(taken).take(1000).flatten().next().expect("a port of loopback that is free")
    }
}

/// The ports that the kernel does not give away by itself, if it leaves a fair number of them.
fn below(lowest: u16) -> Range<u16> {
    let end = PORTS.end.min(lowest);
    if end > PORTS.start + 1000 { PORTS.start..end } else { PORTS }
}

fn lowest_of_the_kernels() -> u16 {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range.split_whitespace().next().and_then(|lowest| lowest.parse().ok()).unwrap_or(PORTS.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_once_and_not_by_the_kernel() {
        let ports: Vec<Port> = (0..50).map(|_| Port::reserve()).collect();
        let mut numbers: Vec<u16> = ports.iter().map(|port| port.address.port()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ports.len());
        assert!(numbers.iter().all(|number| below(lowest_of_the_kernels()).contains(number)));
        assert_eq!((below(20_000), below(1024)), (10_000..20_000, PORTS));
    }
}
