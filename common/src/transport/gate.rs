//! Where those wait who have more to send than the kernel takes: closed when it refuses a packet, open again when it has room.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::UdpSocket;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use quinn::UdpPoller;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The gate of one socket. Only while it is closed does the kernel tell of room in the socket's buffer.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<Option<Arc<AsyncFd<OwnedFd>>>>);

impl Gate {
    /// The kernel has refused a packet for this socket. Must be called within the runtime.
    ///
    /// # Errors
    /// When the kernel can't be asked to tell when there is room again; the gate stays open then.
    pub(super) fn close(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        let mut closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.is_none() {
            // A descriptor can be watched once only, and the socket's own is watched for packets.
            let same = socket.try_clone_to_owned()?;
            *closed = Some(Arc::new(watched(same, Interest::WRITABLE)?));
        }
        Ok(())
    }

    fn closed(&self) -> Option<Arc<AsyncFd<OwnedFd>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// There is room: what `socket` was watched for has come.
    fn open(&self, socket: &Arc<AsyncFd<OwnedFd>>) {
        let mut closed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.as_ref().is_some_and(|now| Arc::ptr_eq(now, socket)) {
            *closed = None;
        }
    }
}

/// Has the runtime tell of what can be done with a descriptor. Must be called within the runtime.
///
/// # Errors
/// When the kernel refuses.
#[allow(unsafe_code)]
pub(super) fn watched<T: OwnsDescriptor>(descriptor: T, interest: Interest) -> io::Result<AsyncFd<T>> {
    // SAFETY: what implements the trait keeps one descriptor, open and the same, for as long as it lives.
    Ok(unsafe { AsyncFd::register_with_interest(descriptor, interest) }?)
}

/// What owns one descriptor for all its life.
pub(super) trait OwnsDescriptor: AsRawFd {}

impl OwnsDescriptor for OwnedFd {}
impl OwnsDescriptor for Arc<UdpSocket> {}

/// One connection's place at the gate.
pub(super) struct Waiter {
    gate: Arc<Gate>,
    room: Option<Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>>,
}

impl Waiter {
    /// A place that nobody waits at yet.
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self { gate, room: None }
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Waiter").field("waits", &self.room.is_some()).finish_non_exhaustive()
    }
}

impl UdpPoller for Waiter {
    fn poll_writable(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.room.is_none() {
            let Some(socket) = self.gate.closed() else { return Poll::Ready(Ok(())) };
            let gate = Arc::clone(&self.gate);
            self.room = Some(Box::pin(async move {
                socket.writable().await?.retain_ready();
                gate.open(&socket);
                Ok(())
            }));
        }
        let Some(room) = &mut self.room else { return Poll::Ready(Ok(())) };
        let result = ready!(room.as_mut().poll(context));
        self.room = None;
        Poll::Ready(result)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::{Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn full() -> (UnixStream, UnixStream) {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        while ours.write(&[0; 4096]).is_ok() {}
        (ours, theirs)
    }

    #[tokio::test]
    async fn an_open_gate_lets_everybody_through() {
        let mut waiter = Waiter::new(Arc::default());
        poll_fn(|context| Pin::new(&mut waiter).poll_writable(context)).await.unwrap();
    }

    #[tokio::test]
    async fn a_closed_gate_opens_for_all_when_there_is_room() {
        let (ours, mut theirs) = full();
        let gate = Arc::<Gate>::default();
        gate.close(ours.as_fd()).unwrap();
        gate.close(ours.as_fd()).unwrap();
        let mut waiters = [Waiter::new(Arc::clone(&gate)), Waiter::new(Arc::clone(&gate))];
        for waiter in &mut waiters {
            let polled = poll_fn(|context| Poll::Ready(Pin::new(&mut *waiter).poll_writable(context))).await;
            assert!(polled.is_pending());
        }
        let mut read = vec![0; 1 << 20];
        while gate.closed().is_some() {
            assert!(theirs.read(&mut read).unwrap() > 0);
            for waiter in &mut waiters {
                poll_fn(|context| Pin::new(&mut *waiter).poll_writable(context)).await.unwrap();
            }
        }
        assert!(waiters.iter().all(|waiter| waiter.room.is_none()));
    }
}
