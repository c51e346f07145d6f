//! Hosts that come in without an operator: join tokens, and identities that are made beforehand.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tests::fleet::{Fleet, PATIENCE};
use tests::ran::Ran;
use tests::wait::until_true;

fn token(fleet: &Fleet, words: &[&str]) -> String {
    fleet.master(&[&["keys", "token"], words].concat()).ok().trim().to_owned()
}

fn join(fleet: &Fleet, id: &str, token: &str) -> Ran {
    let address = fleet.address();
    fleet.agent(id, &["join", token, "--id", id, "--master", &address, "--timeout", "30"])
}

#[test]
fn a_token_lets_in_as_many_as_it_may() {
    let mut fleet = Fleet::new();
    let text = token(&fleet, &["--for", "fp-*", "--uses", "2", "--ttl", "1h"]);
    // Three at once, and two places.
    let ids = ["fp-1", "fp-2", "fp-3"];
    let address = fleet.address();
    let running: Vec<_> = ids
        .iter()
        .map(|id| {
            let words = ["join", &text, "--id", id, "--master", &address, "--timeout", "60"];
            fleet.agent_in_background(id, &words, &format!("{id}.join"))
        })
        .collect();
    let codes: Vec<_> = running.into_iter().map(|join| join.wait(PATIENCE).unwrap()).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 2, "{codes:?}");
    let late = ids[codes.iter().position(|code| *code == 1).expect("one is refused with exit code 1")];
    let said = fs::read_to_string(fleet.path(&format!("{late}.join"))).unwrap();
    assert!(said.contains("was for 2 hosts, and as many have come"), "{said}");
    assert!(fleet.key(late).is_none(), "who is refused does not wait for a decision");

    for id in ids.iter().filter(|id| **id != late) {
        fleet.start_agent(id);
    }
    fleet.wait_connected(2);
    let tokens = fleet.master(&["keys", "tokens", "--out", "json"]).code(0).json();
    let only = tokens.as_object().unwrap().values().next().unwrap().clone();
    assert_eq!((&only["used"], &only["state"]), (&2.into(), &"used up".into()), "{tokens}");
    let all = format!(
        "{}{}{tokens}",
        fleet.master_log(),
        fs::read_to_string(fleet.path(&format!("{late}.log"))).unwrap_or_default()
    );
    let secret = text.split('-').nth(1).unwrap();
    assert!(!all.contains(secret), "the secret was shown or logged");

    // A master that was killed has forgotten none of it.
    fleet.kill_master();
    fleet.start_master();
    join(&fleet, late, &text).code(1).says("was for 2 hosts").done();
    assert_eq!(fleet.master(&["keys", "tokens", "--out", "json"]).json(), tokens);
}

#[test]
fn each_refusal_says_why_on_both_sides() {
    let fleet = Fleet::new();
    let good = token(&fleet, &["--for", "fp-*"]);
    join(&fleet, "cm-1", &good).code(1).says("\"fp-*\"").says("cm-1").done();
    assert!(fleet.master_log().contains("cm-1"), "the master's log names the host");
    let short = token(&fleet, &["--for", "*", "--ttl", "1s"]);
    until_true("the token to expire", PATIENCE, || {
        let tokens = fleet.master(&["keys", "tokens", "--out", "json"]).json();
        tokens.as_object().unwrap().values().any(|token| token["state"] == "expired")
    });
    join(&fleet, "fp-1", &short).code(1).says("expired at").done();

    let named = fleet.master(&["keys", "tokens", "--out", "json"]).json();
    for name in named.as_object().unwrap().keys() {
        fleet.master(&["keys", "revoke", name]).code(0).done();
    }
    join(&fleet, "fp-1", &good).code(1).says("does not know").done();
    fleet.master(&["keys", "revoke", "abcd1234"]).code(5).says("master keys tokens").done();
    fleet.master(&["keys", "revoke", "*"]).code(2).done();

    // Not a token; a token of another master; nobody there.
    join(&fleet, "fp-1", "secret").code(2).says("master keys token").done();
    let other = if good.ends_with('0') { "1" } else { "0" };
    let other = format!("{}{other}", &good[..good.len() - 1]);
    join(&fleet, "fp-1", &other).code(6).says("fingerprint").done();
    let words = ["join", &good, "--id", "fp-1", "--master", "127.0.0.1:1", "--timeout", "1"];
    fleet.agent("fp-1", &words).code(6).says("not joined within 1 s").done();
    for words in
        [["--for", "fp-*", "--uses", "0"], ["--for", "fp-*", "--ttl", "0"], ["--for", "", "--uses", "1"]]
    {
        fleet.master(&[&["keys", "token"], &words[..]].concat()).code(2).done();
    }
    fleet.master(&["keys", "token", "--for", "fp-*", "--ttl", "soon"]).code(2).says("duration").done();
    assert_eq!(fleet.master(&["keys", "list", "--out", "json"]).json(), serde_json::json!({}));
}

