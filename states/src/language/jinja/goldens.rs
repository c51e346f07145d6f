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
    check("goldens.json", "differences.json");
}

#[test]
fn filters_print_what_salt_prints() {
    check("filters.goldens.json", "filters.differences.json");
}

#[test]
fn functions_return_what_salts_return() {
    check("functions.goldens.json", "functions.differences.json");
}

/// Compares the goldens of one file of snippets, but for those that are known to print something else here.
fn check(goldens: &str, differences: &str) {
    let files: HashMap<String, String> = serde_json::from_str(&read("files.json")).unwrap();
    let goldens: Vec<Golden> = serde_json::from_str(&read(goldens)).unwrap();
    let known: BTreeMap<String, String> = serde_json::from_str(&read(differences)).unwrap();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let names = names();
    let mut found = BTreeMap::new();
    let mut wrong = Vec::new();
    for (snippet, printed, error) in &goldens {
        let here = outcome(&files, snippet, &names);
        let salt = match error {
            // A rendering's error is as good as the same kind of error.
            Some(error) => format!("ERROR {}", error.split("; line").next().unwrap_or_default()),
            None => printed.clone().unwrap_or_default(),
        };
        if *known.get(snippet).unwrap_or(&salt) != here {
            wrong.push(format!("{snippet}\n  salt: {salt:?}\n  here: {here:?}"));
        }
        if here != salt {
            found.insert(snippet.clone(), here);
        }
    }
    if std::env::var_os("WRITE_DIFFERENCES").is_some() {
        let text = serde_json::to_string_pretty(&found).unwrap();
        std::fs::write(testdata(differences), text + "\n").unwrap();
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

/// The host's pillar, as `generate.py` has it.
fn pillar() -> Map {
    let users = map([("ops", Value::from(map([("uid", Value::Int(7))])))]);
    map([
        ("p", Value::Int(1)),
        ("role", Value::from("proxy")),
        ("ports", Value::from(vec![80, 443])),
        ("users", Value::from(users)),
    ])
}

/// The host's configuration, as `generate.py` has it.
fn options() -> Map {
    map([("id", Value::from("fp-1")), ("own", Value::from(map([("key", Value::Int(1))])))])
}

/// What a snippet sees besides, as `generate.py` has it.
fn names() -> Map {
    let grains = map([
        ("id", Value::from("fp-1")),
        ("os", Value::from("Debian")),
        ("osrelease", Value::from("12")),
        ("ips", Value::from(vec!["10.0.0.1", "::1"])),
    ]);
    map([
        ("slspath", Value::from("web")),
        ("tpldir", Value::from("web")),
        ("sls", Value::from("web")),
        ("grains", Value::from(grains)),
    ])
}

/// What a snippet prints here, or the first line of its error without the line number.
fn outcome(files: &[(&str, &str)], text: &str, variables: &Map) -> String {
    // A snippet may change the pillar, so each has its own.
    let processes = Arc::new(Book::new(|_| output(0, "")));
    let mut context = context(Tree::new(files), processes, pillar(), false);
    if let Some(context) = Arc::get_mut(&mut context) {
        context.opts = Arc::new(options());
    }
    let template = Template {
        path: "web/init.sls",
        saltenv: "base",
        sls: Some("web"),
        text,
        names: Vec::new(),
        variables,
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
