//! What agents send, within the memory that the master has for all of them together.
//!
//! A frame of [`SMALL`] bytes is read as it comes: pings, greetings, progress. A longer one first gets room for its bytes, one
//! frame of a connection at a time, and must then arrive at a pace that slow lines keep. When it is whole it gets room for the
//! values in it, which take much more memory than its bytes, and has that until the report is on the disk. How fast an agent
//! sends decides only over the first of the two.

use std::sync::Arc;
use std::time::Duration;

use common::transport::{FRAME_LIMIT, FrameError, VALUES_LIMIT, frame};
use serde::de::DeserializeOwned;
use tokio::io::AsyncRead;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Frames up to this size need no room: a connection's streams, all together, can make little of them.
const SMALL: usize = 16 << 10;

/// Room for the bytes of frames that are on their way: 128 MiB, for all agents.
const BYTES: usize = 128 << 20;

/// Room for the values of frames that are read, which is also enough for the largest one: 256 MiB, for all agents.
const VALUES: usize = 256 << 20;

/// What a value takes in memory, about.
const VALUE: usize = 80;

/// What room is counted in.
const UNIT: usize = 1 << 10;

/// How long a frame may take to arrive, besides what its length takes at [`SLOWEST`] bytes in a second.
const PATIENCE: Duration = Duration::from_secs(30);
const SLOWEST: usize = 64 << 10;

// The longest frame finds room, and takes less than five minutes on the slowest line.
const _: () = assert!(VALUES_LIMIT * VALUE <= VALUES && FRAME_LIMIT <= BYTES && FRAME_LIMIT / SLOWEST < 270);

/// The room for what all agents send.
#[derive(Debug)]
pub(super) struct Intake {
    bytes: Arc<Semaphore>,
    values: Arc<Semaphore>,
    patience: Duration,
}

/// A connection's turn: one of its long frames is on its way or in hand.
#[derive(Clone, Debug)]
pub(super) struct Turn(Arc<Semaphore>);

/// The room that a message has, until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Room {
    _turn: Option<OwnedSemaphorePermit>,
    _values: Option<OwnedSemaphorePermit>,
}

impl Default for Intake {
    fn default() -> Self {
        Self::new(BYTES, VALUES)
    }
}

impl Default for Turn {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Intake {
    fn new(bytes: usize, values: usize) -> Self {
        let units = |size: usize| Arc::new(Semaphore::new(size / UNIT));
        Self { bytes: units(bytes), values: units(values), patience: PATIENCE }
    }

    /// Reads one frame of a connection. The message's room is to be kept for as long as the message.
    ///
    /// # Errors
    /// See [`FrameError`]; a frame that arrives too slowly is an error too.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        turn: &Turn,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> Result<(T, Room), FrameError> {
        let length = frame::read_length(stream, FRAME_LIMIT).await?;
        if length <= SMALL {
            let body = self.timely(length, frame::read_body(stream, length)).await?;
            return Ok((frame::decode(&body)?, Room::default()));
        }
        let turn = acquire(&turn.0, 1).await;
        let bytes = acquire(&self.bytes, length).await;
        let body = self.timely(length, frame::read_body(stream, length)).await?;
        // The agent has no more say in how long this takes.
        let values = acquire(&self.values, length.min(VALUES_LIMIT) * VALUE).await;
        let message = frame::decode(&body)?;
        drop((body, bytes));
        Ok((message, Room { _turn: turn, _values: values }))
    }

    /// What arrives at a pace that slow lines keep.
    async fn timely<T>(
        &self,
        length: usize,
        arriving: impl Future<Output = Result<T, FrameError>>,
    ) -> Result<T, FrameError> {
        let time = self.patience + Duration::from_secs((length / SLOWEST) as u64);
        let late = |_| FrameError::Io(std::io::ErrorKind::TimedOut.into());
        tokio::time::timeout(time, arriving).await.map_err(late)?
    }
}

