//! The life of a host: here, away, doubled, out of service; and the master's own settings meanwhile.

use std::fs;

use nix::sys::signal::Signal;
use serde_json::json;
use tests::fleet::{Fleet, PATIENCE};
use tests::wait::until_true;

use super::trees;

#[test]
fn hosts_show_what_they_are_and_what_was_applied() {
    let mut fleet = Fleet::new();
    fleet.start_agent("fp-1");
    fleet.wait_key("fp-1", "pending");
    assert_eq!(fleet.host("fp-1")["state"], "pending");
    fleet.master(&["keys", "accept", "fp-1"]).code(0).done();
    fleet.wait_connected(1);
    trees::site(&fleet);
    assert_eq!(fleet.host("fp-1")["last_apply"], json!(null));
    fleet.master(&["apply", "--test"]).code(0).done();
    assert_eq!(fleet.host("fp-1")["last_apply"], json!(null), "a dry run applies nothing");
    fleet.master(&["apply"]).code(0).done();
    let host = fleet.host("fp-1");
    assert_eq!(host["state"], "connected");
    assert_eq!(host["last_apply"]["state"], "succeeded", "{host}");
    assert_eq!(host["last_apply"]["jid"], fleet.jobs()[0].as_str());
    fleet.tree("fails.sls", "a:\n  test.fail_without_changes: []\n");
    fleet.master(&["apply", "fails"]).code(1).done();
    assert_eq!(fleet.host("fp-1")["last_apply"]["state"], "failed");
    fleet.master(&["call", "test.ping"]).code(0).done();
    assert_eq!(fleet.host("fp-1")["last_apply"]["state"], "failed", "a call is no apply");

    fleet.end_agent("fp-1");
    until_true("the master to miss the host", PATIENCE, || fleet.host("fp-1")["state"] == "lost");
    let since = fleet.host("fp-1")["since"].as_i64().unwrap();
    assert!(since > 1_700_000_000_000, "{since}");
    // What is known of it outlives the master.
    fleet.kill_master();
    fleet.start_master();
    let host = fleet.host("fp-1");
    assert_eq!((&host["state"], &host["last_apply"]["state"]), (&json!("lost"), &json!("failed")));
    assert_eq!(host["since"].as_i64(), Some(since));
    fleet.master(&["hosts"]).code(0).says("lost").says("failed").done();
}

#[test]
fn a_retired_host_is_out_and_its_jobs_stay() {
    let mut fleet = Fleet::of(&["fp-1", "fp-2"]);
    trees::site(&fleet);
    fleet.master(&["apply"]).code(0).done();
    let jid = fleet.jobs()[0].clone();
    fleet.master(&["hosts", "retire", "cm-*"]).code(5).says("cm-*").done();
    fleet.master(&["hosts", "retire", "*", "--unseen", "1d"]).code(5).says("was not seen for 1d").done();
    let unseen = fleet.master(&["hosts", "--unseen", "1d", "--out", "json"]).code(0).json();
    assert_eq!(unseen, json!({}));

    fleet.master(&["hosts", "retire", "fp-1"]).code(0).says("retired fp-1").done();
    until_true("the agent to be told", PATIENCE, || fleet.agent_log("fp-1").contains("retired"));
    fleet.wait_connected(1);
    assert!(fleet.key("fp-1").is_none());
    assert_eq!(fleet.host("fp-1"), json!(null));
    fleet.master(&["call", "test.ping", "--target", "fp-1"]).code(5).done();
    let shown = fleet.master(&["jobs", "show", &jid, "--out", "json"]).code(0).json();
    assert_eq!(shown.as_object().unwrap().len(), 2, "the ledger keeps what the host did");
    let all = fleet.master(&["hosts", "--retired", "--out", "json"]).code(0).json();
    assert_eq!(all["fp-1"]["state"], "retired", "{all}");

    // It stays out, also after the master has begun anew; and its name is free for another machine.
    fleet.kill_master();
    fleet.start_master();
    fleet.kill_agent("fp-1");
    fleet.start_agent("fp-1");
    until_true("the host to be refused", PATIENCE, || {
        fleet.agent_log("fp-1").contains("was deleted on the master")
    });
    fleet.kill_agent("fp-1");
    for name in ["agent.key", "agent.crt"] {
        fs::remove_file(fleet.path("fp-1").join(name)).unwrap();
    }
    fleet.start_agent("fp-1");
    fleet.wait_connected(2);
    let all = fleet.master(&["hosts", "--retired", "--out", "json"]).json();
    assert_eq!(all["fp-1"]["state"], "connected", "{all}");

    // Those that were not seen for long go by themselves.
    fleet.end_agent("fp-2");
    until_true("the master to miss the host", PATIENCE, || fleet.host("fp-2")["state"] == "lost");
    until_true("the host to have been away", PATIENCE, || {
        fleet.master(&["hosts", "retire", "*", "--unseen", "1s"]).code == 0
    });
    assert_eq!(fleet.master(&["hosts", "--out", "json"]).json().as_object().unwrap().len(), 1);
}

