//! A socket whose buffers are as large as their owner needs them, and which wakes its owner for packets only.
//!
//! quinn keeps room for what one call of the kernel may carry. Where packets of one sender may come in a piece (UDP GRO), that
//! is 64 packets for each of the 32 messages it reads at a time: 3 MiB, half of what an idle agent holds, and made anew for each
//! connection. Where packets may go in a piece (UDP GSO), it is ten for each connection, which for a master is a quarter of
//! what it holds of a host.
//!
//! quinn's own socket hears of every packet that has left the kernel, too, since that makes room for another: of the times that
//! a master with thousands of idle agents is woken, every second. And it asks once more after each packet whether there is
//! another (see [`super::ears`]).

use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use nix::errno::Errno;
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::UdpGroSegment;
use quinn::udp::{RecvMeta, Transmit, UdpSocketState};
use quinn::{AsyncUdpSocket, UdpPoller};

use super::ears::Ears;
use super::gate::{Gate, Waiter};

/// How many packets a master hands to the kernel at a time for one host. Two more are a third of the calls of one.
const MASTER_SENDS: usize = 3;

/// A UDP socket for quinn.
#[derive(Debug)]
pub(super) struct ThriftySocket {
    socket: Arc<UdpSocket>,
    state: UdpSocketState,
    ears: Ears,
    /// Closed while the kernel takes no more.
    gate: Arc<Gate>,
    receives: usize,
    sends: usize,
}

impl ThriftySocket {
    /// An agent's: it listens to one master, and reads 32 packets a call. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_agent(socket: UdpSocket) -> io::Result<Self> {
        // This turns the joining of packets on, which is why it is turned off after it.
        let state = UdpSocketState::new((&socket).into())?;
        match setsockopt(&socket, UdpGroSegment, &false) {
            // A kernel that does not know the option does not join packets.
            Ok(()) | Err(Errno::ENOPROTOOPT) => {}
            Err(error) => return Err(error.into()),
        }
        let (socket, sends) = (Arc::new(socket), state.max_gso_segments());
        let ears = Ears::of_agent(Arc::clone(&socket))?;
        Ok(Self { socket, state, ears, gate: Arc::default(), receives: 1, sends })
    }

    /// A master's: it has a buffer for each of its hosts. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_master(socket: UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new((&socket).into())?;
        let (receives, sends) = (state.gro_segments(), state.max_gso_segments().min(MASTER_SENDS));
        let socket = Arc::new(socket);
        let ears = Ears::of_master(Arc::clone(&socket))?;
        Ok(Self { socket, state, ears, gate: Arc::default(), receives, sends })
    }
}

impl AsyncUdpSocket for ThriftySocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(Waiter::new(Arc::clone(&self.gate)))
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        match self.state.send((&*self.socket).into(), transmit) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                match self.gate.close(self.socket.as_fd()) {
                    Ok(()) => Err(error),
                    // Nothing would tell when there is room again, so the packet is lost, as others are.
                    Err(_) => Ok(()),
                }
            }
            sent => {
                self.ears.said(transmit.contents.len());
                sent
            }
        }
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.ears.poll(context, buffers.len(), |socket| self.state.recv(socket.into(), buffers, meta))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    // Sockets fall back to one when the kernel refuses more.
    fn max_transmit_segments(&self) -> usize {
        self.state.max_gso_segments().min(self.sends)
    }

    fn max_receive_segments(&self) -> usize {
        self.receives
    }

    fn may_fragment(&self) -> bool {
        self.state.may_fragment()
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::socket::getsockopt;

    use super::*;

    fn bound() -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        socket
    }

    /// An agent's buffers have room for one packet each, so the kernel must not join any.
    #[tokio::test]
    async fn an_agent_gets_its_packets_one_by_one() {
        let socket = bound();
        let same = socket.try_clone().unwrap();
        let thrifty = ThriftySocket::of_agent(socket).unwrap();
        assert_eq!(thrifty.max_receive_segments(), 1);
        assert_ne!(getsockopt(&same, UdpGroSegment), Ok(true));
    }

    #[tokio::test]
    async fn a_master_hands_over_few_packets_at_a_time() {
        let thrifty = ThriftySocket::of_master(bound()).unwrap();
        assert!((1..=MASTER_SENDS).contains(&thrifty.max_transmit_segments()));
    }
}
