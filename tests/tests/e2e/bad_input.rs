//! Wrong input is refused with words that name the thing, the place and the cure, and nothing else happens.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::process::Command;

use common::message::MineItem;
use master::database::{Database, Ledger as _, Write};
use tests::fleet::{Fleet, PATIENCE, agent_program, master_program};
use tests::ran::run;
use tests::wait::until_true;

use super::trees;

#[test]
fn a_broken_tree_stops_before_any_change() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    let good = "{{ grains['root'] }}/touched:\n  file.managed:\n    - contents: x\n";
    let broken: &[(&str, &str, &[&str])] = &[
        ("yaml", "a:\n  test.nop: [\n", &["yaml.sls"]),
        ("jinja", "a:\n  test.nop:\n    - x: {{ nope }}\n", &["jinja.sls:3", "nope"]),
        ("pillar", "a:\n  test.nop:\n    - x: {{ pillar['nope'] }}\n", &["pillar.sls:3", "nope"]),
        ("function", "a:\n  file.manged: []\n", &["function.sls:2", "file.managed"]),
        (
            "argument",
            "/tmp/never:\n  file.append:\n    - text: x\n    - sorce: y\n",
            &["argument.sls", "sorce"],
        ),
        ("requisite", "a:\n  test.nop:\n    - require:\n      - cmd: nope\n", &["requisite.sls", "nope"]),
        (
            "circle",
            "a:\n  test.nop:\n    - require: [{test: b}]\nb:\n  test.nop:\n    - require: [{test: a}]\n",
            &["circle.sls"],
        ),
        ("twice", "a:\n  test.nop: []\na:\n  test.nop: []\n", &["twice.sls:3", "'a'"]),
        ("missing", "include: [nosuch]\n", &["missing.sls", "nosuch"]),
    ];
    for (name, text, words) in broken {
        fleet.tree("good.sls", good);
        fleet.tree(&format!("{name}.sls"), text);
        let mut ran = fleet.master(&["apply", &format!("good,{name}")]).code(4);
        for word in *words {
            ran = ran.says(word);
        }
        ran.done();
        for id in ["fp-1", "fp-2"] {
            assert!(
                !fleet.root(id, "touched").exists(),
                "{name}: {id} was changed before the tree was known to be good"
            );
        }
    }
    // One host's error keeps the others from changing too.
    fleet.tree("one.sls", "{{ grains['root'] }}/touched:\n  file.managed:\n    - contents: {{ 'x' if grains['id'] == 'fp-1' else nope }}\n");
    fleet.master(&["apply", "one"]).code(4).says("fp-2").done();
    assert!(!fleet.root("fp-1", "touched").exists());
}

#[test]
fn a_broken_pillar_stops_before_any_change() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    fleet.pillar("common.sls", "site: {{ nope }}\n");
    fleet.master(&["apply"]).code(4).says("common.sls").says("nope").done();
    assert_eq!(fs::read_dir(fleet.root("fp-1", "")).unwrap().count(), 0);
}

#[test]
fn targets_that_are_wrong_or_match_nothing() {
    let fleet = Fleet::of(&["fp-1"]);
    fleet.master(&["call", "test.ping", "--target", "cm-*"]).code(5).says("cm-*").done();
    fleet.master(&["call", "test.ping", "--target", "fp-1 and ("]).code(2).done();
    fleet.master(&["call", "test.ping", "--target", "G@os"]).code(2).done();
    fleet.master(&["call", "test.ping", "--target", "E@["]).code(2).done();
    fleet.master(&["keys", "accept", "nobody-*"]).code(5).done();
}

#[test]
fn unknown_functions_flags_and_jobs() {
    let fleet = Fleet::of(&["fp-1"]);
    let ran = fleet.master(&["call", "test.pong"]).says("test.ping");
    assert_ne!(ran.code, 0);
    fleet.master(&["apply", "--bach", "2"]).code(2).says("--batch").done();
    fleet.master(&["apply", "--batch", "none"]).code(2).done();
    fleet.master(&["apply", "--pillar", "[1"]).code(2).done();
    let ran = fleet.master(&["jobs", "show", "20200101000000000000"]).says("20200101000000000000");
    assert_ne!(ran.code, 0);
    fleet.master(&["jobs", "show", "not-a-job"]).code(2).done();
}

