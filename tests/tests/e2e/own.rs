//! `agent apply` and `agent call` on an enrolled host: the master's tree, through the running agent.

use std::fs;

use serde_json::json;
use tests::fleet::{Fleet, PATIENCE, changed, results};
use tests::wait::until_true;

use super::trees;

#[test]
fn a_host_applies_the_masters_tree_to_itself() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    trees::site(&fleet);
    let dry = fleet.agent("fp-1", &["apply", "--test", "--out", "json"]).code(0).json();
    assert!(results(&dry["local"], None) >= 3, "{dry}");
    assert!(!fleet.root("fp-1", "a").exists());

    let first = fleet.agent("fp-1", &["apply", "--out", "json"]).code(0).json();
    assert_eq!(results(&first["local"], Some(true)), trees::SITE_STATES, "{first}");
    let conf = fs::read_to_string(fleet.root("fp-1", "conf/site.conf")).unwrap();
    assert_eq!(conf, "listen 8080\nhost fp-1\nsite demo\n");
    let second = fleet.agent("fp-1", &["apply", "--out", "json"]).code(0).json();
    assert_eq!(changed(&second["local"]), 0, "{second}");

    fleet.tree(
        "one.sls",
        "{{ grains['root'] }}/one:\n  file.managed:\n    - contents: '{{ pillar['port'] }}'\n",
    );
    fleet.agent("fp-1", &["apply", "one", "--pillar", "{port: 1234}"]).code(0).says("one").done();
    assert_eq!(fs::read_to_string(fleet.root("fp-1", "one")).unwrap(), "1234\n");

    // Each was a job like any other, of this host alone.
    let jobs = fleet.master(&["jobs", "list", "--out", "json"]).json();
    let users: Vec<_> = jobs.as_object().unwrap().values().map(|job| job["user"].as_str().unwrap()).collect();
    assert_eq!(users, ["agent@fp-1"; 4]);
    let shown = fleet.master(&["jobs", "show", &fleet.jobs()[0], "--out", "json"]).json();
    assert_eq!(shown.as_object().unwrap().keys().collect::<Vec<_>>(), ["fp-1"]);
    assert_eq!(fs::read_dir(fleet.root("fp-2", "")).unwrap().count(), 0, "another host was touched");
}

#[test]
fn a_host_calls_functions() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    let call = |words: &[&str]| fleet.agent("fp-1", &[&["call"], words, &["--out", "json"]].concat());
    assert_eq!(call(&["grains.get", "id"]).code(0).json(), json!({"local": "fp-1"}));
    assert_eq!(call(&["pillar.get", "site"]).code(0).json(), json!({"local": "demo"}));
    assert_eq!(call(&["cmd.run", "echo a b"]).code(0).json(), json!({"local": "a b"}));
    assert_eq!(call(&["state.show_top"]).code(0).json(), json!({"local": {"base": ["site"]}}));
    call(&["cmd.run", "exit 3"]).code(1).done();
    call(&["test.pong"]).code(1).says("test.ping").done();
    let applied = call(&["state.apply", "site", "pillar={port: 9090}"]).code(0).json();
    assert_eq!(results(&applied["local"], Some(true)), trees::SITE_STATES, "{applied}");
    assert!(fs::read_to_string(fleet.root("fp-1", "conf/site.conf")).unwrap().contains("9090"));
    call(&["test.ping", "--pillar", "{a: 1}"]).code(2).says("state.apply").done();
    call(&["test.ping", "--file-root", "/tmp"]).code(2).says("--local").done();
}

