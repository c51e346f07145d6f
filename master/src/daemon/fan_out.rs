//! What leaves for agents at one time, within the memory that the master has for all of them together.
//!
//! A task goes from the job's list into the buffer of its connection and stays there until it has arrived. A thousand hosts with
//! large pillars would have theirs there at once. So a long one first gets room in a window that all share, and gives it back when
//! its agent has answered. One that does not answer gives it back after a while: it shall not hold up the others.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// Tasks up to this size need no room: those of ten thousand hosts take less than the window's.
const SMALL: usize = 2 << 10;

/// Room for the bytes of tasks that have left and not been answered: 32 MiB, for all agents.
const WINDOW: usize = 32 << 20;

/// What room is counted in.
const UNIT: usize = 1 << 10;

/// How long an agent has room without an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The window through which tasks leave.
#[derive(Debug)]
pub(super) struct FanOut {
    room: Arc<Semaphore>,
    units: u32,
    patience: Duration,
}

/// A task's place in the window, until it is answered.
#[derive(Debug)]
pub(super) struct Place {
    _room: OwnedSemaphorePermit,
    patience: Pin<Box<Sleep>>,
}

impl Default for FanOut {
    fn default() -> Self {
        Self::new(WINDOW, PATIENCE)
    }
}

impl FanOut {
    fn new(window: usize, patience: Duration) -> Self {
        let units = u32::try_from(window / UNIT).unwrap_or(u32::MAX);
        Self { room: Arc::new(Semaphore::new(units as usize)), units, patience }
    }

    /// A place for a task of so many bytes, if it needs one; those who wait get it in their order. One that is longer than the
    /// window has it for itself.
    pub(super) async fn enter(&self, size: usize) -> Option<Place> {
        if size <= SMALL {
            return None;
        }
        let units = u32::try_from(size.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.units);
        // The semaphore is never closed.
        let room = Arc::clone(&self.room).acquire_many_owned(units).await.ok()?;
        Some(Place { _room: room, patience: Box::pin(sleep(self.patience)) })
    }
}

/// Resolves when a task has had its place for long enough; never without one.
pub(super) async fn outstayed(place: &mut Option<Place>) {
    match place {
        Some(place) => place.patience.as_mut().await,
        None => std::future::pending().await,
    }
}

/// Does something for a task, which may lose its place meanwhile: a frozen agent takes no more than its windows hold.
pub(super) async fn meanwhile<T>(place: &mut Option<Place>, doing: impl Future<Output = T>) -> T {
    tokio::pin!(doing);
    tokio::select! {
        done = &mut doing => return done,
        () = outstayed(place) => *place = None,
    }
    doing.await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_pending<T>(future: Pin<&mut impl Future<Output = T>>) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        future.poll(&mut context).is_pending()
    }

    #[tokio::test]
    async fn long_tasks_wait_for_those_before_them() {
        let window = FanOut::new(64 << 10, PATIENCE);
        let first = window.enter(40 << 10).await;
        assert!(first.is_some());
        let mut second = std::pin::pin!(window.enter(40 << 10));
        assert!(is_pending(second.as_mut()));
        // In their order: this one would find room.
        let mut third = std::pin::pin!(window.enter(10 << 10));
        assert!(is_pending(third.as_mut()));
        assert!(window.enter(SMALL).await.is_none(), "a small one needs no room, and waits for none");
        drop(first);
        let (second, third) = (second.await, third.await);
        assert!(second.is_some() && third.is_some());
        drop((second, third));
        assert!(window.enter(1 << 20).await.is_some(), "one that is longer than the window never leaves");
    }

    #[tokio::test]
    async fn a_place_is_not_kept_for_ever() {
        let window = FanOut::new(64 << 10, Duration::from_millis(20));
        let mut place = window.enter(64 << 10).await;
        outstayed(&mut place).await;
        drop(place.take());
        assert!(is_pending(std::pin::pin!(outstayed(&mut place))));
        assert!(window.enter(64 << 10).await.is_some());
    }

    #[tokio::test]
    async fn a_task_that_can_not_be_written_keeps_no_place() {
        let window = FanOut::new(64 << 10, Duration::from_millis(20));
        let mut place = window.enter(64 << 10).await;
        let (free, written) = tokio::sync::oneshot::channel();
        let writing = meanwhile(&mut place, written);
        let other = async {
            drop(window.enter(64 << 10).await);
            free.send(7).unwrap();
        };
        let (written, ()) = tokio::join!(writing, other);
        assert_eq!((written.unwrap(), place.is_none()), (7, true));
        let mut place = window.enter(64 << 10).await;
        assert_eq!(meanwhile(&mut place, async { 8 }).await, 8);
        assert!(place.is_some());
    }
}