#[test]
fn the_second_machine_with_one_identity_is_refused() {
    let mut fleet = Fleet::of(&["fp-1"]);
    // A copy of the agent's folder, as a cloned disk has it.
    fs::create_dir(fleet.path("clone")).unwrap();
    for name in ["agent.key", "agent.crt", "master.fingerprint"] {
        fs::copy(fleet.path("fp-1").join(name), fleet.path("clone").join(name)).unwrap();
    }
    fleet.start_agent("clone");
    until_true("the clone to say why it is refused", PATIENCE, || {
        fleet.agent_log("clone").contains("another machine is connected as fp-1")
    });
    assert!(fleet.master_log().contains("two machines have one identity"));
    let host = fleet.host("fp-1");
    assert_eq!(host["connected"], true);
    assert!(host["duplicate"].as_str().is_some_and(|address| address.starts_with("127.0.0.1:")), "{host}");
    fleet.master(&["hosts"]).code(0).says("two machines have the identity of fp-1").done();
    let ran = fleet.master(&["call", "grains.get", "root", "--out", "json"]).code(0).json();
    assert_eq!(ran["fp-1"], fleet.root("fp-1", "").to_str().unwrap().trim_end_matches('/'));
    assert_eq!(fleet.agent_log("fp-1").matches("connected").count(), 1, "the first was not thrown out");

    // The same machine comes back at once, although the master has not missed it yet.
    fleet.kill_agent("fp-1");
    fleet.start_agent("fp-1");
    until_true("the host to be here again", PATIENCE, || {
        fleet.agent_log("fp-1").matches(" connected").count() == 2
    });
    // And when it is gone without a word, the other one is let in, since nobody answers in its place.
    fleet.kill_agent("fp-1");
    fleet.kill_agent("clone");
    fleet.start_agent("clone");
    until_true("the clone to come in", PATIENCE, || fleet.agent_log("clone").contains(" connected"));
}

#[test]
fn a_job_that_was_called_off_while_its_host_was_away_is_killed_there() {
    let mut fleet = Fleet::of(&["fp-1"]);
    trees::gated(&fleet);
    let jid = fleet.master(&["apply", "gated", "--detach"]).ok().trim().to_owned();
    until_true("the job to begin on the host", PATIENCE, || fleet.root("fp-1", "begun").exists());
    // The daemon dies, its worker goes on.
    fleet.kill_agent("fp-1");
    until_true("the master to miss the host", PATIENCE, || fleet.host("fp-1")["connected"] == false);
    fleet.master(&["jobs", "kill", &jid]).code(0).done();
    fleet.wait_ended(&jid);
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    until_true("the worker to be killed", PATIENCE, || {
        fleet.master(&["call", "saltutil.running", "--out", "json"]).code(0).json()["fp-1"] == json!([])
    });
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    // The next run on the host finds no other in its way, and nothing of the killed one happens.
    fleet.tree("next.sls", "a:\n  test.nop: []\n");
    fleet.master(&["apply", "next"]).code(0).done();
    assert!(!fleet.root("fp-1", "after").exists());
}

