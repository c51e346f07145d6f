//! Snippets against what Salt's own Jinja printed for them: see `testdata/README.md`.

use std::collections::HashMap;
use std::sync::Arc;

use common::value::{Map, Value, map};

use super::{Template, render};
use crate::testing::{Book, Tree, context, output};

/// A snippet, what Salt printed, and the first line of its error.
type Golden = (String, Option<String>, Option<String>);

/// The goldens of one file of snippets, and those that are known to print something else here.
struct Goldens {
    salt: &'static str,
    differences: &'static str,
}

#[test]
fn snippets_print_what_salt_prints() {
    Goldens {
        salt: include_str!("../testdata/goldens.json"),
        differences: include_str!("../testdata/differences.json"),
    }
    .check();
}

#[test]
fn filters_print_what_salt_prints() {
    Goldens {
        salt: include_str!("../testdata/filters.goldens.json"),
        differences: include_str!("../testdata/filters.differences.json"),
    }
    .check();
}

#[test]
fn functions_return_what_salts_return() {
    Goldens {
        salt: include_str!("../testdata/functions.goldens.json"),
        differences: include_str!("../testdata/functions.differences.json"),
    }
    .check();
}

impl Goldens {
    fn check(&self) {
        let files: HashMap<String, String> =
            serde_json::from_str(include_str!("../testdata/files.json")).unwrap();
        let goldens: Vec<Golden> = serde_json::from_str(self.salt).unwrap();
        let known: HashMap<String, String> = serde_json::from_str(self.differences).unwrap();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
        let names = names();
        let mut wrong = Vec::new();
        for (snippet, printed, error) in &goldens {
            // A snippet may change the pillar.
            let processes = Arc::new(Book::new(|_| output(0, "")));
            let mut context = context(Tree::new(&files), processes, pillar(), false);
            if let Some(context) = Arc::get_mut(&mut context) {
                context.opts = Arc::new(options());
            }
            let here = outcome(&context, snippet, &names);
            let salt = match error {
                // A rendering's error is as good as the same kind of error.
                Some(error) => format!("ERROR {}", error.split("; line").next().unwrap_or_default()),
                None => printed.clone().unwrap_or_default(),
            };
            match known.get(snippet) {
                Some(ours) if *ours == here => {}
                None if here == salt => {}
                _ => wrong.push(format!("{snippet}\n  salt: {salt:?}\n  here: {here:?}")),
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), goldens.len(), wrong.join("\n"));
    }
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

fn outcome(context: &Arc<crate::context::Context>, text: &str, variables: &Map) -> String {
    let template = Template {
        path: "web/init.sls",
        saltenv: "base",
        sls: Some("web"),
        text,
        names: Vec::new(),
        variables,
    };
    match render(context, &template) {
        Ok(rendered) => rendered.text,
        Err(error) => {
            let sentence = error.salt.unwrap_or_default();
            let sentence = sentence.trim_start_matches("Rendering SLS 'base:web' failed: ");
            let first = sentence.lines().next().unwrap_or_default();
            format!("ERROR {}", first.split("; line").next().unwrap_or_default())
        }
    }
}
