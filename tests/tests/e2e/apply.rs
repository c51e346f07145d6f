//! Applying states and calling functions.

use tests::fleet::{Fleet, changed, results};

use super::trees;

#[test]
fn a_tree_converges_and_then_changes_nothing() {
    let fleet = Fleet::of(&["fp-1", "fp-2", "cm-1"]);
    trees::site(&fleet);
    let first = fleet.master(&["apply", "--out", "json"]).code(0).json();
    for id in ["fp-1", "fp-2", "cm-1"] {
        assert_eq!(results(&first[id], Some(true)), trees::SITE_STATES, "{}", first[id]);
        let conf = std::fs::read_to_string(fleet.root(id, "conf/site.conf")).unwrap();
        assert_eq!(conf, format!("listen 8080\nhost {id}\nsite demo\n"));
        assert_eq!(std::fs::read_to_string(fleet.root(id, "a")).unwrap(), "a=1\n");
        assert_eq!(std::fs::read_to_string(fleet.root(id, "reloads")).unwrap(), "reloaded\n");
    }
    let second = fleet.master(&["apply", "--out", "json"]).code(0).json();
    for id in ["fp-1", "fp-2", "cm-1"] {
        assert_eq!(results(&second[id], Some(true)), trees::SITE_STATES);
        assert_eq!(changed(&second[id]), 0, "{}", second[id]);
    }

    // A changed pillar value reaches the file, and through `watch` the command.
    fleet.pillar("common.sls", "site: demo\nport: 9090\n");
    let third = fleet.master(&["apply", "--target", "fp-1", "--out", "json"]).code(0).json();
    assert_eq!(third.as_object().unwrap().len(), 1);
    assert_eq!(std::fs::read_to_string(fleet.root("fp-1", "reloads")).unwrap(), "reloaded\nreloaded\n");
    assert_eq!(std::fs::read_to_string(fleet.root("fp-2", "reloads")).unwrap(), "reloaded\n");
}

#[test]
fn a_dry_run_changes_nothing() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    let report = fleet.master(&["apply", "--test", "--out", "json"]).code(0).json();
    assert!(results(&report["fp-1"], None) >= 3, "{report}");
    assert_eq!(std::fs::read_dir(fleet.root("fp-1", "")).unwrap().count(), 0, "a dry run left something");
}

#[test]
fn named_states_and_pillar_of_the_command_line() {
    let fleet = Fleet::of(&["fp-1"]);
    trees::site(&fleet);
    fleet.tree(
        "one.sls",
        "{{ grains['root'] }}/one:\n  file.managed:\n    - contents: '{{ pillar['port'] }}'\n",
    );
    let report = fleet.master(&["apply", "one", "--pillar", "{port: 1234}", "--out", "json"]).code(0).json();
    assert_eq!(results(&report["fp-1"], Some(true)), 1);
    assert_eq!(std::fs::read_to_string(fleet.root("fp-1", "one")).unwrap(), "1234\n");
}

#[test]
fn a_failed_state_fails_the_job_and_nobody_else() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    fleet.tree(
        "half.sls",
        "{% if grains['id'] == 'fp-2' %}\nbroken:\n  cmd.run:\n    - name: echo sorry >&2; exit 7\n{% endif %}\n\
         after:\n  test.nop: []\n",
    );
    let ran = fleet.master(&["apply", "half", "--out", "json"]).code(1);
    let report = ran.json();
    assert_eq!(results(&report["fp-1"], Some(false)), 0);
    assert_eq!(results(&report["fp-2"], Some(false)), 1);
    assert_eq!(results(&report["fp-2"], Some(true)), 1);
    // For people the failure stands with its words.
    fleet.master(&["apply", "half"]).code(1).says("sorry").says("fp-2").done();
    // The result can be seen afterwards, with the same code.
    let jid = fleet.jobs()[0].clone();
    fleet.master(&["jobs", "show", &jid]).code(1).says("sorry").done();
}

#[test]
fn commands_and_functions_run_on_every_target() {
    let fleet = Fleet::of(&["fp-1", "fp-2", "cm-1"]);
    let ran = fleet.master(&["run", "echo $((40 + 2))", "--target", "fp-*", "--out", "json"]).code(0);
    assert_eq!(ran.json(), serde_json::json!({"fp-1": "42", "fp-2": "42"}));
    fleet.master(&["run", "exit 3", "--target", "fp-1"]).code(1).done();

    let ids = fleet.master(&["call", "grains.get", "id", "--out", "json"]).code(0).json();
    assert_eq!(ids, serde_json::json!({"fp-1": "fp-1", "fp-2": "fp-2", "cm-1": "cm-1"}));
    let code = fleet.master(&["call", "cmd.retcode", "exit 5", "--target", "L@cm-1", "--out", "json"]);
    assert_eq!(code.json()["cm-1"], 5);

    let target = "E@fp-[0-9] and not fp-2 or G@id:cm-1";
    let some = fleet.master(&["call", "test.ping", "--target", target, "--out", "json"]).code(0).json();
    assert_eq!(some, serde_json::json!({"fp-1": true, "cm-1": true}));
}

#[test]
fn data_and_talk_keep_apart() {
    let fleet = Fleet::of(&["fp-1"]);
    let ran = fleet.master(&["call", "test.ping", "--out", "json"]).code(0);
    assert_eq!(ran.json(), serde_json::json!({"fp-1": true}));
    let yaml = fleet.master(&["call", "test.ping", "--out", "yaml"]).code(0);
    assert_eq!(yaml.stdout.trim(), "fp-1: true");
    let quiet = fleet.master(&["call", "test.ping", "--out", "quiet"]).code(0);
    assert_eq!(quiet.stdout, "");
}