#[test]
fn configuration_with_an_unknown_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("some.yaml");
    fs::write(&config, "# fine\nauto_acept: true\n").unwrap();
    let mut master = Command::new(master_program());
    master.args(["serve", "--config"]).arg(&config);
    run(&mut master, 30).code(2).says("some.yaml:2").says("auto_accept").done();

    fs::write(&config, "id: fp-1\nmastr: 127.0.0.1\n").unwrap();
    let mut agent = Command::new(agent_program());
    agent.args(["run", "--config"]).arg(&config);
    run(&mut agent, 30).code(2).says("some.yaml").says("mastr").says("master").done();
}

#[test]
fn no_daemon_at_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("nobody.sock");
    let mut master = Command::new(master_program());
    master.args(["keys", "list", "--socket"]).arg(&socket);
    run(&mut master, 30).code(6).says("nobody.sock").done();
}

#[test]
fn a_damaged_database_is_left_alone() {
    let mut fleet = Fleet::new();
    fleet.kill_master();
    let database = fleet.path("master/master.db");
    for name in ["master.db-wal", "master.db-shm"] {
        fs::remove_file(fleet.path("master").join(name)).ok();
    }
    fs::write(&database, "this was a database".repeat(500)).unwrap();
    let mut master = Command::new(master_program());
    master.args(["serve", "--listen", "127.0.0.1:0", "--config", "/dev/null", "--state-dir"]);
    master.arg(fleet.path("master")).arg("--socket").arg(fleet.path("other.sock"));
    run(&mut master, 30).code(6).says("damaged").says(".recover").says("--database").done();
    fleet
        .master(&["jobs", "list", "--database", &database.display().to_string()])
        .code(6)
        .says("damaged")
        .done();
    assert_eq!(fs::read_to_string(&database).unwrap(), "this was a database".repeat(500));
}

#[test]
fn damage_inside_of_the_database_is_found_after_a_crash() {
    let mut fleet = Fleet::new();
    fleet.kill_master();
    let path = fleet.path("master/master.db");
    let database = Database::open(&path).unwrap();
    for number in 0..200 {
        let items = vec![MineItem { name: "page".into(), value: "x".repeat(2000).into(), allowed: None }];
        let host = format!("fp-{number}").parse().unwrap();
        drop(database.submit(Write::Mine { host, items, clear: true, at: 1 }));
    }
    database.close();
    // A page that the master has no need of until somebody asks.
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0xa5; 4096], file.metadata().unwrap().len() / 2 / 4096 * 4096).unwrap();
    fleet.start_master();
    fleet.master(&["hosts"]).code(0).done();
    fleet.master(&["drift", "--schedule", "@daily", "--name", "nightly"]).code(0).done();
    fleet.kill_master();
    fleet.start_master();
    until_true("the damage to be found", PATIENCE, || fleet.master_log().contains("is damaged"));
    for words in [&["hosts"][..], &["jobs", "list"]] {
        fleet.master(words).code(0).says("is damaged").says(".recover").done();
    }
}

#[test]
fn jobs_are_read_out_of_the_database_without_a_master() {
    let mut fleet = Fleet::of(&["fp-1"]);
    fleet.master(&["call", "test.ping"]).code(0).done();
    let jid = fleet.jobs()[0].clone();
    fleet.kill_master();
    let file = fleet.path("master/master.db").display().to_string();
    fleet.master(&["jobs", "list"]).code(6).done();
    let jobs = fleet.master(&["jobs", "list", "--database", &file, "--out", "json"]).code(0).json();
    assert_eq!(jobs[&jid]["hosts"]["succeeded"], 1, "{jobs}");
    let shown = fleet.master(&["jobs", "show", &jid, "--database", &file, "--out", "json"]).code(0).json();
    assert_eq!(shown["fp-1"], true);
    fleet.master(&["jobs", "export", &jid, "--database", &file]).code(0).says("fp-1").done();
    fleet
        .master(&["jobs", "show", "20200101000000000000", "--database", &file])
        .code(2)
        .says("no job")
        .done();
    fleet.master(&["jobs", "list", "--database", "/no/such"]).code(2).says("master.db").done();
    // The master goes on with it as ever.
    fleet.start_master();
    assert_eq!(fleet.jobs(), [jid]);
}

#[test]
fn an_id_cannot_be_a_path() {
    for id in ["../evil", "a/b", "", ".hidden/../x"] {
        let mut agent = Command::new(agent_program());
        agent.args(["run", "--id", id, "--master", "127.0.0.1:1"]);
        run(&mut agent, 30).code(2).done();
    }
}
