//! A socket whose buffers are as large as their owner needs them, and not as large as the kernel would fill them.
//!
//! quinn keeps room for what one call of the kernel may carry. Where packets of one sender may come in a piece (UDP GRO), that
//! is 64 packets for each of the 32 messages it reads at a time: 3 MiB, half of what an idle agent holds, and made anew for each
//! connection. Where packets may go in a piece (UDP GSO), it is ten for each connection, which for a master is a quarter of
//! what it holds of a host.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use nix::errno::Errno;
use nix::sys::socket::setsockopt;
use nix::sys::socket::sockopt::UdpGroSegment;
use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Runtime, UdpPoller};

/// How many packets a master hands to the kernel at a time for one host. Two more are a third of the calls of one.
const MASTER_SENDS: usize = 3;

/// A socket with smaller buffers.
#[derive(Debug)]
pub(super) struct ThriftySocket {
    inner: Arc<dyn AsyncUdpSocket>,
    receives: usize,
    sends: usize,
}

impl ThriftySocket {
    /// An agent's: it listens to one master, and reads 32 packets a call. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_agent(socket: UdpSocket, runtime: &dyn Runtime) -> io::Result<Self> {
        let same = socket.try_clone()?;
        // This turns the joining of packets on, which is why it is turned off after it.
        let inner = runtime.wrap_udp_socket(socket)?;
        match setsockopt(&same, UdpGroSegment, &false) {
            // A kernel that does not know the option does not join packets.
            Ok(()) | Err(Errno::ENOPROTOOPT) => {}
            Err(error) => return Err(error.into()),
        }
        let sends = inner.max_transmit_segments();
        Ok(Self { inner, receives: 1, sends })
    }

    /// A master's: it has a buffer for each of its hosts. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_master(socket: UdpSocket, runtime: &dyn Runtime) -> io::Result<Self> {
        let inner = runtime.wrap_udp_socket(socket)?;
        let (receives, sends) = (inner.max_receive_segments(), inner.max_transmit_segments());
        Ok(Self { inner, receives, sends: sends.min(MASTER_SENDS) })
    }
}

impl AsyncUdpSocket for ThriftySocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.inner).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        self.inner.try_send(transmit)
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.inner.poll_recv(context, buffers, meta)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    // Sockets fall back to one when the kernel refuses more.
    fn max_transmit_segments(&self) -> usize {
        self.inner.max_transmit_segments().min(self.sends)
    }

    fn max_receive_segments(&self) -> usize {
        self.receives
    }

    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::socket::getsockopt;
    use quinn::TokioRuntime;

    use super::*;

    /// An agent's buffers have room for one packet each, so the kernel must not join any.
    #[tokio::test]
    async fn an_agent_gets_its_packets_one_by_one() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let same = socket.try_clone().unwrap();
        let thrifty = ThriftySocket::of_agent(socket, &TokioRuntime).unwrap();
        assert_eq!(thrifty.max_receive_segments(), 1);
        assert_ne!(getsockopt(&same, UdpGroSegment), Ok(true));
    }

    #[tokio::test]
    async fn a_master_hands_over_few_packets_at_a_time() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let thrifty = ThriftySocket::of_master(socket, &TokioRuntime).unwrap();
        assert!((1..=MASTER_SENDS).contains(&thrifty.max_transmit_segments()));
    }
}
