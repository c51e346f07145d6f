//! Writes that need not be done, since a later one of the same transaction takes their place: a host that answers at once is
//! sent its task, begins and ends between two flushes of the disk.

use std::collections::HashSet;

use super::Write;
use crate::jobs::HostState;

/// For each write of a group, whether a later one makes it superfluous: a host is said to be at work, and a later write says
/// where it is by then.
pub(super) fn superseded<'a>(writes: impl DoubleEndedIterator<Item = &'a Write>) -> Vec<bool> {
    let mut later = HashSet::new();
    let mut marks: Vec<bool> = writes
        .rev()
        .map(|write| match write {
            Write::HostState { jid, host, state, report, .. } => {
                let is_on_the_way = matches!(state, HostState::Sent | HostState::Running) && report.is_none();
                !later.insert((jid, host)) && is_on_the_way
            }
            // It looks at where the host is.
            Write::ReportAgain { host, report, .. } => {
                later.remove(&(&report.jid, host));
                false
            }
            _ => false,
        })
        .collect();
    marks.reverse();
    marks
}

#[cfg(test)]
mod tests {
    use common::message::{Outcome, Report};

    use super::*;
    use crate::jobs::Phase;

    fn state(host: &str, state: HostState) -> Write {
        Write::HostState {
            jid: "20260101000000000000".parse().unwrap(),
            host: host.parse().unwrap(),
            state,
            phase: Phase::Apply,
            prepared: false,
            reason: None,
            report: None,
            at: 0,
        }
    }

    fn again(host: &str) -> Write {
        let report = Report {
            jid: "20260101000000000000".parse().unwrap(),
            prepare: false,
            outcome: Outcome::Succeeded,
            value: true.into(),
            retcode: 0,
            unchanged: 0,
            changed: 0,
            failed: 0,
            started: 0,
            ended: 0,
        };
        Write::ReportAgain { host: host.parse().unwrap(), report: Box::new(report), at: 0 }
    }

    #[test]
    fn only_what_the_same_host_has_left_behind() {
        use HostState::{Queued, Running, Sent, Succeeded};
        let writes = [
            state("fp-1", Queued),
            state("fp-1", Sent),
            state("fp-2", Sent),
            state("fp-1", Running),
            Write::Barrier,
            state("fp-1", Succeeded),
            state("fp-3", Succeeded),
            state("fp-3", Succeeded),
        ];
        let marks = superseded(writes.iter());
        assert_eq!(marks, [false, true, false, true, false, false, false, false]);
        // What looks at the state finds it.
        let writes = [state("fp-1", Running), again("fp-1"), state("fp-1", Succeeded)];
        assert_eq!(superseded(writes.iter()), [false; 3]);
    }
}
