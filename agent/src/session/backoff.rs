//! How long to wait before connecting again: decorrelated jitter, so that a fleet whose master restarts does not come back
//! in one wave.

use std::time::Duration;

/// The least to wait, from the second attempt on.
const BASE: Duration = Duration::from_secs(1);

/// The most to wait.
const CAP: Duration = Duration::from_secs(60);

/// The most to wait before the first new attempt.
const FIRST: Duration = Duration::from_millis(500);

/// The waits of one series of attempts.
#[derive(Debug, Default)]
pub struct Backoff {
    last: Option<Duration>,
}

impl Backoff {
    /// The next wait: the first is short, since most breaks are; each later one is random between the base and three times
    /// the one before, up to the cap.
    pub fn next(&mut self, random: &mut fastrand::Rng) -> Duration {
        let wait = match self.last {
            None => FIRST.mul_f64(random.f64()),
            Some(last) => {
                let most = (last * 3).clamp(BASE, CAP);
                BASE + (most - BASE).mul_f64(random.f64())
            }
        };
        self.last = Some(wait.max(BASE));
        wait
    }

    /// A wait for when the master has said no and only an operator can change that.
    pub fn slow(random: &mut fastrand::Rng) -> Duration {
        CAP + CAP.mul_f64(random.f64())
    }

    /// The session was good: the next break begins a new series.
    pub fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_cap_and_begins_anew() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut backoff = Backoff::default();
        assert!(backoff.next(&mut random) <= FIRST);
        let mut longest = Duration::ZERO;
        for _ in 0..1000 {
            let wait = backoff.next(&mut random);
            assert!((BASE..=CAP).contains(&wait), "{wait:?}");
            longest = longest.max(wait);
        }
        assert!(longest > CAP / 2, "{longest:?}");
        backoff.reset();
        assert!(backoff.next(&mut random) <= FIRST);
    }

    #[test]
    fn a_fleet_spreads_out() {
        let second = |seed| {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut backoff = Backoff::default();
            (0..3).map(|_| backoff.next(&mut random)).sum::<Duration>()
        };
        let mut waits: Vec<_> = (0..1000).map(second).collect();
        waits.sort();
        assert!(waits[900] - waits[100] > Duration::from_secs(1), "{:?}", waits[900] - waits[100]);
    }
}