#[test]
fn the_configuration_is_read_again_without_a_break() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    let count = |id: &str| fleet.agent_log(id).matches(" connected").count();
    // The master knows of a connection a moment before the agent says so.
    until_true("both agents to say that they are connected", PATIENCE, || {
        count("fp-1") > 0 && count("fp-2") > 0
    });
    let before = (count("fp-1"), count("fp-2"));
    fleet.master(&["call", "test.ping", "--target", "N@first"]).code(2).says("first").done();
    fleet.configure("nodegroups:\n  first: 'fp-1'\n  both: 'N@first or fp-2'\nlisten: 127.0.0.1:1\n");
    fleet.signal_master(Signal::SIGHUP);
    until_true("the master to read it", PATIENCE, || {
        fleet.master_log().contains("these keys hold as they are now")
    });
    let pong = fleet.master(&["call", "test.ping", "--target", "N@first", "--out", "json"]).code(0).json();
    assert_eq!(pong, json!({"fp-1": true}));
    let pong = fleet.master(&["call", "test.ping", "--target", "N@both and not N@first", "--out", "json"]);
    assert_eq!(pong.code(0).json(), json!({"fp-2": true}));

    // What is wrong changes nothing, and is said.
    fleet.configure("nodegroups: {first: 'fp-2'}\ntimout: 5\n");
    fleet.signal_master(Signal::SIGHUP);
    until_true("the master to refuse it", PATIENCE, || {
        fleet.master_log().contains("the one of before stays")
    });
    assert!(fleet.master_log().contains("did you mean `timeout`?"), "{}", fleet.master_log());
    let pong = fleet.master(&["call", "test.ping", "--target", "N@first", "--out", "json"]).code(0).json();
    assert_eq!(pong, json!({"fp-1": true}));
    assert_eq!((count("fp-1"), count("fp-2")), before, "a connection broke");
}

#[test]
fn a_key_that_needs_a_restart_is_named() {
    let fleet = Fleet::new();
    // Fleets give `listen` and the folders by flags, which count before the file; nothing else needs a restart.
    fleet.configure("socket: /nonexistent/x.sock\ntimeout: 77\n");
    fleet.signal_master(Signal::SIGHUP);
    until_true("the master to read it", PATIENCE, || {
        fleet.master_log().contains("these keys hold as they are now")
            && fleet.master_log().contains("timeout")
    });
    fleet.master(&["keys", "list"]).code(0).done();
}

#[test]
fn drift_is_looked_for_by_the_clock() {
    let mut fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    let add = |words: &[&str]| fleet.master(&[&["drift"], words].concat());
    add(&["--schedule", "0 3 30 2 *", "--name", "x"]).code(2).says("no such day").done();
    add(&["--schedule", "0 3 * *", "--name", "x"]).code(2).says("4 fields").done();
    add(&["--schedule", "@daily"]).code(2).says("--name").done();
    add(&["--schedule", "@daily", "--name", "a b"]).code(2).says("name of a schedule").done();
    add(&["--schedule", "0 3 * * *", "--name", "nightly", "--target", "fp-*", "--out", "json"])
        .code(0)
        .done();
    add(&["--schedule", "@daily", "--name", "nightly"]).code(2).says("already").done();
    fleet.kill_master();
    fleet.start_master();
    let listed = fleet.master(&["drift", "--schedules", "--out", "json"]).code(0).json();
    assert_eq!(listed["nightly"]["cron"], "0 3 * * *", "{listed}");
    assert_eq!(listed["nightly"]["target"], "fp-*");
    assert!(listed["nightly"]["next"].as_i64().is_some());
    fleet.master(&["drift", "--unschedule", "nightly"]).code(0).says("gone").done();
    fleet.master(&["drift", "--unschedule", "nightly"]).code(5).says("no schedule").done();
    assert_eq!(fleet.master(&["drift", "--schedules", "--out", "json"]).json(), json!({}));

    // The table of an earlier run.
    fleet.wait_connected(1);
    fleet.master(&["drift"]).code(1).done();
    let jid = fleet.jobs()[0].clone();
    fleet.master(&["drift", "--job", &jid]).code(1).says("1 of 1 hosts drifted").says("differs").done();
    fleet.master(&["apply"]).code(0).done();
    let jid = fleet.jobs()[0].clone();
    fleet.master(&["drift", "--job", &jid]).code(2).says("no dry run").done();
    fleet.master(&["drift", "--job", "20200101000000000000"]).code(5).says("master jobs list").done();
}

