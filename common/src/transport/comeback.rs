//! What a master that ends tells its agents: within which time each is to come back, so that thousands do not come in one
//! second, most of them in vain, and then again later and later.

use std::time::Duration;

/// How many agents a second a master asks to come: two cores that have nothing else to do shake hands with twice as many.
const RATE: usize = 800;

/// The least and the longest time, whatever the master says.
const LEAST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(60);

/// No agent comes before: the master that ends would turn it away, and the next one is not there yet.
const PAUSE: Duration = Duration::from_secs(2);

/// The time within which every agent of a master that ends is to come back, each at a moment of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comeback(Duration);

impl Comeback {
    /// For so many agents.
    #[must_use]
    pub fn of(agents: usize) -> Self {
        Self(Duration::from_secs_f64(agents as f64 / RATE as f64).clamp(LEAST, MOST))
    }

    /// What a peer has said; anything else means the least.
    #[must_use]
    pub fn read(reason: &[u8]) -> Self {
        let text = std::str::from_utf8(reason).unwrap_or_default();
        let milliseconds = text.strip_suffix(Self::UNIT).and_then(|number| number.parse().ok());
        Self(milliseconds.map_or(LEAST, Duration::from_millis).clamp(LEAST, MOST))
    }

    /// The words for a peer.
    #[must_use]
    pub fn reason(self) -> String {
        format!("{}{}", self.0.as_millis(), Self::UNIT)
    }

    /// The moment of one agent, from now on; `chance` is a random number from 0 to 1.
    #[must_use]
    pub fn moment(self, chance: f64) -> Duration {
        PAUSE + self.0.mul_f64(chance.clamp(0.0, 1.0))
    }

    const UNIT: &str = " ms";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_fleet_takes_its_time_and_no_master_makes_it_wait_for_long() {
        assert_eq!(Comeback::of(5).0, LEAST);
        assert_eq!(Comeback::of(10_000).0, Duration::from_millis(12_500));
        assert_eq!(Comeback::of(usize::MAX).0, MOST);
        for agents in [0, 1600, 1 << 40] {
            assert_eq!(Comeback::read(Comeback::of(agents).reason().as_bytes()), Comeback::of(agents));
        }
        assert_eq!(Comeback::read(b"99999999999999 ms").0, MOST);
        for nonsense in ["", "ms", " ms", "-5 ms", "5", "\u{fffd}"] {
            assert_eq!(Comeback::read(nonsense.as_bytes()).0, LEAST);
        }
        assert_eq!(Comeback::read(&[0xff; 300]).0, LEAST);
        assert_eq!(Comeback::of(0).moment(0.0), PAUSE);
        assert_eq!(Comeback::of(0).moment(f64::INFINITY), PAUSE + LEAST);
    }
}
