//! Which hosts take their turn together.

use crate::jobs::Batch;

/// One wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wave {
    /// How many hosts have had their turn when it is over.
    pub(super) reach: usize,
    /// How many may be busy at one time.
    pub(super) window: usize,
    /// Whether none of its hosts may fail.
    pub(super) canary: bool,
}

/// The waves of a job over so many hosts; at least one. In `lockstep`, a batch is a wave: it is done with before the next
/// begins.
pub(super) fn plan(batch: Option<&Batch>, canary: Option<usize>, lockstep: bool, hosts: usize) -> Vec<Wave> {
    let wave = |reach, window| Wave { reach, window, canary: false };
    let mut waves = Vec::new();
    let mut reached = 0;
    if let Some(count) = canary {
        reached = count.clamp(1, hosts.max(1));
        waves.push(Wave { reach: reached, window: usize::MAX, canary: true });
    }
    match batch {
        Some(Batch::Window(share)) if lockstep => {
            let size = share.of(hosts);
            while reached < hosts {
                reached = reached.saturating_add(size).min(hosts);
                waves.push(wave(reached, usize::MAX));
            }
        }
        Some(Batch::Window(share)) if reached < hosts || waves.is_empty() => {
            waves.push(wave(hosts, share.of(hosts)));
            reached = hosts;
        }
        // Nothing is said of batches, or the canaries are all the hosts there are.
        None | Some(Batch::Window(_)) => {}
        Some(Batch::Waves(shares)) => {
            for share in shares {
                let reach = share.of(hosts).min(hosts);
                if reach > reached {
                    waves.push(wave(reach, usize::MAX));
                    reached = reach;
                }
            }
        }
    }
    if reached < hosts || waves.is_empty() {
        waves.push(wave(hosts, usize::MAX));
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(batch: &str, canary: Option<usize>, lockstep: bool, hosts: usize) -> Vec<usize> {
        let batch = (!batch.is_empty()).then(|| batch.parse().unwrap());
        plan(batch.as_ref(), canary, lockstep, hosts).iter().map(|wave| wave.reach).collect()
    }

    #[test]
    fn waves_cover_every_host_once() {
        assert_eq!(reaches("", None, false, 7), [7]);
        assert_eq!(reaches("3", None, false, 7), [7]);
        assert_eq!(reaches("3", None, true, 7), [3, 6, 7]);
        assert_eq!(reaches("1,5%,25%,100%", None, false, 100), [1, 5, 25, 100]);
        assert_eq!(reaches("1,5%,25%", None, false, 10), [1, 2, 10], "the rest is a wave of its own");
        assert_eq!(reaches("1,5%,25%,100%", Some(3), false, 100), [3, 5, 25, 100]);
        assert_eq!(reaches("50", Some(2), false, 100), [2, 100]);
        assert_eq!(reaches("50", Some(200), false, 100), [100]);
        assert_eq!(reaches("5", Some(1), true, 12), [1, 6, 11, 12]);
        assert_eq!(reaches("5", None, true, 0), [0]);
    }
}
