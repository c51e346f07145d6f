use common::value::{Value, map};

use super::*;
use crate::testing::{Book, Tree, context, output};

fn compiled(files: &[(&str, &str)], opts: Map, overrides: &Map) -> Result<String, Vec<Diagnostic>> {
    let host = context(Tree::new(files), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
    let Ok(mut host) = Arc::try_unwrap(host) else { panic!("nobody else has it") };
    host.opts = Arc::new(opts);
    compile(&Arc::new(host), overrides).map(|pillar| Value::Map(pillar).to_string())
}

fn fine(files: &[(&str, &str)]) -> String {
    compiled(files, Map::new(), &Map::new()).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

#[test]
fn files_are_merged_in_order() {
    let text = fine(&[
        ("top.sls", "base: {'*': [a, b], 'fp-*': [c, {order: -1}], 'cm-*': [d]}\n"),
        ("a.sls", "m: {x: 1, l: [1]}\n"),
        ("b.sls", "m: {y: 2, l: [2]}\n"),
        ("c.sls", "m: {x: 0, c: 1}\n"),
    ]);
    assert_eq!(text, "{'m': {'x': 1, 'c': 1, 'l': [2], 'y': 2}}");
}

#[test]
fn includes_come_below_the_including_file() {
    let text = fine(&[
        ("top.sls", "base: {'*': [a]}\n"),
        ("a.sls", "include: [b, {c: {key: 'k:l', defaults: {who: me}}}, sub]\nown: a\nboth: a\n"),
        ("b.sls", "both: b\n"),
        ("c.sls", "who: {{ who }}\n"),
        ("sub/init.sls", "include: [.more]\nsub: 1\n"),
        ("sub/more.sls", "more: 1\nsub: 0\n"),
    ]);
    assert_eq!(text, "{'both': 'a', 'k': {'l': {'who': 'me'}}, 'more': 1, 'sub': 1, 'own': 'a'}");
}

#[test]
fn overrides_win() {
    let overrides = map([("m", map([("x", 9.into())]).into())]);
    let files = [("top.sls", "base: {'*': [a]}\n"), ("a.sls", "m: {x: 1, y: 2}\n")];
    assert_eq!(compiled(&files, Map::new(), &overrides).unwrap(), "{'m': {'x': 9, 'y': 2}}");
}

#[test]
fn without_a_top_file_there_is_no_pillar() {
    assert_eq!(fine(&[("a.sls", "x: 1\n")]), "{}");
}

#[test]
fn what_may_be_missing_is_not_missed() {
    assert_eq!(fine(&[("top.sls", "base: {'*': [{ignore_missing: True}, nope]}\n")]), "{}");
}

#[test]
fn errors_name_file_and_cure() {
    let files = [
        ("top.sls", "base: {'*': [a, rloe]}\n"),
        ("a.sls", "include: [gone]\nx: 1\n"),
        ("role.sls", "- 1\n"),
    ];
    let errors = compiled(&files, Map::new(), &Map::new()).expect_err("two files are missing");
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].contains("no pillar SLS 'gone'") && shown[0].contains("--> a.sls:1:11"), "{}", shown[0]);
    assert!(
        shown[1].contains("did you mean `role`?") && shown[1].contains("--> top.sls:1:17"),
        "{}",
        shown[1]
    );
    let sentence = "Specified SLS 'rloe' in environment 'base' is not available on the salt master";
    assert_eq!(errors[1].salt.as_deref(), Some(sentence));
}

#[test]
fn files_that_include_each_other_end() {
    let text = fine(&[
        ("top.sls", "base: {'*': [a]}\n"),
        ("a.sls", "include: [b]\na: 1\n"),
        ("b.sls", "include: [a]\nb: 1\n"),
    ]);
    assert_eq!(text, "{'a': 1, 'b': 1}");
}

#[test]
fn what_comes_from_elsewhere_is_named() {
    let files = [("top.sls", "base: {'*': [a]}\n"), ("a.sls", "key: {deep: text}\nopen: 1\n")];
    let shown = |opts: Map| -> Vec<String> {
        let errors = compiled(&files, opts, &Map::new()).expect_err("it is not built");
        errors.iter().map(ToString::to_string).collect()
    };
    let git = Value::from(map([("git", Value::from(vec!["main https://git.example.net/pillar"]))]));
    let command = Value::from(map([("cmd_yaml", Value::from("cat /x"))]));
    let external = map([("ext_pillar", Value::List(vec![git, command]))]);
    let errors = shown(external.clone());
    assert_eq!(errors.len(), 2);
    assert!(
        errors[0].contains("external pillar 'git'") && errors[0].contains("pillar_roots"),
        "{}",
        errors[0]
    );
    assert!(errors[1].contains("external pillar 'cmd_yaml'"), "{}", errors[1]);
    let mut excluded = external;
    excluded.insert("exclude_ext_pillar".into(), vec!["git"].into());
    assert_eq!(shown(excluded).len(), 1);
    assert!(shown(map([("ext_pillar", Value::from("git"))]))[0].contains("not a list of maps"));

    let encrypted = |paths: Value| map([("decrypt_pillar", paths)]);
    let errors = shown(encrypted(vec!["key:deep", "not:there"].into()));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("'key:deep' decrypted with gpg"), "{}", errors[0]);
    let errors = shown(encrypted(Value::List(vec![map([("open", Value::from("nacl"))]).into()])));
    assert!(errors[0].contains("'open' decrypted with nacl"), "{}", errors[0]);
    let untouched = compiled(&files, encrypted(vec!["not:there"].into()), &Map::new());
    assert_eq!(untouched.unwrap(), "{'key': {'deep': 'text'}, 'open': 1}");

    let gpg = [("top.sls", "base: {'*': [a]}\n"), ("a.sls", "#!jinja|yaml|gpg\nkey: 1\n")];
    let errors = compiled(&gpg, Map::new(), &Map::new()).expect_err("it is not built");
    assert!(errors[0].to_string().contains("renderer 'gpg'"), "{}", errors[0]);
}

#[test]
fn a_pillar_file_that_is_too_large_is_named() {
    let line = "- some text that fills the file\n";
    let text = line.repeat(50_000_000 / line.len() + 1);
    let errors = compiled(&[("top.sls", "base: {'*': [a]}\n"), ("a.sls", &text)], Map::new(), &Map::new())
        .expect_err("it is too large");
    let shown = errors[0].to_string();
    assert!(
        shown.contains("a.sls of environment base has 500000") && shown.contains("may have 16777216"),
        "{shown}"
    );
}

#[test]
fn the_masters_configuration_is_no_pillar() {
    let files = [("top.sls", "base: {'*': [a]}\n"), ("a.sls", "x: 1\n")];
    let opts = map([("pillar_opts", Value::Bool(true)), ("secret", Value::from("hunter2"))]);
    assert_eq!(compiled(&files, opts, &Map::new()).unwrap(), "{'x': 1}");
}
