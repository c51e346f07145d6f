//! The exit codes. Those that both programs have are in [`common::exit`].

pub use common::exit::{ERROR, FAILED, NO_ANSWER, NOT_COMPILED, NOTHING_MATCHED, SUCCESS, USAGE};

use crate::jobs::{Counts, HostState};

/// The operator went away with Ctrl-C before the job had ended. The job goes on.
pub const DETACHED: u8 = 130;

/// The exit code of a job: the gravest of what became of its hosts.
#[must_use]
pub fn of_job(counts: &Counts, not_compiled: bool, unanswered: u64) -> u8 {
    let ended_badly = [HostState::Failed, HostState::Cancelled, HostState::Expired];
    if not_compiled {
        NOT_COMPILED
    } else if ended_badly.into_iter().map(|state| counts.get(state)).sum::<u64>()
        > unanswered_expired(counts, unanswered)
    {
        FAILED
    } else if counts.get(HostState::Unreachable) + unanswered > 0 {
        NO_ANSWER
    } else {
        SUCCESS
    }
}

/// How many hosts expired without a word: those count as silent, not as failed.
fn unanswered_expired(counts: &Counts, unanswered: u64) -> u64 {
    unanswered.min(counts.get(HostState::Expired))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(states: &[HostState], unanswered: u64) -> u8 {
        let mut counts = Counts::default();
        for state in states {
            counts.add(*state);
        }
        of_job(&counts, false, unanswered)
    }

    #[test]
    fn the_gravest_counts() {
        use HostState::{Expired, Failed, Succeeded, Unreachable};
        assert_eq!(code(&[Succeeded], 0), SUCCESS);
        assert_eq!(code(&[Succeeded, Unreachable], 0), NO_ANSWER);
        assert_eq!(code(&[Failed, Unreachable], 0), FAILED);
        assert_eq!(code(&[Succeeded, Expired], 1), NO_ANSWER);
        assert_eq!(code(&[Succeeded, Expired], 0), FAILED);
        assert_eq!(of_job(&Counts::default(), true, 0), NOT_COMPILED);
    }
}
