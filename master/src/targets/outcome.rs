//! `job:JID:STATE` in a target: the hosts of an earlier job by what became of them.

use common::id::JobId;

use super::SelectError;
use crate::database::{HostOutcome, Ledger};
use crate::jobs::HostState;

/// What stands before such a word.
const PREFIX: &str = "job:";

/// A target that no id matches.
const NOBODY: &str = "E@^$";

/// Puts lists of ids in the place of such words. `job:last:failed` means the newest job.
///
/// # Errors
/// When there is no such job, or a word has another form.
pub fn expand(target: &str, ledger: &dyn Ledger) -> Result<String, SelectError> {
    if !target.contains(PREFIX) {
        return Ok(target.into());
    }
    let words: Result<Vec<String>, SelectError> = target
        .split_whitespace()
        .map(|word| match word.strip_prefix(PREFIX) {
            Some(rest) => hosts(word, rest, ledger),
            None => Ok(word.into()),
        })
        .collect();
    Ok(words?.join(" "))
}

fn hosts(word: &str, rest: &str, ledger: &dyn Ledger) -> Result<String, SelectError> {
    let form = |problem: String| SelectError::Outcome { word: word.into(), problem };
    let (job, names) = rest.split_once(':').ok_or_else(|| form("it has no state".into()))?;
    let wanted: Vec<Wanted> = names.split(',').map(Wanted::of).collect::<Result<_, _>>().map_err(form)?;
    let jid = match job {
        "last" => {
            let newest = ledger.jobs(1).map_err(SelectError::ledger)?.pop();
            newest.ok_or_else(|| form("there is no job yet".into()))?.jid
        }
        text => text.parse::<JobId>().map_err(|error| form(error.to_string()))?,
    };
    if ledger.job(&jid).map_err(SelectError::ledger)?.is_none() {
        return Err(form(format!(
            "there is no job {jid}: `master jobs list` shows those there are, and those older than `keep_jobs` are gone"
        )));
    }
    let outcomes = ledger.outcomes(&jid).map_err(SelectError::ledger)?;
    let matches = |outcome: &&HostOutcome| wanted.iter().any(|wanted| wanted.matches(outcome));
    let ids: Vec<_> = outcomes.iter().filter(matches).map(|outcome| outcome.id.as_str()).collect();
    Ok(if ids.is_empty() { NOBODY.into() } else { format!("L@{}", ids.join(",")) })
}

/// What is asked of a host's outcome.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    State(HostState),
    Changed,
    Unchanged,
    Deviant,
    NotGood,
    All,
}

impl Wanted {
    fn of(name: &str) -> Result<Self, String> {
        Ok(match name {
            "changed" => Self::Changed,
            "unchanged" => Self::Unchanged,
            "deviant" => Self::Deviant,
            "bad" => Self::NotGood,
            "all" => Self::All,
            name => match HostState::from_name(name) {
                Some(state) => Self::State(state),
                None => {
                    let states = HostState::ALL.map(HostState::name).join(", ");
                    return Err(format!(
                        "{name:?} is no state: write one of {states}, changed, unchanged, deviant, bad or all"
                    ));
                }
            },
        })
    }

    fn matches(self, outcome: &HostOutcome) -> bool {
        match self {
            Self::State(state) => outcome.state == state,
            Self::Changed => outcome.changed,
            Self::Unchanged => outcome.state == HostState::Succeeded && !outcome.changed,
            Self::Deviant => outcome.deviant,
            Self::NotGood => {
                outcome.state.is_end() && outcome.state != HostState::Succeeded || outcome.deviant
            }
            Self::All => true,
        }
    }
}