#[test]
fn exit_codes_tell_the_outcome() {
    let fleet = Fleet::of(&["fp-1"]);
    fleet.tree("fails.sls", "a:\n  test.fail_without_changes: []\n");
    fleet.tree("broken.sls", "a:\n  test.nop:\n    - x: {{ nope }}\n");
    fleet.agent("fp-1", &["apply", "fails"]).code(1).done();
    fleet.agent("fp-1", &["apply", "broken"]).code(4).says("broken.sls:3").done();
    fleet.agent("fp-1", &["call", "state.apply", "broken"]).code(4).says("broken.sls:3").done();
    fleet.pillar("top.sls", "base:\n  '*': [gone]\n");
    fleet.agent("fp-1", &["apply", "fails"]).code(4).says("gone").done();
}

#[test]
fn a_host_does_not_see_what_is_wrong_in_its_pillar() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    fleet.pillar("top.sls", "base:\n  '*': [secret]\n");
    fleet.pillar("secret.sls", "open: 1\npassword: hunter2 {{ nope }}\n");
    let sentence = "Rendering SLS 'secret' failed. Please see master log for details.";
    for words in [&["apply", "--out", "json"][..], &["call", "pillar.items", "--out", "json"]] {
        let told = fleet.agent("fp-1", words).code(4);
        assert_eq!(
            told.json(),
            json!({"local": ["Pillar failed to render with the following messages:", sentence]})
        );
        let all = format!("{}{}", told.stdout, told.stderr);
        assert!(!all.contains("hunter2"), "{all}");
    }
    let shown = fleet.master(&["apply"]).code(4);
    let all = format!("{}{}", shown.stdout, shown.stderr);
    for words in ["secret.sls:2", "hunter2", "nope", sentence] {
        assert!(all.contains(words), "{words} is missing: {all}");
    }
}

#[test]
fn a_job_is_followed_past_the_masters_restart() {
    let mut fleet = Fleet::of(&["fp-1"]);
    trees::gated(&fleet);
    fleet.tree("after.sls", "a:\n  test.nop: []\n");
    let gated = fleet.agent_in_background("fp-1", &["apply", "gated"], "gated.log");
    until_true("the state to begin", PATIENCE, || fleet.root("fp-1", "begun").exists());
    let next = fleet.agent_in_background("fp-1", &["apply", "after"], "next.log");
    until_true("the next run to wait", PATIENCE, || next.log().contains("waiting for job"));

    fleet.kill_master();
    fleet.start_master();
    // Not later: the agent notices a master that died without a word after forty seconds, and the state waits for thirty.
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    assert_eq!(gated.wait(PATIENCE), Some(0), "{}", fs::read_to_string(fleet.path("gated.log")).unwrap());
    assert_eq!(next.wait(PATIENCE), Some(0), "{}", fs::read_to_string(fleet.path("next.log")).unwrap());
    assert!(fleet.root("fp-1", "after").exists());
}

#[test]
fn who_cannot_reach_the_master_is_told_why() {
    let mut fleet = Fleet::new();
    // No agent runs.
    fleet.agent("fp-1", &["apply"]).code(6).says("agent run").says("--local").done();
    // Its key is not accepted.
    fleet.start_agent("fp-1");
    fleet.wait_key("fp-1", "pending");
    let fingerprint = fleet.key("fp-1").unwrap()["fingerprint"].as_str().unwrap().to_owned();
    let pending = fleet.agent("fp-1", &["call", "test.ping"]).code(6);
    pending.says("master keys accept fp-1").says(&fingerprint).done();
    fleet.master(&["keys", "accept", "fp-1"]).code(0).done();
    fleet.wait_connected(1);
    fleet.agent("fp-1", &["call", "test.ping"]).code(0).done();
    // It was put out.
    fleet.master(&["keys", "reject", "fp-1"]).code(0).done();
    until_true("the agent to be put out", PATIENCE, || fleet.agent_log("fp-1").contains("refuses"));
    fleet.agent("fp-1", &["call", "test.ping"]).code(6).says("rejected").done();
    // It was killed, and its socket is left.
    fleet.kill_agent("fp-1");
    fleet.agent("fp-1", &["apply"]).code(6).says("no agent is running here").done();
}
