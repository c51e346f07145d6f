//! `file_access: scoped`: each host sees its part of the tree, applies it as ever, and gets nothing else by asking for it.

use std::fs;

use serde_json::json;
use tests::fleet::{Fleet, changed, results};

use super::trees;

/// Two hosts with the tree of [`trees::site`], of which `db-1` has another SLS with a secret besides.
fn fleet() -> Fleet {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    fleet.configure("file_access: scoped\n");
    fleet.kill_master();
    fleet.start_master();
    trees::site(&fleet);
    fleet.tree("top.sls", "base:\n  '*': [site]\n  'db-*': [db]\n");
    fleet.tree(
        "db/init.sls",
        "{% if salt['file.directory_exists'](grains['root']) %}\n{{ grains['root'] }}/key:\n  file.managed:\n    \
         - source: salt://{{ tpldir }}/key\n{% endif %}\n{{ grains['root'] }}/more:\n  file.recurse:\n    - source: salt://more\n",
    );
    fleet.tree("db/key", "the key of db\n");
    fleet.tree("more/a", "a\n");
    fleet.tree("more/b/c", "c\n");
    fleet.start_agent("fp-1");
    fleet.start_agent("db-1");
    fleet.wait_connected(2);
    fleet
}

#[test]
fn a_host_reads_no_file_of_anothers_by_its_name() {
    let fleet = fleet();
    let call = |words: &[&str]| fleet.agent("fp-1", &[&["call"], words, &["--out", "json"]].concat());
    let seen = call(&["cp.list_master"]).code(0).json();
    assert_eq!(seen, json!({"local": ["site/init.sls", "site/macros.sls", "site/site.conf", "top.sls"]}));
    assert_eq!(call(&["cp.get_file_str", "salt://db/key"]).code(0).json(), json!({"local": false}));
    assert_eq!(call(&["slsutil.file_exists", "db/key"]).code(0).json(), json!({"local": false}));
    fleet.agent("fp-1", &["apply", "db"]).code(4).says("no SLS 'db'").says("file_access_extra").done();
    // What a host lays over its own pillar gets it no further.
    fleet.tree(
        "site/more.sls",
        "{% import_text pillar['text'] as text %}\na:\n  test.nop:\n    - name: {{ text }}\n",
    );
    fleet.tree("top.sls", "base:\n  '*': [site, site.more]\n  'db-*': [db]\n");
    fleet.pillar("common.sls", "site: demo\nport: 8080\ntext: site/site.conf\n");
    let reach = ["apply", "--test", "--pillar", "{text: db/key}"];
    fleet.agent("fp-1", &reach).code(4).says("\"db/key\" does not exist").says("file_access: scoped").done();
    // The operator may send what he likes.
    let sent =
        fleet.master(&["call", "cp.get_file_str", "salt://db/key", "--target", "fp-1", "--out", "json"]);
    assert_eq!(sent.code(0).json(), json!({"fp-1": "the key of db\n"}));
}

#[test]
fn each_host_applies_its_own_part_as_ever() {
    let fleet = fleet();
    let first = fleet.master(&["apply", "--out", "json"]).code(0).json();
    assert_eq!(results(&first["fp-1"], Some(true)), trees::SITE_STATES, "{first}");
    assert_eq!(results(&first["db-1"], Some(true)), trees::SITE_STATES + 2, "{first}");
    assert_eq!(fs::read_to_string(fleet.root("db-1", "key")).unwrap(), "the key of db\n");
    assert_eq!(fs::read_to_string(fleet.root("db-1", "more/b/c")).unwrap(), "c\n");
    assert_eq!(fs::read_to_string(fleet.root("fp-1", "b")).unwrap(), "b=2\n");
    let second = fleet.master(&["apply", "--out", "json"]).code(0).json();
    assert_eq!(changed(&second["fp-1"]) + changed(&second["db-1"]), 0, "{second}");
    // An operator may name what is outside of a host's top match.
    fleet.master(&["apply", "db", "--target", "fp-1"]).code(0).done();
    assert_eq!(fs::read_to_string(fleet.root("fp-1", "key")).unwrap(), "the key of db\n");

    // A file that only the run finds to be missing is told with the cure, and the cure works.
    fleet.tree("one.sls", "{{ grains['root'] }}/one:\n  file.managed:\n    - source: salt://{{ salt['cmd.run']('echo db') }}/key\n");
    fleet.master(&["apply", "one", "--target", "fp-1"]).code(1).says("file_access_extra").done();
    fleet.configure("file_access: scoped\nfile_access_extra:\n  'fp-*': ['db/*']\n");
    fleet.signal_master(tests::fleet::Signal::SIGHUP);
    tests::wait::until_true("the exception to hold", tests::fleet::PATIENCE, || {
        fleet.master(&["apply", "one", "--target", "fp-1"]).code == 0
    });
    assert_eq!(fs::read_to_string(fleet.root("fp-1", "one")).unwrap(), "the key of db\n");
}
