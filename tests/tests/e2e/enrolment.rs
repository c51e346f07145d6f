//! How a host comes in, and how it is put out.

use std::os::unix::fs::PermissionsExt as _;

use tests::fleet::{Fleet, PATIENCE};
use tests::wait::until_true;

#[test]
fn a_key_waits_until_it_is_accepted() {
    let mut fleet = Fleet::new();
    fleet.start_agent("fp-1");
    fleet.wait_key("fp-1", "pending");
    let fingerprint = fleet.key("fp-1").unwrap()["fingerprint"].as_str().unwrap().to_owned();
    until_true("the agent to show its fingerprint", PATIENCE, || {
        fleet.agent_log("fp-1").contains(&fingerprint)
    });
    fleet.master(&["call", "test.ping"]).code(5).done();

    fleet.master(&["keys", "accept", "fp-*"]).says(&fingerprint).code(0).done();
    fleet.wait_connected(1);
    let pong = fleet.master(&["call", "test.ping", "--out", "json"]).code(0).json();
    assert_eq!(pong, serde_json::json!({"fp-1": true}));
    fleet.master(&["keys", "show", "fp-1"]).says(&fingerprint).code(0).done();
}

#[test]
fn a_deleted_key_is_cut_off_and_knocks_anew() {
    let mut fleet = Fleet::new();
    fleet.start_agent("fp-1");
    fleet.wait_key("fp-1", "pending");
    fleet.master(&["keys", "accept", "fp-1"]).code(0).done();
    fleet.wait_connected(1);

    fleet.master(&["keys", "delete", "fp-1"]).code(0).done();
    until_true("the agent to say why it was cut off", PATIENCE, || {
        fleet.agent_log("fp-1").contains("deleted")
    });
    fleet.master(&["call", "test.ping"]).code(5).done();
}

#[test]
fn a_rejected_key_stays_out() {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    fleet.start_agent("fp-1");
    fleet.start_agent("fp-2");
    fleet.wait_connected(2);

    fleet.master(&["keys", "reject", "fp-1"]).code(0).done();
    until_true("the agent to say why it is refused", PATIENCE, || {
        fleet.agent_log("fp-1").contains("rejected")
    });
    fleet.wait_connected(1);
    let pong = fleet.master(&["call", "test.ping", "--out", "json"]).code(0).json();
    assert_eq!(pong, serde_json::json!({"fp-2": true}));

    // Started again it is refused again.
    fleet.kill_agent("fp-1");
    let before = fleet.agent_log("fp-1").matches("rejected").count();
    fleet.start_agent("fp-1");
    until_true("the agent to be refused again", PATIENCE, || {
        fleet.agent_log("fp-1").matches("rejected").count() > before
    });
    assert_eq!(fleet.key("fp-1").unwrap()["state"], "rejected");
}

#[test]
fn an_agent_does_not_talk_to_another_master() {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    let pinned = fleet.key("fp-1").unwrap()["fingerprint"].as_str().unwrap().to_owned();

    // The fingerprint of some other key is not the fingerprint of this master.
    fleet.start_agent_with("fp-2", &["--master-fingerprint", &pinned]);
    until_true("the agent to refuse the master", PATIENCE, || {
        fleet.agent_log("fp-2").contains("not connected") || fleet.agent_log("fp-2").contains("refuse")
    });
    assert!(fleet.key("fp-2").is_none(), "the agent has shown its key to a master that it does not know");
}

#[test]
fn private_keys_are_private() {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    let mut keys = 0;
    for folder in [fleet.path("fp-1"), fleet.path("master/ca")] {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "key") {
                keys += 1;
                let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{} has mode {mode:o}", path.display());
            }
        }
    }
    assert!(keys >= 2, "expected the keys of the agent and of the authority, found {keys}");
}
