//! What `master check` shows: each error and warning once, with the hosts that share it.

use std::io::IsTerminal as _;

use common::id::HostId;
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use states::diagnostic::{Diagnostic, Severity};

use super::described::Shape;
use super::exit_code;
use super::printer::{data, talk};
use crate::api::{CheckResult, UnusedSls};

/// How many hosts are named.
const NAMED: usize = 5;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) results: Vec<CheckResult>,
    pub(super) unused: Vec<UnusedSls>,
}

/// A diagnostic with the hosts that share it.
struct Shared<'a> {
    diagnostic: Diagnostic,
    hosts: Vec<&'a HostId>,
}

/// Shows it, and says how the program ends.
pub(super) fn show(checked: &Checked, shape: Shape, all: bool, strict: bool) -> u8 {
    let errors = shared(&checked.results, |result| result.errors.clone());
    let warnings = shared(&checked.results, warnings_of);
    match shape {
        Shape::Json => data(&format!("{:#}\n", as_json(checked, &errors, &warnings))),
        Shape::Human => human(checked, &errors, &warnings, all),
    }
    if !errors.is_empty() || (all && !checked.unused.is_empty()) {
        exit_code::NOT_COMPILED
    } else if strict && !warnings.is_empty() {
        exit_code::FAILED
    } else {
        exit_code::SUCCESS
    }
}

/// The notices of the compiler and the warnings of the linter.
fn warnings_of(result: &CheckResult) -> Vec<Diagnostic> {
    let notices = result
        .warnings
        .iter()
        .map(|notice| Diagnostic { severity: Severity::Warning, ..Diagnostic::new(notice.clone()) });
    notices.chain(result.lints.iter().cloned()).collect()
}

/// Each diagnostic once, in the order in which they were found.
fn shared(results: &[CheckResult], of: impl Fn(&CheckResult) -> Vec<Diagnostic>) -> Vec<Shared<'_>> {
    let mut found: IndexMap<String, Shared<'_>> = IndexMap::new();
    for result in results {
        for diagnostic in of(result) {
            let entry = found.entry(key(&diagnostic));
            let shared = entry.or_insert_with(|| Shared { diagnostic, hosts: Vec::new() });
            shared.hosts.push(&result.host);
        }
    }
    found.into_values().collect()
}

/// What makes a diagnostic the same on two hosts: all of it but the way to its file, which may be another.
fn key(diagnostic: &Diagnostic) -> String {
    let mut alike = diagnostic.clone();
    alike.notes.retain(|note| !note.starts_with("included from "));
    alike.print(false)
}

fn human(checked: &Checked, errors: &[Shared<'_>], warnings: &[Shared<'_>], all: bool) {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let total = checked.results.len();
    let mut text = String::new();
    for Shared { diagnostic, hosts } in warnings.iter().chain(errors) {
        let note = on_hosts(hosts, total);
        text.push_str(&diagnostic.clone().note(note).print(colour));
        text.push_str("\n\n");
    }
    for unused in &checked.unused {
        for error in &unused.errors {
            let severity = if all { Severity::Error } else { Severity::Note };
            let note = format!("no host gets '{}'; it was compiled as {} would", unused.sls, unused.host);
            text.push_str(&Diagnostic { severity, ..error.clone() }.note(note).print(colour));
            text.push_str("\n\n");
        }
    }
    data(&text);
    let broken = checked.results.iter().filter(|result| !result.errors.is_empty()).count();
    let states: usize = checked.results.iter().map(|result| result.states).sum();
    let mut outcome = match broken {
        0 => format!("the tree compiles for {} ({states} states)", count(total, "host")),
        broken => format!(
            "the tree does not compile for {broken} of {}: {}",
            count(total, "host"),
            count(errors.len(), "error")
        ),
    };
    if !warnings.is_empty() {
        outcome.push_str(&format!(", {}", count(warnings.len(), "warning")));
    }
    if !checked.unused.is_empty() {
        let files = count(checked.unused.len(), "SLS file");
        outcome.push_str(&format!("; {files} that no host gets would not compile"));
    }
    talk(&outcome);
}

/// Which hosts, the first few by name.
fn on_hosts(hosts: &[&HostId], total: usize) -> String {
    let named: Vec<_> = hosts.iter().take(NAMED).map(|host| host.as_str()).collect();
    let more = if hosts.len() > NAMED { ", …" } else { "" };
    match (hosts.len(), total) {
        (_, 1) => format!("on {}", named.join(", ")),
        (shared, total) if shared == total => format!("on all {total} hosts: {}{more}", named.join(", ")),
        (shared, total) => format!("on {shared} of {total} hosts: {}{more}", named.join(", ")),
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn as_json(checked: &Checked, errors: &[Shared<'_>], warnings: &[Shared<'_>]) -> Json {
    let hosts: serde_json::Map<String, Json> = checked
        .results
        .iter()
        .map(|result| {
            let told = json!({"compiles": result.errors.is_empty(), "states": result.states});
            (result.host.to_string(), told)
        })
        .collect();
    let told = |shared: &[Shared<'_>]| -> Vec<Json> {
        let one = |Shared { diagnostic, hosts }: &Shared<'_>| {
            let mut told = json!(diagnostic);
            told["hosts"] = hosts.iter().map(|host| host.as_str()).collect::<Vec<_>>().into();
            told["text"] = diagnostic.print(false).into();
            told
        };
        shared.iter().map(one).collect()
    };
    json!({
        "hosts": hosts,
        "errors": told(errors),
        "warnings": told(warnings),
        "unused": checked.unused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(host: &str, errors: &[&str]) -> CheckResult {
        CheckResult {
            host: host.parse().unwrap(),
            states: 1,
            warnings: Vec::new(),
            errors: errors.iter().map(|message| Diagnostic::new(*message)).collect(),
            lints: Vec::new(),
        }
    }

    #[test]
    fn what_hosts_share_is_told_once() {
        let results: Vec<_> = (0..8)
            .map(|n| result(&format!("fp-{n}"), if n == 3 { &["all", "one"] } else { &["all"] }))
            .collect();
        let found = shared(&results, |result| result.errors.clone());
        let told: Vec<_> = found.iter().map(|one| on_hosts(&one.hosts, results.len())).collect();
        assert_eq!(told, ["on all 8 hosts: fp-0, fp-1, fp-2, fp-3, fp-4, …", "on 1 of 8 hosts: fp-3"]);
        assert_eq!(on_hosts(&[&results[0].host], 1), "on fp-0");
    }

    #[test]
    fn exit_codes() {
        let checked = |errors: &[&str], notice: bool, unused: bool| {
            let mut result = result("a", errors);
            result.warnings.extend(notice.then(|| "w".to_owned()));
            let broken = UnusedSls {
                saltenv: "base".into(),
                sls: "x".into(),
                host: "a".parse().unwrap(),
                errors: vec![Diagnostic::new("e")],
            };
            Checked { results: vec![result], unused: unused.then_some(broken).into_iter().collect() }
        };
        let code = |checked: Checked, all, strict| show(&checked, Shape::Json, all, strict);
        assert_eq!(code(checked(&[], true, true), false, false), exit_code::SUCCESS);
        assert_eq!(code(checked(&[], true, false), false, true), exit_code::FAILED);
        assert_eq!(code(checked(&[], false, true), true, false), exit_code::NOT_COMPILED);
        assert_eq!(code(checked(&["e"], true, false), false, true), exit_code::NOT_COMPILED);
    }
}
