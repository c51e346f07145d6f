//! Who may do what at the control socket, and what is written down of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::signal::Signal;
use tests::fleet::{Fleet, PATIENCE, master_program};
use tests::ran::{Ran, run};
use tests::wait::until_true;

/// The user `nobody` and its group, by number.
const NOBODY: u32 = 65_534;

fn audit(fleet: &Fleet) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(fleet.path("master/audit.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_action_is_written_down() {
    let fleet = Fleet::of(&["fp-1"]);
    assert_eq!(audit(&fleet).len(), 0, "to look leaves no line");
    fleet.master(&["call", "cmd.run", "echo hunter2", "--target", "fp-*"]).code(0).done();
    let jid = fleet.jobs()[0].clone();
    fleet.master(&["jobs", "kill", &jid]).code(2).says("ended already").done();
    fleet.master(&["keys", "reject", "nobody"]).code(5).done();
    fleet.master(&["keys", "token", "--for", "web-*"]).code(0).done();
    fleet.master(&["hosts", "retire", "fp-1"]).code(0).done();
    let lines = audit(&fleet);
    let actions: Vec<_> = lines.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["call cmd.run", "jobs kill", "keys reject", "keys token", "hosts retire"]);
    assert_eq!((&lines[0]["target"], &lines[0]["jid"]), (&"fp-*".into(), &jid.as_str().into()));
    assert!(lines[1]["error"].as_str().is_some_and(|error| error.contains("ended already")));
    assert_eq!((&lines[3]["target"], &lines[4]["target"]), (&"web-*".into(), &"fp-1".into()));
    for line in &lines {
        assert_eq!(line["uid"], nix::unistd::geteuid().as_raw(), "{line}");
        assert!(line["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
    }
    let text = fs::read_to_string(fleet.path("master/audit.jsonl")).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("lantern1-"), "{text}");
    let mode = fs::metadata(fleet.path("master/audit.jsonl")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    // A log that cannot be written stops nobody, and is said.
    fs::remove_file(fleet.path("master/audit.jsonl")).unwrap();
    fs::create_dir(fleet.path("master/audit.jsonl")).unwrap();
    fleet.master(&["keys", "reject", "nobody"]).code(5).done();
    assert!(fleet.master_log().contains("the audit log cannot be written"));
}

/// Runs `master` as nobody, which only root can do.
fn as_nobody(fleet: &Fleet, words: &[&str]) -> Ran {
    let mut command = Command::new(master_program());
    command.args(words).env("LANTERN_SOCKET", fleet.path("master.sock")).uid(NOBODY).gid(NOBODY);
    run(&mut command, 60)
}

#[test]
fn users_may_do_what_the_configuration_says() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can be another user");
        return;
    }
    let fleet = Fleet::of(&["fp-1"]);
    fs::set_permissions(fleet.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    if as_nobody(&fleet, &["--version"]).code != 0 {
        eprintln!("skipped: another user cannot run the program where it lies");
        return;
    }
    as_nobody(&fleet, &["hosts"]).code(6).says("may not speak to the master").done();
    let reload = |text: &str| {
        let before = fleet.master_log().matches("these keys hold as they are now").count();
        fleet.configure(text);
        fleet.signal_master(Signal::SIGHUP);
        until_true("the master to read it", PATIENCE, || {
            fleet.master_log().matches("these keys hold as they are now").count() > before
        });
    };
    reload("readers: [somebody-else]\n");
    as_nobody(&fleet, &["hosts"]).code(6).says("`operators` or `readers`").done();
    reload("readers: [nobody]\n");
    as_nobody(&fleet, &["hosts"]).code(0).says("fp-1").done();
    as_nobody(&fleet, &["jobs", "list"]).code(0).done();
    for words in [
        &["call", "test.ping"][..],
        &["apply"],
        &["keys", "accept", "*"],
        &["keys", "token", "--for", "*"],
        &["hosts", "retire", "*"],
        &["check"],
    ] {
        as_nobody(&fleet, words).code(6).says("may only look").done();
    }
    assert_eq!(fleet.jobs().len(), 0);
    assert_eq!(fleet.host("fp-1")["connected"], true);
    let refused = audit(&fleet);
    let refused: Vec<_> = refused.iter().filter(|line| line["uid"] == NOBODY).collect();
    assert_eq!(refused.len(), 6, "{refused:?}");
    assert!(
        refused
            .iter()
            .all(|line| line["error"].as_str().is_some_and(|error| error.contains("may only look")))
    );
    reload("operators: [nobody]\n");
    as_nobody(&fleet, &["call", "test.ping"]).code(0).done();
    // Root is never shut out.
    fleet.master(&["call", "test.ping"]).code(0).done();
}