/// Room for so many bytes; those who wait get it in their order.
async fn acquire(room: &Arc<Semaphore>, size: usize) -> Option<OwnedSemaphorePermit> {
    // No frame needs more than there is, and the semaphores are never closed.
    let units = u32::try_from(size.div_ceil(UNIT)).unwrap_or(u32::MAX);
    Arc::clone(room).acquire_many_owned(units).await.ok()
}

#[cfg(test)]
mod tests {
    use common::value::Value;
    use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    /// A frame of a text of about `size` bytes.
    fn text(size: usize) -> Vec<u8> {
        frame::encode(&Value::from("x".repeat(size).as_str())).unwrap()
    }

    async fn sent(bytes: &[u8]) -> DuplexStream {
        let (mut here, there) = duplex(1 << 20);
        here.write_all(bytes).await.unwrap();
        there
    }

    fn is_pending<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        future.poll(&mut context).is_pending()
    }

    #[tokio::test]
    async fn a_long_frame_waits_for_room_and_short_ones_do_not() {
        let long = 64 << 10;
        let intake = Intake::new(1 << 20, (long + UNIT) * VALUE);
        let (one, other) = (Turn::default(), Turn::default());
        let mut first = sent(&text(long)).await;
        let (_, room) = intake.read::<Value>(&one, &mut first).await.unwrap();
        let mut second = sent(&text(long)).await;
        let mut waiting = Box::pin(intake.read::<Value>(&other, &mut second));
        assert!(is_pending(waiting.as_mut()));
        let mut short = sent(&text(100)).await;
        intake.read::<Value>(&one, &mut short).await.unwrap();
        assert!(is_pending(waiting.as_mut()));
        drop(room);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_has_one_long_frame_at_a_time() {
        let (intake, turn) = (Intake::default(), Turn::default());
        let mut first = sent(&text(64 << 10)).await;
        let (_, room) = intake.read::<Value>(&turn, &mut first).await.unwrap();
        let mut second = sent(&text(64 << 10)).await;
        let mut waiting = Box::pin(intake.read::<Value>(&turn, &mut second));
        assert!(is_pending(waiting.as_mut()));
        // Another connection is not in its way.
        let mut third = sent(&text(64 << 10)).await;
        intake.read::<Value>(&Turn::default(), &mut third).await.unwrap();
        drop(room);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn what_does_not_arrive_is_given_up_and_its_room_is_free() {
        let intake = Intake { patience: Duration::from_millis(20), ..Intake::default() };
        let announced = u32::try_from(SMALL + 1).unwrap().to_be_bytes();
        let (mut here, mut there) = duplex(1 << 20);
        here.write_all(&announced).await.unwrap();
        let error = intake.read::<Value>(&Turn::default(), &mut there).await.unwrap_err();
        assert!(matches!(&error, FrameError::Io(io) if io.kind() == std::io::ErrorKind::TimedOut), "{error}");
        assert_eq!(intake.bytes.available_permits(), BYTES / UNIT);
    }

    #[tokio::test]
    async fn bytes_that_trickle_in_do_not_keep_the_room() {
        let intake = Intake { patience: Duration::from_millis(100), ..Intake::default() };
        let (mut here, mut there) = duplex(1 << 20);
        here.write_all(&u32::try_from(SMALL + 1).unwrap().to_be_bytes()).await.unwrap();
        let trickling = tokio::spawn(async move {
            while here.write_all(&[0xc0]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        let error = intake.read::<Value>(&Turn::default(), &mut there).await.unwrap_err();
        assert!(matches!(&error, FrameError::Io(io) if io.kind() == std::io::ErrorKind::TimedOut), "{error}");
        assert_eq!(intake.bytes.available_permits(), BYTES / UNIT);
        drop(there);
        trickling.await.unwrap();
    }

    #[tokio::test]
    async fn the_longest_frame_fits() {
        let intake = Intake::default();
        let (mut here, mut there) = duplex(1 << 20);
        let sending = tokio::spawn(async move { here.write_all(&text(FRAME_LIMIT - 16)).await });
        intake.read::<Value>(&Turn::default(), &mut there).await.unwrap();
        sending.await.unwrap().unwrap();
    }
}
