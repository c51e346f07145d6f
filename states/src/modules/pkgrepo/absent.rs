//! `pkgrepo.absent`: a repository is not in apt's lists.

use common::value::Map;
use serde::Deserialize;

use super::entry::Entry;
use super::ppa::Archive;
use super::sources::{self, Found};
use crate::modules::arguments::{Flag, Text};
use crate::modules::pkg::apt;
use crate::modules::{Call, Check, Done, Failure, StateFunction, change};

/// A repository that shall not be in apt's lists.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    ppa: Option<Text>,
    keyid: Option<Text>,
    refresh: Option<Flag>,
}

/// What a run has to do.
pub(super) struct Plan {
    found: Vec<Found>,
    comps: Vec<String>,
}

impl StateFunction for Absent {
    const NAME: &'static str = "pkgrepo.absent";
    const DOC: &'static str = "Ensure that a repository of packages is not known to apt.

name: the repository, as a line of sources.list
ppa: a personal archive on Launchpad, OWNER/NAME (Ubuntu)
keyid: a key to remove with apt-key as well
refresh: refresh the package lists after a change (True)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        let name = &self.name;
        let failed = |error: &str| Failure::new(format!("Failed to configure repo '{name}': {error}"));
        let plan = if let Some(ppa) = self.ppa.as_deref().or_else(|| name.strip_prefix("ppa:")) {
            let archive = Archive::parse(call.context, ppa).map_err(|error| failed(&error))?;
            let found: Vec<_> = archive.find(call.context).into_iter().collect();
            Plan { comps: found.iter().flat_map(|found| found.entry.comps.clone()).collect(), found }
        } else {
            let wanted = Entry::parse(name)
                .ok_or_else(|| failed(&format!("repo '{name}' is not a well formatted definition")))?;
            let shares = |found: &Found| {
                found.entry.same_place(&wanted)
                    && sorted(found.entry.architectures()) == sorted(wanted.architectures())
                    && (wanted.comps.is_empty()
                        || wanted.comps.iter().any(|comp| found.entry.comps.contains(comp)))
            };
            let found = sources::all(call.context).into_iter().filter(shares).collect();
            Plan { found, comps: wanted.comps }
        };
        if plan.found.is_empty() {
            return Ok(Check::clean(format!("Package repo {name} is absent")));
        }
        let comment = format!(
            "Package repo '{name}' will be removed. This may cause pkg states to behave differently than stated if this action is repeated without test=True, due to the differences in the configured repositories."
        );
        Ok(Check::differs(plan, comment, Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        // The last first, so that the places of those before it stay right.
        for found in plan.found.iter().rev() {
            let all = if plan.comps.is_empty() { &found.entry.comps } else { &plan.comps };
            sources::remove(call.context, found, all)?;
        }
        let mut changes = change("repo", self.name.0.as_str());
        let mut comment = format!("Removed repo {}", self.name);
        if let Some(id) = &self.keyid {
            let output = apt::run(call.context, ["apt-key", "del", id])?;
            if output.status != 0 {
                comment.push_str(&format!(", but failed to remove key: {}", output.stderr_text()));
                return Ok(Done::failed(comment, changes));
            }
            changes.insert("keyid".into(), id.0.as_str().into());
            comment.push_str(&format!(", and keyid {id}"));
        }
        if self.refresh.is_none_or(|flag| flag.0) {
            apt::refresh(call.context).map_err(|error| Failure {
                comment: format!("{comment}\n{error}"),
                changes: changes.clone(),
            })?;
        }
        Ok(Done::ok(comment, changes))
    }
}

fn sorted(mut words: Vec<&str>) -> Vec<&str> {
    words.sort_unstable();
    words
}
