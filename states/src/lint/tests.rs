//! Every rule, from both sides: what it warns of and what it leaves alone.

use std::sync::Arc;

use common::value::Map;

use super::{RULES, lint, lint_pillar};
use crate::compile::examine;
use crate::compile::pillar::{compile as compile_pillar, examine as examine_pillar};
use crate::diagnostic::Diagnostic;
use crate::testing::{Book, Tree, context, output};

/// The names of the warnings of a tree, each with its line.
fn warnings(files: &[(&str, &str)]) -> Vec<String> {
    let host = context(Tree::new(files), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
    let examined = examine(&host, &["t".into()]);
    assert!(examined.errors.is_empty(), "{:#?}", examined.errors);
    let found = lint(&host, &examined);
    let named = found.iter().map(|warning| {
        let place = warning.place.as_ref().unwrap();
        let name = warning.name.as_deref().unwrap();
        assert!(RULES.iter().any(|rule| rule.name == name), "{name} is not listed");
        assert!(warning.help.is_some(), "{warning}");
        format!("{name} {}", place.line)
    });
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

fn of(text: &str) -> Vec<String> {
    warnings(&[("t.sls", text)])
}

fn clean(text: &str) {
    assert_eq!(of(text), Vec::<String>::new(), "{text}");
}

#[test]
fn the_rules_are_sorted_and_unique() {
    assert!(RULES.windows(2).all(|pair| pair[0].name < pair[1].name));
}

#[test]
fn octal_mode() {
    assert_eq!(of("/a:\n  file.managed:\n    - mode: 0644\n"), ["octal-mode 3"]);
    assert_eq!(of("/a:\n  file.directory:\n    - dir_mode: 755\n"), ["octal-mode 3"]);
    clean("/a:\n  file.managed:\n    - mode: '0644'\n    - replace: no\n");
    clean("/a:\n  file.managed:\n    - mode: 0644  # lint: allow octal-mode\n");
    clean("/a:\n  file.managed:\n    # lint: allow octal-mode\n    - mode: 0644\n");
}

#[test]
fn yaml_boolean() {
    assert_eq!(of("a:\n  test.nop:\n    - l: [yes, x]\n    - m: {on: 1}\n    - v: off\n").len(), 3);
    clean("a:\n  test.nop:\n    - l: ['yes', true]\n    - v: yes\n");
}

#[test]
fn numbers_that_are_text() {
    assert_eq!(
        of("a:\n  test.nop:\n    - at: 12:30\n    - version: 1.10\n"),
        ["lost-zero 4", "sexagesimal 3"]
    );
    clean("a:\n  test.nop:\n    - at: '12:30'\n    - v: 1.5\n    - w: 2.0\n    - x: 1.2.30\n    - n: 07\n");
}

#[test]
fn unquoted_jinja() {
    assert_eq!(of("{% set v = '1.10' %}\na:\n  test.nop:\n    - v: {{ v }}\n"), ["unquoted-jinja 4"]);
    assert_eq!(of("a:\n  test.nop:\n    - v: {{ 'off' }}\n"), ["unquoted-jinja 3"]);
    clean(
        "{% set v = '1.10' %}\na:\n  test.nop:\n    - v: '{{ v }}'\n    - w: {{ 1.5 }}\n    - b: {{ true }}\n    - n: {{ 80 }}\n",
    );
    // What a macro writes is written by hand.
    assert_eq!(
        of("{% macro m() %}\n/a:\n  file.managed:\n    - mode: 0644\n{% endmacro %}\n{{ m() }}\n"),
        ["octal-mode 6"]
    );
}

#[test]
fn python2_method() {
    assert_eq!(
        of("{% for k, v in {'a': 1}.iteritems() %}\n{{ k }}: test.nop\n{% endfor %}\n"),
        ["python2-method 1"]
    );
    clean("{% for k, v in {'a': 1}.items() %}\n{{ k }}: test.nop\n{% endfor %}\n# x.iteritems()\n");
}

#[test]
fn pillar_get_without_default() {
    let state = |value: &str| format!("a:\n  test.nop:\n    - x: \"{{{{ {value} }}}}\"\n");
    assert_eq!(of(&state("salt['pillar.get']('a:b')")), ["pillar-get-without-default 3"]);
    assert_eq!(of(&state("pillar.get('a')")), ["pillar-get-without-default 3"]);
    clean(&state("salt['pillar.get']('a:b', 1)"));
    clean(&state("salt['pillar.get']('a') or 'x'"));
    clean(&state("pillar.get('a')|default('x')"));
    clean("{% if salt['pillar.get']('a') %}\na: test.nop\n{% endif %}\n{# pillar.get('a') #}\n");
}

#[test]
fn items_of_a_declaration() {
    assert_eq!(of("a:\n  test.nop:\n    - context:\n      port: 80\n"), ["under-indented 4"]);
    assert_eq!(of("a:\n  test.nop:\n    - name: b\n      port: 80\n"), ["missing-dash 4"]);
    clean("a:\n  test.nop:\n    - context:\n        port: 80\n        host: a\n    - name: b\n");
}

#[test]
fn dict_not_list() {
    assert_eq!(of("a:\n  test.nop:\n    - require_in: {test: b}\nb:\n  test.nop: []\n"), ["dict-not-list 3"]);
    assert_eq!(of("ann:\n  user.present:\n    - groups: {adm: x}\n"), ["dict-not-list 3"]);
    clean("ann:\n  user.present:\n    - groups: [adm]\n");
}

#[test]
fn duplicate_name() {
    let two =
        |second: &str| format!("/a:\n  file.managed:\n    - contents: x\nb:\n  {second}\n    - name: /a\n");
    assert_eq!(of(&two("file.managed:")), ["duplicate-name 5"]);
    assert_eq!(of(&two("file.absent:")), ["duplicate-name 5"]);
    clean(&two("file.append:\n    - text: x"));
    clean(&two("file.absent:\n    - onlyif: 'false'"));
    clean("p:\n  pkg.installed:\n    - pkgs: [a]\nq:\n  pkg.installed:\n    - name: p\n");
}

#[test]
fn stray_argument() {
    assert_eq!(of("/a:\n  file.managed:\n    - owner: root\n"), ["stray-argument 3"]);
    assert_eq!(of("/a:\n  file.managed:\n    - requires: [{file: /b}]\n"), ["stray-argument 3"]);
    clean("/a:\n  file.managed:\n    - user: root\n    - require: []\n    - unless: 'true'\n");
    clean("a:\n  test.nop:\n    - anything: 1\n");
}

#[test]
fn commands() {
    assert_eq!(of("a:\n  cmd.run:\n    - user: www\n    - creates: /x\n"), ["user-on-cmd 3"]);
    assert_eq!(of("a:\n  cmd.run: []\n"), ["cmd-without-guard 2"]);
    clean("a:\n  cmd.run:\n    - user: root\n    - creates: /x\n");
    clean("a:\n  cmd.run:\n    - runas: www\n    - unless: 'true'\nb:\n  cmd.wait: []\n");
}

#[test]
fn deprecated_argument() {
    assert_eq!(of("ann:\n  user.present:\n    - gid_from_name: true\n"), ["deprecated-argument 3"]);
    clean("ann:\n  user.present:\n    - gid: 100\n");
}

#[test]
fn watch_without_effect() {
    let state = |function: &str| format!("x: test.nop\na:\n  {function}:\n    - watch: [{{test: x}}]\n");
    assert_eq!(of(&state("group.present")), ["watch-without-effect 4"]);
    clean(&state("service.running"));
}

#[test]
fn missing_source() {
    let tree = |source: &str| {
        let text = format!("/a:\n  file.managed:\n    - source: {source}\n");
        warnings(&[("t.sls", &text), ("web/a.conf", "x")])
    };
    assert_eq!(tree("salt://web/b.conf"), ["missing-source 3"]);
    assert_eq!(tree("[salt://x, salt://y]"), ["missing-source 3"]);
    assert!(tree("salt://web/a.conf").is_empty());
    assert!(tree("[salt://x, salt://web/a.conf]").is_empty());
    assert!(tree("http://web/a.conf").is_empty());
    let folder = |name: &str| {
        let text = format!("/a:\n  file.recurse:\n    - source: salt://{name}\n");
        warnings(&[("t.sls", &text), ("web/a.conf", "x")])
    };
    assert_eq!(folder("wbe"), ["missing-source 3"]);
    assert!(folder("web").is_empty());
}

/// The warnings of the pillar of a host, each with its file and line.
fn pillar(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let host = context(Tree::new(files), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
    let examined = match examine_pillar(&host, &Map::new()) {
        Ok(examined) => examined,
        Err(errors) => panic!("{errors:#?}"),
    };
    assert_eq!(Ok(examined.pillar.clone()), compile_pillar(&host, &Map::new()));
    lint_pillar(&host, &examined)
}

fn pillar_warnings(files: &[(&str, &str)]) -> Vec<String> {
    let named = pillar(files).into_iter().map(|warning| {
        let place = warning.place.as_ref().unwrap();
        let name = warning.name.as_deref().unwrap();
        assert!(RULES.iter().any(|rule| rule.name == name), "{name} is not listed");
        assert!(warning.help.is_some() && warning.notes.iter().any(|note| note == "in the pillar tree"));
        format!("{name} {}:{}", place.file, place.line)
    });
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

fn pillar_of(text: &str) -> Vec<String> {
    pillar_warnings(&[("top.sls", "base:\n  '*': [p]\n"), ("p.sls", text)])
}

#[test]
fn scalars_of_pillar() {
    assert_eq!(
        pillar_of("v: 1.10\nat: 12:30\nzip: 01234\nmode: 0644\nl: [yes, x]\n"),
        [
            "lost-zero p.sls:1",
            "lost-zero p.sls:3",
            "octal-mode p.sls:4",
            "sexagesimal p.sls:2",
            "yaml-boolean p.sls:5",
        ]
    );
    let clean = "v: '1.10'\nw: 1.5\nn: 80\nzero: 0\nflag: yes\nzip: 01234  # lint: allow lost-zero\n";
    assert_eq!(pillar_of(clean), [""; 0]);
    assert_eq!(pillar_of("{% for k in {}.iteritems() %}{% endfor %}\n"), ["python2-method p.sls:1"]);
    // A default is given by hand where the value is used.
    assert_eq!(pillar_of("v: '{{ grains.get('x') }}{{ pillar.get('y') }}'\n"), [""; 0]);
    assert_eq!(pillar_of("users:\n  - ann:\n    uid: 5\n"), ["under-indented p.sls:3"]);
    assert_eq!(pillar_of("users:\n  - ann:\n      uid: 5\n  - bob:\n"), [""; 0]);
}

#[test]
fn what_a_pillar_template_makes_is_not_told() {
    let found = pillar(&[
        ("top.sls", "base:\n  '*': [p]\n"),
        (
            "p.sls",
            "{% set made = '0' ~ '9'.replace('9', '71') ~ '5' %}\ntoken: {{ made }}\nb: {{ 'o' ~ 'n' }}\n",
        ),
    ]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|warning| warning.name.as_deref() == Some("unquoted-jinja")));
    assert!(found.iter().all(|warning| !warning.to_string().contains("715")), "{found:#?}");
}

#[test]
fn variables_of_an_include_are_seen() {
    let files = [
        ("top.sls", "base:\n  '*': [p]\n"),
        ("p.sls", "include:\n  - q: {defaults: {version: '1.10'}}\n"),
        ("q.sls", "v: {{ version }}\n"),
    ];
    assert_eq!(pillar_warnings(&files), ["unquoted-jinja q.sls:1"]);
}

#[test]
fn pillar_that_is_overwritten() {
    let tree = |top: &'static str, one: &'static str, two: &'static str| {
        pillar_warnings(&[("top.sls", top), ("one.sls", one), ("two.sls", two)])
    };
    let beside = "base:\n  '*':\n    - one\n    - two\n";
    let overwritten = ["pillar-overwritten two.sls:2"];
    assert_eq!(tree(beside, "a:\n  b: 1\n", "a:\n  b: 2\n"), overwritten);
    assert_eq!(tree(beside, "a:\n  b: [1]\n", "a:\n  b: [2]\n"), overwritten);
    assert_eq!(tree(beside, "a:\n  b: {c: 1}\n", "a:\n  b: 2\n"), overwritten);
    // One warning for two files, however many values it is.
    assert_eq!(tree(beside, "a: {b: 1, c: 1, d: 1}\n", "a:\n  b: 2\n  c: 2\n  d: 2\n"), overwritten);
    // What is the same, or stands elsewhere, is no harm.
    assert_eq!(tree(beside, "a: {b: 1}\n", "a: {b: 1, c: 2}\n"), [""; 0]);
    // Layers.
    assert_eq!(tree("base:\n  '*': [one]\n  'fp*': [two]\n  'h*': [two]\n", "a: 1\n", "a: 2\n"), [""; 0]);
    assert_eq!(tree("base:\n  '*': [two]\n", "a: 1\n", "include: [one]\na: 2\n"), [""; 0]);
    let layered = "base:\n  '*':\n    - one\n    - two  # lint: allow pillar-overwritten\n";
    assert_eq!(tree(layered, "a: 1\n", "a: 2\n"), [""; 0]);
    assert_eq!(tree(beside, "a: 1\n", "# lint: allow pillar-overwritten\na: 2\n"), [""; 0]);
    let chosen = "base:\n  '*':\n    - one\n    - {{ 't' ~ 'wo' }}\n";
    assert_eq!(tree(chosen, "a: 1\n", "a: 2\n"), [""; 0]);
    // Nobody means to empty a map.
    let layers = "base:\n  '*': [one]\n  '**': [two]\n";
    assert_eq!(tree(layers, "a: {b: 1}\n", "x: 1\na:\n  # b: 2\n"), overwritten);
    assert_eq!(tree(layers, "a: {b: 1}\n", "a: {}\n"), [""; 0]);
}

#[test]
fn pillar_beside_each_other_in_an_include() {
    let tree = |key: &'static str| {
        pillar_warnings(&[
            ("top.sls", "base:\n  '*': [p]\n"),
            ("p.sls", key),
            ("one.sls", "a: 1\n"),
            ("two.sls", "a: 2\n"),
        ])
    };
    assert_eq!(tree("include: [one, two]\n"), ["pillar-overwritten two.sls:1"]);
    assert_eq!(tree("include:\n  - one: {key: x}\n  - two: {key: 'y:z'}\n"), [""; 0]);
}
