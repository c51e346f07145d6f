//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// How long the pause between two looks is at first, and at most: what takes long is looked at less often, since a look may be a
/// whole program.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_millis(200);

/// Looks until `look` finds something, for so many seconds at most.
pub fn until<T>(what: &str, seconds: u64, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut pause = PAUSE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {seconds} s for {what}");
        std::thread::sleep(pause);
        pause = (pause * 5 / 4).min(LONGEST);
    }
}

/// Looks until `look` is true, for so many seconds at most.
pub fn until_true(what: &str, seconds: u64, mut look: impl FnMut() -> bool) {
    until(what, seconds, || look().then_some(()));
}
