//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks until `look` finds something, for so many seconds at most.
pub fn until<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {seconds} s for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Looks until `look` is true, for so many seconds at most.
pub fn until_true(what: &str, seconds: u64, mut look: impl FnMut() -> bool) {
    until(what, seconds, || look().then_some(()));
}
