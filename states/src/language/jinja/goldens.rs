//! Snippets against what Salt's own Jinja printed for them: see `testdata/README.md`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use common::value::{Map, Value, map};

use super::{Template, render};
use crate::testing::{Book, Tree, context, output};

/// A snippet, what Salt printed, and the first line of its error.
type Golden = (String, Option<String>, Option<String>);

#[test]
fn snippets_print_what_salt_prints() {
    let files: HashMap<String, String> = serde_json::from_str(&read("files.json")).unwrap();
    let goldens: Vec<Golden> = serde_json::from_str(&read("goldens.json")).unwrap();
    let known: BTreeMap<String, String> = serde_json::from_str(&read("differences.json")).unwrap();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let mut differences = BTreeMap::new();
    let mut wrong = Vec::new();
    for (snippet, printed, error) in &goldens {
        let here = outcome(&files, snippet);
        let salt = match error {
            // A rendering's error is as good as the same kind of error.
            Some(error) => format!("ERROR {}", error.split("; line").next().unwrap_or_default()),
            None => printed.clone().unwrap_or_default(),
        };
        if *known.get(snippet).unwrap_or(&salt) != here {
            wrong.push(format!("{snippet}\n  salt: {salt:?}\n  here: {here:?}"));
        }
        if here != salt {
            differences.insert(snippet.clone(), here);
        }
    }
    if std::env::var_os("WRITE_DIFFERENCES").is_some() {
        let text = serde_json::to_string_pretty(&differences).unwrap();
        std::fs::write(testdata("differences.json"), text + "\n").unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), goldens.len(), wrong.join("\n"));
}

fn testdata(name: &str) -> String {
    format!("{}/src/language/testdata/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(testdata(name)).unwrap()
}

/// What a snippet sees: its pillar, and the names around it.
fn given() -> (Map, Map) {
    let users = map([("ops", Value::from(map([("uid", Value::Int(7))])))]);
    let pillar = map([
        ("p", Value::Int(1)),
        ("role", Value::from("proxy")),
        ("ports", Value::from(vec![80, 443])),
        ("users", Value::from(users)),
    ]);
    let names = map([
        ("slspath", Value::from("web")),
        ("tpldir", Value::from("web")),
        ("sls", Value::from("web")),
        (
            "grains",
            Value::from(map([
                ("id", Value::from("fp-1")),
                ("os", Value::from("Debian")),
                ("osrelease", Value::from("12")),
                ("ips", Value::from(vec!["10.0.0.1", "::1"])),
            ])),
        ),
    ]);
    (pillar, names)
}

/// What a snippet prints here, or the first line of its error without the line number.
fn outcome(files: &[(&str, &str)], text: &str) -> String {
    // A snippet may change the pillar, so each has its own.
    let (pillar, variables) = given();
    let processes = Arc::new(Book::new(|_| output(0, "")));
    let context = context(Tree::new(files), processes, pillar, false);
    let template = Template {
        path: "web/init.sls",
        saltenv: "base",
        sls: Some("web"),
        text,
        names: Vec::new(),
        variables: &variables,
    };
    match render(&context, &template) {
        Ok(rendered) => rendered.text,
        Err(error) => {
            let sentence = error.salt.unwrap_or_default();
            let sentence = sentence.trim_start_matches("Rendering SLS 'base:web' failed: ");
            let first = sentence.lines().next().unwrap_or_default();
            format!("ERROR {}", first.split("; line").next().unwrap_or_default())
        }
    }
}
