//! How a socket learns of its packets.
//!
//! As a rule the kernel tells of each. A master with thousands of idle agents hears some hundred words a second, one at a time,
//! and none of them is urgent: being woken costs more than what it is woken for. While packets trickle in like that, and until
//! the master itself has something to say, it looks every [`PAUSE`] for what has come, as network drivers do (Linux: NAPI).

use std::io;
use std::net::UdpSocket;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Sleep;

use super::gate::watched;

/// How late a packet may be heard while packets trickle in: while each comes within twice this after the one before.
const PAUSE: Duration = Duration::from_millis(20);

/// For how long after a word of its own a master listens to each packet.
const CONVERSATION: Duration = Duration::from_secs(1);

/// What is longer than this says something; what is not acknowledges a word (34 to 44 bytes).
const WORD: usize = 64;

/// What listens at one socket.
#[derive(Debug)]
pub(super) struct Ears {
    socket: Arc<UdpSocket>,
    /// How long to look away; nothing for an agent, which is told of each packet.
    pause: Option<Duration>,
    origin: Instant,
    /// Until when a conversation goes on, in milliseconds since `origin`.
    conversation: AtomicU64,
    looks: AtomicBool,
    listening: Mutex<Listening>,
}

#[derive(Debug)]
struct Listening {
    way: Way,
    /// When there was last nothing more to hear.
    heard: Option<Instant>,
}

#[derive(Debug)]
enum Way {
    /// The kernel tells of packets.
    Told(AsyncFd<Arc<UdpSocket>>),
    /// When to look for packets next; the kernel tells of none.
    Looks(Pin<Box<Sleep>>),
}

