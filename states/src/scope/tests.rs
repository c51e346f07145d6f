use common::value::map;

use super::*;
use crate::testing::{Book, Tree, context, output};

/// What `fp-1` needs of `base`, where the other files of the tree are for others.
fn needs(files: &[(&str, &str)], wanted: &Wanted) -> Vec<String> {
    let book = Arc::new(Book::new(|line| panic!("{line} was run")));
    let pillar = map([("roles", vec!["web"].into()), ("file", "salt://keys/fp-1.pem".into())]);
    let context = context(Tree::new(files), book, pillar, false);
    needed(&context, wanted).into_iter().map(|(saltenv, path)| format!("{saltenv}:{path}")).collect()
}

fn top() -> Wanted {
    Wanted { top: true, ..Wanted::default() }
}

fn in_base(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!("base:{path}")).collect()
}

#[test]
fn a_host_needs_its_top_match_its_includes_imports_and_sources() {
    let files = [
        ("top.sls", "base:\n  'fp-*': [web]\n  'db-*': [db]\n"),
        (
            "web/init.sls",
            "{% from 'lib/map.jinja' import port %}\n{% import_yaml tpldir ~ '/data.yaml' as data %}\n\
             include:\n{% for role in pillar.roles %}\n  - roles.{{ role }}\n{% endfor %}\n\
             /etc/web.conf:\n  file.managed:\n    - source: [salt://{{ slspath }}/{{ grains.os }}.conf, salt://web/any.conf]\n    \
             - template: jinja\n\
             /srv:\n  file.recurse:\n    - source: salt://site\n\
             key:\n  file.managed:\n    - name: /etc/key\n    - source: {{ pillar.file }}\n\
             salt://tools/run.sh:\n  cmd.script: []\n",
        ),
        ("web/Debian.conf", "{% include 'lib/head.txt' %}{% import 'web/' ~ x as y %}"),
        ("web/any.conf", "plain"),
        ("web/data.yaml", "a: 1"),
        ("web/tls.sls", "{}"),
        ("lib/map.jinja", "{% set port = salt['grains.get']('x', 80) %}"),
        (
            "lib/head.txt",
            "{% import './deep.jinja' as deep %}{% set text = salt['cp.get_file_str']('salt://lib/read.txt') %}",
        ),
        ("lib/deep.jinja", ""),
        ("lib/read.txt", ""),
        ("lib/other.jinja", ""),
        ("roles/web.sls", "{}"),
        ("roles/db.sls", "{}"),
        ("site/a", ""),
        ("site/b/c", ""),
        ("sites/no", ""),
        ("keys/fp-1.pem", "mine"),
        ("keys/fp-2.pem", "another's"),
        ("tools/run.sh", ""),
        ("db/init.sls", "{}"),
    ];
    let expected = in_base(&[
        "keys/fp-1.pem",
        "lib/deep.jinja",
        "lib/head.txt",
        "lib/map.jinja",
        "lib/read.txt",
        "roles/web.sls",
        "site/a",
        "site/b/c",
        "tools/run.sh",
        "top.sls",
        "web/Debian.conf",
        "web/any.conf",
        "web/data.yaml",
        "web/init.sls",
    ]);
    assert_eq!(needs(&files, &top()), expected);
}

#[test]
fn nothing_is_asked_of_the_machine_and_both_branches_are_found() {
    let files = [
        ("top.sls", "base: {'*': [app.run, quiet]}"),
        (
            "app/run.sls",
            "{% set here = salt['cmd.run']('touch /tmp/x') %}\ninclude:\n  - quiet\n{% if here == 'yes' %}\n  - .tls\n{% endif %}\n\
             a:\n  file.managed:\n{% if '/etc/passwd'|is_text_file %}\n    - source: salt://files/yes-{{ here }}.conf\n{% else %}\n    \
             - source: salt://files/no.conf\n{% endif %}\n",
        ),
        ("app/tls.sls", "{% import 'app/tls.jinja' as t %}"),
        ("app/tls.jinja", ""),
        ("app/own.conf", ""),
        ("app/other.sls", "{}"),
        ("files/yes-1.conf", ""),
        ("files/no.conf", ""),
        ("files/other.conf", ""),
        ("quiet/init.sls", "{{ salt['pillar.get']('x', '') }}\n{% do salt['log.info']('x') %}"),
        ("quiet/other.conf", ""),
    ];
    let expected = in_base(&[
        "app/own.conf",
        "app/run.sls",
        "app/tls.jinja",
        "app/tls.sls",
        "files/no.conf",
        "files/yes-1.conf",
        "quiet/init.sls",
        "top.sls",
    ]);
    assert_eq!(needs(&files, &top()), expected);
}

#[test]
fn what_is_named_is_needed_and_no_more() {
    let files = [
        ("top.sls", "base: {'*': [web]}"),
        ("web.sls", "a:\n  test.nop: []\n"),
        ("db.sls", "b:\n  file.managed:\n    - name: /b\n    - source: salt://b\n"),
        ("b", ""),
        ("c/d", ""),
    ];
    let sls = Wanted { sls: vec!["db".into()], ..Wanted::default() };
    assert_eq!(needs(&files, &sls), in_base(&["b", "db.sls"]));
    let named = Wanted { texts: vec!["salt://c".into(), "x".into()], ..Wanted::default() };
    assert_eq!(needs(&files, &named), in_base(&["c/d"]));
}

#[test]
fn a_tree_that_does_not_compile_is_offered_as_far_as_it_was_read() {
    let files = [
        ("top.sls", "base: {'*': [broken, fine]}"),
        ("broken.sls", "{{ nope.nope }}"),
        ("fine.sls", "a:\n  file.managed:\n    - name: /a\n    - source: salt://a\n"),
        ("a", ""),
        ("b", ""),
    ];
    assert_eq!(needs(&files, &top()), in_base(&["a", "broken.sls", "fine.sls", "top.sls"]));
}

#[test]
fn listings_and_other_environments_count() {
    let mut tree = Tree::new(&[
        ("top.sls", "base:\n  '*': [a]\n"),
        (
            "a.sls",
            "{% for path in salt['cp.list_master'](prefix='parts/') %}\n{{ path }}:\n  test.nop: []\n{% endfor %}\n\
             include:\n  - dev: b\n",
        ),
        ("parts/1", ""),
        ("no", ""),
    ]);
    tree.put("dev", "b.sls", "x:\n  file.managed:\n    - name: /x\n    - source: salt://x\n");
    tree.put("dev", "x", "");
    tree.put("base", "x", "");
    let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), common::value::Map::new(), false);
    let found: Vec<_> =
        needed(&context, &top()).into_iter().map(|(env, path)| format!("{env}:{path}")).collect();
    assert_eq!(found, ["base:a.sls", "base:parts/1", "base:top.sls", "dev:b.sls", "dev:x"]);
}