#[test]
fn a_host_joins_once_and_no_other_takes_its_id() {
    let mut fleet = Fleet::new();
    let text = token(&fleet, &["--for", "*", "--uses", "5"]);
    join(&fleet, "fp-1", &text).code(0).says("joined").done();
    join(&fleet, "fp-1", &text).code(2).says("enrolled already, as fp-1").done();
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    join(&fleet, "fp-1", &text).code(6).says("another agent runs").done();
    // Another machine with that name.
    let address = fleet.address();
    let words = ["join", &text, "--id", "fp-1", "--master", &address];
    fleet.agent("impostor", &words).code(1).says("master hosts retire fp-1").done();
    let used = fleet.master(&["keys", "tokens", "--out", "json"]).json();
    assert_eq!(used.as_object().unwrap().values().next().unwrap()["used"], 1, "{used}");
}

#[test]
fn a_key_that_waits_is_let_in_by_a_token() {
    let mut fleet = Fleet::new();
    fleet.start_agent("fp-1");
    fleet.wait_key("fp-1", "pending");
    fleet.kill_agent("fp-1");
    let text = token(&fleet, &["--for", "fp-1"]);
    join(&fleet, "fp-1", &text).code(0).done();
    assert_eq!(fleet.key("fp-1").unwrap()["state"], "accepted");
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
}

#[test]
fn an_identity_is_made_before_its_host() {
    let mut fleet = Fleet::new();
    let folder = fleet.path("fp-1").display().to_string();
    fleet.master(&["keys", "generate", "fp-1", "--to", &folder]).code(0).done();
    for name in ["agent.key", "agent.crt", "master.fingerprint"] {
        let mode = fs::metadata(fleet.path("fp-1").join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert_eq!(fleet.host("fp-1")["state"], "lost");
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    assert!(!fleet.agent_log("fp-1").contains("first to answer"), "the master was trusted unseen");
    fleet.master(&["call", "test.ping"]).code(0).done();

    // Neither the folder nor the id is taken twice.
    fleet.master(&["keys", "generate", "fp-2", "--to", &folder]).code(2).says("already").done();
    let other = fleet.path("other").display().to_string();
    fleet.master(&["keys", "generate", "fp-1", "--to", &other]).code(2).says("hosts retire fp-1").done();
    assert!(!fleet.path("other").exists());
    fleet.master(&["keys", "generate", "../x", "--to", &other]).code(2).done();
}

#[test]
fn user_data_of_cloud_init_makes_a_host() {
    let mut fleet = Fleet::new();
    let address = fleet.address();
    let made = fleet.master(&["keys", "generate", "fp-1", "--cloud-init", "--master", &address]).ok();
    let data: serde_yaml::Value = serde_yaml::from_str(&made).unwrap();
    fs::create_dir_all(fleet.path("fp-1")).unwrap();
    for file in data["write_files"].as_sequence().unwrap() {
        let path = file["path"].as_str().unwrap();
        if let Some(name) = path.strip_prefix("/var/lib/lantern/agent/") {
            fs::write(fleet.path("fp-1").join(name), file["content"].as_str().unwrap()).unwrap();
        }
    }
    fleet.start_agent("fp-1");
    fleet.wait_connected(1);
    fleet.master(&["keys", "generate", "fp-2", "--cloud-init"]).code(2).says("--master").done();
}
