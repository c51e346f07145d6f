//! Every case under `conformance/cases` answers as real Salt does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

use tests::conformance::{Answer, Case, cases, differences};

/// The case to look at alone: `CASE=yaml-crlf cargo test -p tests conformance`.
const ONLY: &str = "CASE";

#[test]
fn cases_answer_as_salt_does() {
    let only = std::env::var(ONLY).ok();
    let cases: Vec<Case> =
        cases().into_iter().filter(|case| only.as_ref().is_none_or(|only| *only == case.name)).collect();
    let (next, threads) = (AtomicUsize::new(0), available_parallelism().map_or(1, usize::from));
    let mut found: Vec<(usize, Found)> = thread::scope(|scope| {
        let work = || {
            let mut found = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = cases.get(index) else { return found };
                found.push((index, look_at(case)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    found.sort_by_key(|(index, _)| *index);
    let calls: usize = found.iter().map(|(_, found)| found.calls).sum();
    for gap in found.iter().filter_map(|(_, found)| found.gap.as_ref()) {
        eprintln!("a known gap, {gap}");
    }
    let wrong: Vec<String> = found.into_iter().flat_map(|(_, found)| found.wrong).collect();
    assert!(calls > 0, "no case was found");
    assert!(wrong.is_empty(), "{} of {calls} calls differ from Salt:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What came of one case.
#[derive(Default)]
struct Found {
    calls: usize,
    wrong: Vec<String>,
    gap: Option<String>,
}

fn look_at(case: &Case) -> Found {
    let mut found = Found::default();
    for call in case.calls() {
        found.calls += 1;
        let differences = differences(&call, &Answer::to(case, &call));
        if !differences.is_empty() {
            let names = call.names.join(",");
            found.wrong.push(format!(
                "{}: {} {names}\n    {}",
                case.name,
                call.function,
                differences.join("\n    ")
            ));
        }
    }
    if let Some(gap) = case.gap() {
        if found.wrong.is_empty() {
            found.wrong.push(format!("{}: answers as Salt does now: remove its gap.md", case.name));
        } else {
            found.wrong.clear();
            found.gap = Some(format!("{}: {gap}", case.name));
        }
    }
    found
}

#[test]
fn whatever_differs_is_listed() {
    let page = include_str!("../../COMPATIBILITY.md");
    let missing: Vec<String> = cases()
        .into_iter()
        .filter(|case| {
            (case.deviation() || case.gap().is_some()) && !page.contains(&format!("`{}`", case.name))
        })
        .map(|case| case.name)
        .collect();
    assert!(missing.is_empty(), "COMPATIBILITY.md does not name {}", missing.join(", "));
}