impl Ears {
    /// An agent's, which is told of each packet. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_agent(socket: Arc<UdpSocket>) -> io::Result<Self> {
        Self::new(socket, None)
    }

    /// A master's. Must be called within the runtime.
    ///
    /// # Errors
    /// When the runtime can't have the socket.
    pub(super) fn of_master(socket: Arc<UdpSocket>) -> io::Result<Self> {
        Self::new(socket, Some(PAUSE))
    }

    fn new(socket: Arc<UdpSocket>, pause: Option<Duration>) -> io::Result<Self> {
        let way = Way::Told(watched(Arc::clone(&socket), Interest::READABLE)?);
        Ok(Self {
            socket,
            pause,
            origin: Instant::now(),
            conversation: AtomicU64::new(0),
            looks: AtomicBool::new(false),
            listening: Mutex::new(Listening { way, heard: None }),
        })
    }

    /// A packet of so many bytes has been sent: after a word, answers are waited for.
    pub(super) fn said(&self, bytes: usize) {
        if self.pause.is_none() || bytes <= WORD {
            return;
        }
        let until = self.origin.elapsed() + CONVERSATION;
        self.conversation.store(until.as_millis() as u64, Relaxed);
        if self.looks.load(Relaxed)
            && let Way::Looks(next) = &mut self.lock().way
        {
            next.as_mut().reset(tokio::time::Instant::now());
        }
    }

    /// What `receive` gets, which is asked for at most `most` packets; it is called when there may be some.
    pub(super) fn poll(
        &self,
        context: &mut Context<'_>,
        most: usize,
        mut receive: impl FnMut(&UdpSocket) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let mut listening = self.lock();
        loop {
            let received = match &mut listening.way {
                Way::Told(socket) => {
                    let mut guard = ready!(socket.poll_read_ready(context))?;
                    let Ok(received) = guard.try_io(|socket| receive(socket.get_ref())) else { continue };
                    if received.as_ref().is_ok_and(|packets| *packets < most) {
                        // There were no more: the kernel tells of the next.
                        guard.clear_ready();
                    }
                    received
                }
                Way::Looks(next) => {
                    ready!(next.as_mut().poll(context));
                    match receive(&self.socket) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            self.be_told(&mut listening);
                            continue;
                        }
                        received => received,
                    }
                }
            };
            if received.as_ref().is_ok_and(|packets| *packets < most) {
                self.heard_all(&mut listening);
            }
            return Poll::Ready(received);
        }
    }

    /// There is nothing more to hear: whether to look away now.
    fn heard_all(&self, listening: &mut Listening) {
        let Some(pause) = self.pause else { return };
        let now = Instant::now();
        let close =
            listening.heard.replace(now).is_some_and(|before| now.duration_since(before) <= 2 * pause);
        let talks = (now.duration_since(self.origin).as_millis() as u64) < self.conversation.load(Relaxed);
        match (&mut listening.way, close && !talks) {
            (Way::Looks(next), true) => next.as_mut().reset((now + pause).into()),
            (Way::Looks(_), false) => self.be_told(listening),
            (Way::Told(_), true) => self.look(listening, pause),
            (Way::Told(_), false) => {}
        }
    }

    fn look(&self, listening: &mut Listening, pause: Duration) {
        listening.way = Way::Looks(Box::pin(tokio::time::sleep(pause)));
        self.looks.store(true, Relaxed);
    }

    /// The kernel is to tell of packets, also of those that are there by now. Should it refuse, they are looked for.
    fn be_told(&self, listening: &mut Listening) {
        match watched(Arc::clone(&self.socket), Interest::READABLE) {
            Ok(socket) => {
                listening.way = Way::Told(socket);
                self.looks.store(false, Relaxed);
            }
            Err(_) => self.look(listening, PAUSE),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Listening> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Ears that look away for so long, and a peer that is connected with them.
    fn scene(pause: Option<Duration>) -> (Ears, UdpSocket) {
        let (socket, peer) =
            (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        socket.set_nonblocking(true).unwrap();
        peer.connect(socket.local_addr().unwrap()).unwrap();
        (Ears::new(Arc::new(socket), pause).unwrap(), peer)
    }

    /// Up to `most` packets of a byte each.
    fn receive(socket: &UdpSocket, most: usize, into: &mut Vec<u8>) -> io::Result<usize> {
        for packets in 0..most {
            let mut room = [0];
            match socket.recv(&mut room) {
                Ok(_) => into.push(room[0]),
                Err(error) if packets == 0 => return Err(error),
                Err(_) => return Ok(packets),
            }
        }
        Ok(most)
    }

    async fn hear(ears: &Ears) -> Vec<u8> {
        let mut heard = Vec::new();
        poll_fn(|context| ears.poll(context, 4, |socket| receive(socket, 4, &mut heard))).await.unwrap();
        heard
    }

    async fn hears(ears: &Ears) -> bool {
        let mut heard = Vec::new();
        poll_fn(|context| {
            Poll::Ready(ears.poll(context, 4, |socket| receive(socket, 4, &mut heard)).is_ready())
        })
        .await
    }

    /// Fewer and more packets than are received at a time, told of or looked for: none is left.
    #[tokio::test]
    async fn every_packet_is_heard() {
        for pause in [None, Some(Duration::from_millis(1))] {
            let (ears, peer) = scene(pause);
            for packets in [1, 3, 4, 5, 9, 1, 1, 1, 8, 1] {
                for number in 0..packets {
                    peer.send(&[number]).unwrap();
                }
                let mut heard = Vec::new();
                while heard.len() < usize::from(packets) {
                    heard.extend(hear(&ears).await);
                }
                assert_eq!(heard, (0..packets).collect::<Vec<_>>());
            }
        }
    }

    #[tokio::test]
    async fn a_trickle_is_looked_for_until_the_master_has_a_word_to_say() {
        let (ears, peer) = scene(Some(HOUR));
        for number in 0..2 {
            peer.send(&[number]).unwrap();
            assert_eq!(hear(&ears).await, [number]);
        }
        peer.send(&[2]).unwrap();
        assert!(!hears(&ears).await);
        ears.said(WORD);
        assert!(!hears(&ears).await);
        ears.said(WORD + 1);
        assert_eq!(hear(&ears).await, [2]);
        // The conversation goes on: the next packets are told of.
        for number in 3..6 {
            peer.send(&[number]).unwrap();
            assert_eq!(hear(&ears).await, [number]);
        }
        assert!(matches!(ears.lock().way, Way::Told(_)));
    }

    #[tokio::test]
    async fn who_has_heard_nothing_for_a_while_is_told() {
        let (ears, peer) = scene(Some(Duration::from_millis(1)));
        for number in 0..2 {
            peer.send(&[number]).unwrap();
            hear(&ears).await;
        }
        while !matches!(ears.lock().way, Way::Told(_)) {
            hears(&ears).await;
            tokio::task::yield_now().await;
        }
        peer.send(&[7]).unwrap();
        assert_eq!(hear(&ears).await, [7]);
    }

    #[tokio::test]
    async fn an_agent_never_looks_away() {
        let (ears, peer) = scene(None);
        for number in 0..9 {
            peer.send(&[number]).unwrap();
            assert_eq!(hear(&ears).await, [number]);
            assert!(matches!(ears.lock().way, Way::Told(_)));
        }
    }
}
