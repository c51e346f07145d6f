//! When something is due for which host, in order: with ten thousand hosts, each thing that happens would else look at all of
//! them for the next moment.

use std::collections::BTreeSet;
use std::time::Duration;

use super::host::Host;

/// The next moment of each host that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Agenda {
    moments: BTreeSet<(Duration, usize)>,
}

impl Agenda {
    /// The moments of all hosts.
    pub(super) fn of(hosts: &[Host]) -> Self {
        let moments = hosts.iter().enumerate().filter_map(|(index, host)| Some((host.due()?, index)));
        Self { moments: moments.collect() }
    }

    /// A host's moment is another one now.
    pub(super) fn change(&mut self, index: usize, before: Option<Duration>, after: Option<Duration>) {
        if before == after {
            return;
        }
        if let Some(moment) = before {
            self.moments.remove(&(moment, index));
        }
        if let Some(moment) = after {
            self.moments.insert((moment, index));
        }
    }

    /// The first moment of all.
    pub(super) fn first(&self) -> Option<Duration> {
        self.moments.first().map(|(moment, _)| *moment)
    }

    /// The hosts whose moment has come, in the hosts' order.
    pub(super) fn due(&self, now: Duration) -> Vec<usize> {
        let mut hosts: Vec<usize> =
            self.moments.range(..=(now, usize::MAX)).map(|(_, index)| *index).collect();
        hosts.sort_unstable();
        hosts
    }
}
