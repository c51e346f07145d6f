//! How many hosts are where, kept as they move.

use super::host::{Host, Step};

/// Counts of hosts. Each host counts in as many of them as describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Not ended.
    pub(super) open: usize,
    /// With a task out.
    pub(super) busy: usize,
    /// Whose task could be sent now.
    pub(super) ready: usize,
    /// Away, with others held up until they come or are given up.
    pub(super) expected: usize,
    /// Whose preparation the second half waits for.
    pub(super) preparing: usize,
    /// Succeeded and not yet verified.
    pub(super) verifying: usize,
    /// Of those, the ones whose verification has not been asked for.
    pub(super) unasked: usize,
}

impl Tally {
    /// Counts every host.
    pub(super) fn of(hosts: &[Host]) -> Self {
        let mut tally = Self::default();
        hosts.iter().for_each(|host| tally.add(host));
        tally
    }

    /// Counts a host in.
    pub(super) fn add(&mut self, host: &Host) {
        for (count, counts) in self.parts(host) {
            *count += usize::from(counts);
        }
    }

    /// Counts a host out, as it was counted in.
    pub(super) fn remove(&mut self, host: &Host) {
        for (count, counts) in self.parts(host) {
            *count -= usize::from(counts);
        }
    }

    fn parts(&mut self, host: &Host) -> [(&mut usize, bool); 7] {
        [
            (&mut self.open, !host.has_ended()),
            (&mut self.busy, host.is_busy()),
            (&mut self.ready, host.is_ready()),
            (&mut self.expected, host.is_expected()),
            (&mut self.preparing, host.holds_up_preparation()),
            (&mut self.verifying, matches!(host.step, Step::Verifying { .. })),
            (&mut self.unasked, host.step == Step::Verifying { asked: false }),
        ]
    }
}
