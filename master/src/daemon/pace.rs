//! How fast one agent may go: what it asks for, and what it says of its tasks.
//!
//! A bucket of tokens, without a clock of its own. Who has used up his waits, and QUIC's flow control makes the agent wait.

use std::time::{Duration, Instant};

/// So many at once after a quiet time, and one in this time from then on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    pub(super) burst: u32,
    pub(super) every: Duration,
}

/// What is left of a rate.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Rate,
    /// When the bucket is full again, at the earliest: what has been taken, as time.
    full: Option<Instant>,
}

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, full: None }
    }

    /// Takes one, and says how long to wait before using it.
    pub(super) fn take(&mut self, now: Instant) -> Duration {
        let step = self.rate.every;
        let full = self.full.filter(|full| *full > now).unwrap_or(now) + step;
        self.full = Some(full);
        full.saturating_duration_since(now).saturating_sub(step * self.rate.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 10, every: Duration::from_millis(200) };

    #[test]
    fn a_burst_and_then_one_after_the_other() {
        let (mut pace, now) = (Pace::new(RATE), Instant::now());
        assert!((0..10).all(|_| pace.take(now).is_zero()));
        assert_eq!(pace.take(now), Duration::from_millis(200));
        assert_eq!(pace.take(now), Duration::from_millis(400));
        // Who waits as he was told waits no longer than for one.
        let later = now + Duration::from_millis(400);
        assert_eq!(pace.take(later), Duration::from_millis(200));
    }

    #[test]
    fn a_quiet_time_fills_it_and_no_more() {
        let (mut pace, now) = (Pace::new(RATE), Instant::now());
        assert!((0..10).all(|_| pace.take(now).is_zero()));
        let much_later = now + Duration::from_secs(3600);
        assert_eq!((0..20).filter(|_| pace.take(much_later).is_zero()).count(), 10);
    }
}
