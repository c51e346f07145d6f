//! `SECURITY.md` names a test beside each claim.

use std::collections::HashSet;
use std::path::Path;

#[test]
fn every_claim_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut functions = HashSet::new();
    for folder in ["common/src", "states/src", "agent/src", "master/src", "tests/tests"] {
        tests_in(&root.join(folder), &mut functions);
    }
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| ") && !line.contains("held by")).collect();
    let claims = rows.iter().filter(|row| !names(row).is_empty()).count();
    assert!(claims > 30, "only {claims} claims were found");
    let missing: Vec<&str> = text.lines().flat_map(names).filter(|name| !functions.contains(*name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

#[test]
fn the_masters_unit_gives_it_no_rights() {
    let unit = include_str!("../../packaging/systemd/lantern-master.service");
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let user = value("User").expect("without a user it is root");
    assert_ne!(user, "root");
    assert_eq!(value("NoNewPrivileges"), Some("true"));
    assert_eq!(value("CapabilityBoundingSet"), Some(""), "an empty list is none");
    let users = include_str!("../../packaging/sysusers/lantern.conf");
    assert!(users.lines().any(|line| line.starts_with(&format!("u {user} "))), "nobody makes {user}");
}

/// The names of tests in a line: words in backticks of at least three parts.
fn names(line: &str) -> Vec<&str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let is_name = |word: &&str| {
        word.matches('_').count() >= 2
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    quoted.filter(is_name).collect()
}

/// The names of the functions that follow `#[test]` or `#[tokio::test…]`.
fn tests_in(folder: &Path, functions: &mut HashSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, functions);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                is_test |= line == "#[test]" || line.starts_with("#[tokio::test");
                let function = line.trim_start_matches("async ").strip_prefix("fn ");
                if let Some((name, _)) = function.and_then(|function| function.split_once('(')) {
                    if is_test {
                        functions.insert(name.to_owned());
                    }
                    is_test = false;
                }
            }
        }
    }
}
