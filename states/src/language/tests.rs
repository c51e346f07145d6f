//! What a whole file renders to, and how its errors read.

use std::sync::Arc;

use common::value::{Map, Value, map};

use super::{Kind, Node, Source, render, render_template};
use crate::diagnostic::Diagnostic;
use crate::testing::{Book, Tree, context, output};

fn load_with(files: &[(&str, &str)], path: &str) -> Result<Node, Diagnostic> {
    let text = files.iter().find(|(name, _)| *name == path).unwrap().1;
    let pillar = map([("role", Value::from("proxy")), ("ports", Value::from(vec![80, 443]))]);
    let context = context(Tree::new(files), Arc::new(Book::new(|_| output(0, ""))), pillar, false);
    let sls = path.trim_end_matches(".sls").trim_end_matches("/init").replace('/', ".");
    let source = Source { path: path.into(), saltenv: "base".into(), sls: sls.into(), text: text.into() };
    render(&context, &source, &Map::new())
}

fn load(text: &str) -> Result<Node, Diagnostic> {
    load_with(&[("web/init.sls", text)], "web/init.sls")
}

fn value(text: &str) -> String {
    load(text).unwrap_or_else(|error| panic!("{error}")).to_value().to_string()
}

/// The line of the first string `wanted` in a tree.
fn line_of(node: &Node, wanted: &str) -> Option<u32> {
    match &node.kind {
        Kind::Scalar(value) => (value.as_str() == Some(wanted)).then_some(node.place.line),
        Kind::List(items) => items.iter().find_map(|item| line_of(item, wanted)),
        Kind::Map(pairs) => {
            pairs.iter().find_map(|(key, value)| line_of(key, wanted).or_else(|| line_of(value, wanted)))
        }
    }
}

#[test]
fn a_state_file_becomes_data() {
    let text = "\
{% for port in pillar['ports'] %}
port-{{ port }}:
  cmd.run:
    - name: echo {{ port }} {{ grains['id'] }} {{ sls }} {{ slspath }} {{ tpldir }}
{% endfor %}
";
    assert_eq!(
        value(text),
        "{'port-80': {'cmd.run': [{'name': 'echo 80 fp-1 web web web'}]}, \
         'port-443': {'cmd.run': [{'name': 'echo 443 fp-1 web web web'}]}}"
    );
}

#[test]
fn every_value_knows_its_line_in_the_template() {
    let text = "\
{% set x = [
  1,
] %}
one:
  test.nop
{% for name in ['a', 'b'] %}
{{ name }}:
  cmd.run:
    - name: run {{ name }}
{% endfor %}
last:
  test.nop: []
";
    let node = load(text).unwrap();
    for (wanted, line) in [("one", 4), ("a", 7), ("b", 7), ("cmd.run", 8), ("run b", 9), ("last", 11)] {
        assert_eq!(line_of(&node, wanted), Some(line), "{wanted}");
    }
}

#[test]
fn nothing_is_null() {
    for text in ["", "# a comment\n", "{# #}\n", "#!yaml\n"] {
        assert!(matches!(load(text).unwrap().kind, Kind::Scalar(Value::Null)), "{text:?}");
    }
}

#[test]
fn yaml_errors_name_the_line_of_the_template() {
    let error = load("{% set x = 1 %}\na:\n  b: {{ x }}\n  c: 2\n  b: 3\n").unwrap_err();
    assert_eq!(error.place.as_ref().unwrap().line, 5);
    assert_eq!(error.excerpt.as_deref(), Some("  b: 3"));
    assert!(error.message.contains("'b' stands twice"), "{error}");
    assert!(error.salt.unwrap().contains("Rendering SLS 'base:web' failed: while constructing a mapping"));
}

#[test]
fn undefined_names_are_errors_with_a_line() {
    let error = load("a: 1\nb: {{ nope }}\n").unwrap_err();
    assert_eq!(error.place.as_ref().unwrap().line, 2);
    assert_eq!(error.message, "`nope` is undefined");
    assert!(
        error
            .salt
            .unwrap()
            .starts_with("Rendering SLS 'base:web' failed: Jinja variable 'nope' is undefined; line 2")
    );
    let error = load("a: {{ pillar['rule'] }}\n").unwrap_err();
    assert_eq!(error.message, "`pillar['rule']` is undefined");
    assert!(error.salt.unwrap().contains("Jinja variable 'dict object' has no attribute 'rule'"));
}

#[test]
fn an_error_in_an_import_names_both_files() {
    let files = [
        ("web/init.sls", "{% from 'lib/map.jinja' import x %}\na: {{ x() }}\n"),
        ("lib/map.jinja", "{% macro x() %}\n{{ missing }}\n{% endmacro %}\n{{ nope }}\n"),
    ];
    let error = load_with(&files, "web/init.sls").unwrap_err();
    assert_eq!(error.place.as_ref().unwrap().to_string(), "lib/map.jinja:4:4");
    assert_eq!(error.excerpt.as_deref(), Some("{{ nope }}"));
    assert_eq!(error.notes, ["reached from web/init.sls:1"]);
}

#[test]
fn the_renderer_line_chooses() {
    assert_eq!(value("#!yaml\na: '{{ x }}'\n"), "{'a': '{{ x }}'}");
    assert_eq!(value("#!json\n{\"a\": [1, null]}\n"), "{'a': [1, None]}");
    assert_eq!(value("#!jinja|json\n{\"a\": {{ 1 + 1 }}}\n"), "{'a': 2}");
    assert_eq!(value("#! jinja -s | yaml\na: {{ 1 }}\n"), "{'a': 1}");
    assert_eq!(value("#!yaml_jinja\na: {{ 1 }}\n"), "{'a': 1}");
    assert_eq!(value("#!/bin/sh\na: {{ 1 }}\n"), "{'a': 1}");
    let error = load("#!jinja|yml\na: 1\n").unwrap_err();
    assert_eq!(error.message, "there is no renderer 'yml'");
    assert_eq!(error.help.as_deref(), Some("did you mean `yaml`?"));
    for (line, message, help) in [
        ("#!py", "Salt's renderer 'py' is not built here", "Python program"),
        (
            "#!jinja|gpg",
            "Salt's renderer 'gpg' is not built here",
            "pillar tree that only the master can read",
        ),
        ("#!jinja -x|yaml", "the renderer jinja has no option `-x`", "#!jinja|yaml"),
        ("#!jinja|", "the renderer line `#!jinja|` has nothing on one side of its `|`", "#!jinja|yaml"),
    ] {
        let error = load(&format!("{line}\na: 1\n")).unwrap_err();
        assert_eq!(error.message, message);
        assert!(error.help.unwrap().contains(help), "{line}");
    }
}

#[test]
fn templates_of_file_states_see_their_own_names() {
    let tree = Tree::new(&[("web/part.jinja", "{{ name }} {{ salt is defined }}")]);
    let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
    let names = map([("name", Value::from("/etc/x")), ("port", Value::Int(80))]);
    let text = "{{ port }} {% include 'web/part.jinja' %} {{ sls is defined }}\n\n";
    let rendered = render_template(&context, "base", "web/x.conf", text, &names).unwrap();
    assert_eq!(rendered, "80 /etc/x True False\n\n");
}
