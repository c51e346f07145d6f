//! Compares what hosts answered: identical outputs are folded into groups, and those that deviate from what was expected are
//! marked.

mod normalize;
mod show;

use common::id::HostId;

use crate::jobs::{HostRecord, HostState};

pub use normalize::Normalizer;
pub use show::{show, to_value};

/// What hosts are expected to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// This text.
    Text(String),
    /// What most of them print.
    Majority,
}

/// Hosts that answered alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What became of them.
    pub state: HostState,
    /// How their command ended, where there is an answer.
    pub retcode: Option<i32>,
    /// What they printed, normalised; the reason where there is no answer.
    pub output: String,
    /// The hosts, by id.
    pub hosts: Vec<HostId>,
    /// Whether that is not what was expected.
    pub deviant: bool,
}

/// Folds the hosts of a job: the largest group first, those without an answer last.
#[must_use]
pub fn compare<'a>(
    records: impl Iterator<Item = &'a HostRecord>,
    normalizer: &Normalizer,
    expectation: Option<&Expectation>,
) -> Vec<Group> {
    let mut groups: indexmap::IndexMap<(Option<i32>, String, &'static str), Group> =
        indexmap::IndexMap::new();
    for record in records {
        let (retcode, output, state) = match &record.report {
            Some(report) => (Some(report.retcode), normalizer.apply(&text_of(&report.value)), record.state),
            None => (None, record.reason.clone().unwrap_or_default(), record.state),
        };
        let group =
            groups.entry((retcode, output, state.name())).or_insert_with_key(|(retcode, output, _)| Group {
                state,
                retcode: *retcode,
                output: output.clone(),
                hosts: Vec::new(),
                deviant: false,
            });
        group.hosts.push(record.id.clone());
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.hosts.sort());
    groups.sort_by_key(|group| (group.retcode.is_none(), std::cmp::Reverse(group.hosts.len())));
    mark(&mut groups, normalizer, expectation);
    groups
}

fn mark(groups: &mut [Group], normalizer: &Normalizer, expectation: Option<&Expectation>) {
    let wanted = match expectation {
        None => return,
        Some(Expectation::Text(text)) => Some(normalizer.apply(text)),
        Some(Expectation::Majority) => majority(groups),
    };
    for group in groups.iter_mut().filter(|group| group.retcode.is_some()) {
        group.deviant = wanted.as_deref() != Some(group.output.as_str());
    }
}

/// What more hosts printed than anything else. Where two outputs are as common, there is no such thing.
fn majority(groups: &[Group]) -> Option<String> {
    let mut counts: indexmap::IndexMap<&str, usize> = indexmap::IndexMap::new();
    for group in groups.iter().filter(|group| group.retcode.is_some()) {
        *counts.entry(&group.output).or_default() += group.hosts.len();
    }
    counts.sort_by(|_, one, _, other| other.cmp(one));
    match (counts.get_index(0), counts.get_index(1)) {
        (Some((_, first)), Some((_, second))) if first == second => None,
        (first, _) => first.map(|(output, _)| (*output).to_owned()),
    }
}

/// A result as text: what a command printed, else JSON.
fn text_of(value: &common::value::Value) -> String {
    match value.as_str() {
        Some(text) => text.into(),
        None => serde_json::to_string_pretty(&value.to_json()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use common::message::{Outcome, Report};

    use super::*;
    use crate::jobs::Phase;

    fn host(id: &str, answer: Option<(i32, &str)>) -> HostRecord {
        let report = answer.map(|(retcode, text)| {
            Box::new(Report {
                jid: "20260101000000000000".parse().unwrap(),
                prepare: false,
                outcome: if retcode == 0 { Outcome::Succeeded } else { Outcome::Failed },
                value: text.into(),
                retcode,
                unchanged: 0,
                changed: 0,
                failed: 0,
                started: 0,
                ended: 0,
            })
        });
        HostRecord {
            id: id.parse().unwrap(),
            state: match answer {
                Some((0, _)) => HostState::Succeeded,
                Some(_) => HostState::Failed,
                None => HostState::Unreachable,
            },
            phase: Phase::Apply,
            prepared: false,
            reason: answer.is_none().then(|| "it is not connected".into()),
            report,
        }
    }

    fn groups(hosts: &[HostRecord], rules: &[&str], expectation: Option<Expectation>) -> Vec<(usize, bool)> {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let normalizer = Normalizer::parse(&rules).unwrap();
        let found = compare(hosts.iter(), &normalizer, expectation.as_ref());
        found.iter().map(|group| (group.hosts.len(), group.deviant)).collect()
    }

    #[test]
    fn folds_the_most_common_first_and_marks_deviants() {
        let hosts = [
            host("a", None),
            host("b", Some((3, "stopped"))),
            host("c", Some((0, "running, pid 17\n"))),
            host("d", Some((0, "running, pid 4"))),
        ];
        let rules = [r"pid \d+=pid N"];
        assert_eq!(groups(&hosts, &[], None), [(1, false); 4]);
        assert_eq!(groups(&hosts, &rules, None), [(2, false), (1, false), (1, false)]);
        assert_eq!(groups(&hosts, &rules, Some(Expectation::Majority)), [(2, false), (1, true), (1, false)]);
        let text = Expectation::Text("stopped\n".into());
        assert_eq!(groups(&hosts, &rules, Some(text)), [(2, true), (1, false), (1, false)]);
        // Without the rule no output is the most common one.
        assert_eq!(
            groups(&hosts, &[], Some(Expectation::Majority)),
            [(1, true), (1, true), (1, true), (1, false)]
        );
    }

    #[test]
    fn wrong_rules_are_refused() {
        for rule in ["pid", "(=x", r"a=\9"] {
            assert!(Normalizer::parse(&[rule.to_owned()]).is_err(), "{rule}");
        }
    }
}
