//! Which of the accepted hosts a target means.

pub mod outcome;

use std::cell::OnceCell;

use common::id::HostId;
use common::target::{Facts, Target, TargetError};
use common::value::Map;

use crate::pillar::PillarHost;

/// Why a target gives no hosts.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// It is no target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// It matches nothing.
    #[error("the target {target:?} matches none of the {accepted} accepted hosts")]
    Nothing {
        /// The target.
        target: String,
        /// How many hosts it was matched against.
        accepted: usize,
    },
    /// A word about an earlier job is wrong.
    #[error("the target {word:?}: {problem}")]
    Outcome {
        /// The word.
        word: String,
        /// What is wrong.
        problem: String,
    },
    /// The ledger, which knows of earlier jobs, failed.
    #[error("{0}")]
    Ledger(String),
    /// There is nothing to match.
    #[error("no host is accepted yet")]
    NoHosts,
}

impl SelectError {
    fn ledger(error: crate::database::LedgerError) -> Self {
        Self::Ledger(error.to_string())
    }
}

/// The hosts, out of `accepted`, that a target means: all without one. `pillar` is asked only where the target needs it.
///
/// # Errors
/// See [`SelectError`].
pub fn select(
    target: Option<&str>,
    accepted: Vec<PillarHost>,
    nodegroups: &Map,
    pillar: impl Fn(&PillarHost) -> Map,
) -> Result<Vec<PillarHost>, SelectError> {
    let parsed = target.map(|text| Target::parse(text, nodegroups)).transpose()?;
    if accepted.is_empty() {
        return Err(SelectError::NoHosts);
    }
    let Some(parsed) = parsed else { return Ok(accepted) };
    let count = accepted.len();
    let selected: Vec<_> = accepted
        .into_iter()
        .filter(|host| parsed.matches(&Candidate { host, pillar: &pillar, compiled: OnceCell::new() }))
        .collect();
    if selected.is_empty() {
        return Err(SelectError::Nothing { target: parsed.text().into(), accepted: count });
    }
    Ok(selected)
}

/// The hosts that a target names one by one and that are not among the selected: worth a word to the operator.
#[must_use]
pub fn unknown(target: Option<&str>, selected: &[PillarHost], nodegroups: &Map) -> Vec<String> {
    let Some(parsed) = target.and_then(|text| Target::parse(text, nodegroups).ok()) else {
        return Vec::new();
    };
    let known = |id: &&str| !selected.iter().any(|host: &PillarHost| host.id.as_str() == *id);
    let mut missing: Vec<String> = parsed
        .named_ids()
        .into_iter()
        .filter(known)
        .filter(|id| id.parse::<HostId>().is_ok())
        .map(Into::into)
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

/// A host that is matched; its pillar is compiled at the first look.
struct Candidate<'a, F: Fn(&PillarHost) -> Map> {
    host: &'a PillarHost,
    pillar: &'a F,
    compiled: OnceCell<Map>,
}

impl<F: Fn(&PillarHost) -> Map> Facts for Candidate<'_, F> {
    fn id(&self) -> &str {
        self.host.id.as_str()
    }
    fn grains(&self) -> &Map {
        self.host.grains.open()
    }
    fn pillar(&self) -> &Map {
        self.compiled.get_or_init(|| (self.pillar)(self.host))
    }
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;

    fn hosts() -> Vec<PillarHost> {
        ["cm-1", "fp-1", "fp-2"]
            .map(|id| PillarHost { id: id.parse().unwrap(), grains: map([("os", "Debian".into())]).into() })
            .into()
    }

    fn ids(target: Option<&str>) -> Result<Vec<String>, String> {
        let role = |host: &PillarHost| map([("role", host.id.as_str()[..2].into())]);
        let selected = select(target, hosts(), &Map::new(), role).map_err(|error| error.to_string())?;
        Ok(selected.into_iter().map(|host| host.id.to_string()).collect())
    }

    #[test]
    fn all_some_or_an_error() {
        assert_eq!(ids(None).unwrap().len(), 3);
        assert_eq!(ids(Some("fp-*")).unwrap(), ["fp-1", "fp-2"]);
        assert_eq!(ids(Some("G@os:Debian and not fp-*")).unwrap(), ["cm-1"]);
        assert_eq!(ids(Some("I@role:cm")).unwrap(), ["cm-1"]);
        assert!(ids(Some("web-*")).unwrap_err().contains("none of the 3 accepted hosts"));
        assert!(ids(Some("fp-* and")).is_err());
        assert_eq!(unknown(Some("L@fp-1,fp-9"), &hosts(), &Map::new()), ["fp-9"]);
    }
}
