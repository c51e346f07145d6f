//! Whatever dies in the middle of a job, no answer is lost.

use std::fs;

use tests::fleet::{Fleet, PATIENCE, results};
use tests::wait::until_true;

use super::trees;

/// Starts the gated job and waits until the host is in the middle of it.
fn in_the_middle(fleet: &Fleet, id: &str) -> String {
    trees::gated(fleet);
    let jid = fleet.master(&["apply", "gated", "--target", id, "--detach"]).ok().trim().to_owned();
    until_true("the job to begin on the host", PATIENCE, || fleet.root(id, "begun").exists());
    jid
}

/// The job must have ended well, with both of its states.
fn ended_well(fleet: &Fleet, id: &str, jid: &str) {
    fleet.wait_ended(jid);
    let report = fleet.master(&["jobs", "show", jid, "--out", "json"]).code(0).json();
    assert_eq!(results(&report[id], Some(true)), 2, "{report}");
    assert!(fleet.root(id, "after").exists());
}

#[test]
fn an_agent_killed_in_the_middle_comes_back_and_delivers() {
    let mut fleet = Fleet::of(&["fp-1"]);
    let jid = in_the_middle(&fleet, "fp-1");
    fleet.kill_agent("fp-1");
    let before = fleet.agent_log("fp-1").matches("connected").count();
    fleet.start_agent("fp-1");
    until_true("the agent to be connected again", PATIENCE, || {
        fleet.agent_log("fp-1").matches("connected").count() > before
    });
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    ended_well(&fleet, "fp-1", &jid);
}

#[test]
fn a_job_that_ends_while_the_agent_is_dead_is_delivered_later() {
    let mut fleet = Fleet::of(&["fp-1"]);
    let jid = in_the_middle(&fleet, "fp-1");
    fleet.kill_agent("fp-1");
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    until_true("the worker to end the job alone", PATIENCE, || fleet.root("fp-1", "after").exists());
    fleet.start_agent("fp-1");
    ended_well(&fleet, "fp-1", &jid);
}

#[test]
fn a_master_killed_in_the_middle_takes_the_job_up_again() {
    let mut fleet = Fleet::of(&["fp-1", "fp-2"]);
    let jid = in_the_middle(&fleet, "fp-1");
    fleet.kill_master();
    fleet.start_master();
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    ended_well(&fleet, "fp-1", &jid);
}

#[test]
fn a_job_ends_while_the_master_is_dead() {
    let mut fleet = Fleet::of(&["fp-1"]);
    let jid = in_the_middle(&fleet, "fp-1");
    fleet.kill_master();
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    until_true("the worker to end the job", PATIENCE, || fleet.root("fp-1", "after").exists());
    fleet.start_master();
    ended_well(&fleet, "fp-1", &jid);
}

#[test]
fn a_host_that_is_away_does_not_hold_the_job_up() {
    let mut fleet = Fleet::of(&["fp-1", "fp-2"]);
    fleet.end_agent("fp-2");
    fleet.wait_connected(1);
    let ran = fleet.master(&["call", "test.ping", "--out", "json"]).code(3);
    let report = ran.json();
    assert_eq!(report["fp-1"], true);
    assert!(report["fp-2"].as_str().is_some_and(|text| text.contains("did not return")), "{report}");
}

#[test]
fn a_job_is_called_off() {
    let fleet = Fleet::of(&["fp-1"]);
    let jid = in_the_middle(&fleet, "fp-1");
    fleet.master(&["jobs", "kill", &jid]).code(0).done();
    fleet.wait_ended(&jid);
    let ran = fleet.master(&["jobs", "show", &jid]);
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert!(!fleet.root("fp-1", "after").exists());
}

#[test]
fn the_operator_goes_away_and_the_job_goes_on() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::gated(&fleet);
    let operator = fleet.master_in_background(&["apply", "gated"]);
    until_true("the job to begin on the host", PATIENCE, || fleet.root("fp-1", "begun").exists());
    drop(operator);
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    let jid = fleet.jobs()[0].clone();
    ended_well(&fleet, "fp-1", &jid);
}

#[test]
fn a_second_run_on_a_host_waits_for_the_first() {
    let fleet = Fleet::of(&["fp-1"]);
    let first = in_the_middle(&fleet, "fp-1");
    fleet.tree("second.sls", "{{ grains['root'] }}/second:\n  file.managed:\n    - contents: x\n");
    let second = fleet.master(&["apply", "second", "--detach"]).ok().trim().to_owned();
    // What only answers does not wait.
    let pong = fleet.master(&["call", "test.ping", "--out", "json"]).code(0).json();
    assert_eq!(pong["fp-1"], true);
    assert!(!fleet.root("fp-1", "second").exists(), "two state runs at one time on one host");
    fs::write(fleet.root("fp-1", "gate"), "").unwrap();
    ended_well(&fleet, "fp-1", &first);
    fleet.wait_ended(&second);
    assert!(fleet.root("fp-1", "second").exists());
}
