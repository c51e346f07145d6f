//! Every case under `conformance/cases` answers as real Salt does.

use tests::conformance::{Answer, cases, differences};

/// The case to look at alone: `CASE=yaml-crlf cargo test -p tests conformance`.
const ONLY: &str = "CASE";

#[test]
fn cases_answer_as_salt_does() {
    let only = std::env::var(ONLY).ok();
    let (mut calls, mut wrong) = (0, Vec::new());
    for case in cases() {
        if only.as_ref().is_some_and(|only| *only != case.name) {
            continue;
        }
        let (gap, before) = (case.gap(), wrong.len());
        for call in case.calls() {
            calls += 1;
            let found = differences(&call, &Answer::to(&case, &call));
            if !found.is_empty() {
                let names = call.names.join(",");
                wrong.push(format!("{}: {} {names}\n    {}", case.name, call.function, found.join("\n    ")));
            }
        }
        if let Some(gap) = gap {
            if wrong.len() == before {
                wrong.push(format!("{}: answers as Salt does now: remove its gap.md", case.name));
            } else {
                wrong.truncate(before);
                eprintln!("a known gap, {}: {gap}", case.name);
            }
        }
    }
    assert!(calls > 0, "no case was found");
    assert!(wrong.is_empty(), "{} of {calls} calls differ from Salt:\n\n{}", wrong.len(), wrong.join("\n\n"));
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