#[test]
fn startup_states_are_applied_when_the_agent_starts() {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    trees::site(&fleet);
    fleet.tree(
        "first.sls",
        "{{ grains['root'] }}/first:\n  file.managed:\n    - contents: '{{ pillar['port'] }}'\n",
    );
    let config = |name: &str, text: &str| {
        fs::write(fleet.path(name), text).unwrap();
        fleet.path(name).display().to_string()
    };
    let once = config("once.yaml", "startup_states: sls\nsls_list: [first]\nstartup_once: true\n");
    let each = config("each.yaml", "startup_states: highstate\n");
    let wrong = config("wrong.yaml", "startup_states: sls\n");
    let jobs_of = |fleet: &Fleet, id: &str| {
        let jobs = fleet.master(&["jobs", "list", "--out", "json"]).json();
        let own = format!("agent@{id}");
        jobs.as_object()
            .unwrap()
            .values()
            .filter(|job| job["user"] == own.as_str() && !job["ended"].is_null())
            .count()
    };
    let start = |fleet: &mut Fleet, id: &str, config: &str| fleet.start_agent_configured(id, config);
    start(&mut fleet, "fp-1", &once);
    start(&mut fleet, "fp-2", &each);
    until_true("both to have applied their states", PATIENCE, || {
        jobs_of(&fleet, "fp-1") == 1 && jobs_of(&fleet, "fp-2") == 1
    });
    assert!(fleet.root("fp-1", "first").exists() && !fleet.root("fp-1", "conf").exists());
    assert!(fleet.root("fp-2", "conf/site.conf").exists());
    assert_eq!(fleet.host("fp-1")["last_apply"]["state"], "succeeded");
    until_true("the first to remember it", PATIENCE, || fleet.path("fp-1").join("startup.done").exists());

    // Started again: the one has done its part, the other does it each time.
    for (id, config) in [("fp-1", &once), ("fp-2", &each)] {
        fleet.kill_agent(id);
        start(&mut fleet, id, config);
    }
    until_true("the second to have applied its states again", PATIENCE, || jobs_of(&fleet, "fp-2") == 2);
    fleet.wait_connected(2);
    fleet.master(&["call", "test.ping"]).code(0).done();
    assert_eq!(jobs_of(&fleet, "fp-1"), 1);

    start(&mut fleet, "fp-3", &wrong);
    until_true("the agent to say what is wrong", PATIENCE, || fleet.agent_log("fp-3").contains("sls_list"));
}

#[test]
fn an_agent_with_two_masters_works_for_the_one_that_is_there() {
    let (mut one, two) = (Fleet::with(&["--auto-accept"]), Fleet::with(&["--auto-accept"]));
    let (first, second) = (one.address(), two.address());
    let is_here = |fleet: &Fleet| fleet.host("fp-1")["connected"] == true;
    one.start_agent("fp-1");
    until_true("the host to be at its only master", PATIENCE, || is_here(&one));
    // A second master: the host stays known to the first as it was.
    one.kill_agent("fp-1");
    one.start_agent_with("fp-1", &["--master", &second]);
    until_true("the host to be at its first master", PATIENCE, || is_here(&one));
    assert!(!is_here(&two));
    trees::gated(&one);
    let jid = one.master(&["apply", "gated", "--detach"]).ok().trim().to_owned();
    until_true("the job to begin on the host", PATIENCE, || one.root("fp-1", "begun").exists());

    one.kill_master();
    until_true("the host to be at its second master", 2 * PATIENCE, || is_here(&two));
    two.master(&["call", "test.ping"]).code(0).done();
    // The job goes on, and its report is for the one who wants it.
    fs::write(one.root("fp-1", "gate"), "").unwrap();
    until_true("the job to end on the host", PATIENCE, || one.root("fp-1", "after").exists());
    two.master(&["call", "test.ping"]).code(0).done();
    assert_eq!(two.jobs().len(), 2);
    assert!(!two.master_log().contains("thrown away"), "another master has taken the report");

    // The second one ends properly, so that the host leaves it at once.
    one.start_master();
    two.signal_master(Signal::SIGTERM);
    one.wait_ended(&jid);
    one.master(&["jobs", "show", &jid]).code(0).done();
    until_true("the host to be at its first master again", PATIENCE, || is_here(&one));
    assert!(one.agent_log("fp-1").contains(&first));
}
