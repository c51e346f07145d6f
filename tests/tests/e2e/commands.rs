//! Commands, which share a worker on their host.

use std::fs;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use tests::fleet::{Fleet, PATIENCE, Signal};
use tests::wait::until_true;

/// What a command prints on the one host.
fn says(fleet: &Fleet, command: &str) -> String {
    let answer = fleet.master(&["run", command, "--out", "json"]).code(0).json();
    answer["fp-1"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Starts a command and waits until it is at work; the job.
fn begin(fleet: &Fleet, rest: &str) -> String {
    let begun = fleet.root("fp-1", "begun");
    fs::remove_file(&begun).ok();
    let command = format!("touch {}; {rest}", begun.display());
    let jid = fleet.master(&["run", &command, "--detach"]).ok().trim().to_owned();
    until_true("the command to begin", PATIENCE, || begun.exists());
    jid
}

fn is_there(pid: &str) -> bool {
    // A zombie has no command line.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

fn end(pid: &str) {
    kill(Pid::from_raw(pid.parse().unwrap()), Signal::SIGKILL).unwrap();
}

const WORKER: &str = "echo $PPID";

#[test]
fn commands_share_a_worker_that_has_nothing_left_of_them() {
    let fleet = Fleet::of(&["fp-1"]);
    let worker = says(&fleet, WORKER);
    assert_eq!(says(&fleet, WORKER), worker);
    // Only a state run is told which job it is: a command may start another.
    assert_eq!(says(&fleet, "cd /; umask 077; export A=1; echo \"<$LANTERN_JID>\""), "<>");
    assert_eq!(says(&fleet, "echo $PPID $A"), worker);
    // A process in the background that keeps its output is read on, but the worker is not the same any more.
    let left = says(&fleet, "sleep 1000 & echo $!");
    assert!(is_there(&left));
    let next = says(&fleet, WORKER);
    assert_ne!(next, worker);
    assert!(is_there(&left), "what a command has left has died with its worker");
    end(&left);
}

#[test]
fn a_command_is_killed_and_what_others_have_left_is_not() {
    let fleet = Fleet::of(&["fp-1"]);
    let worker = says(&fleet, WORKER);
    let left = says(&fleet, "sleep 1000 > /dev/null 2>&1 & echo $!");
    assert_eq!(says(&fleet, WORKER), worker);
    let pid = fleet.root("fp-1", "pid");
    let jid = begin(&fleet, &format!("sleep 1000 & echo $! > {}; wait", pid.display()));
    until_true("the command's own process", PATIENCE, || {
        fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n'))
    });
    fleet.master(&["jobs", "kill", &jid]).code(0).done();
    fleet.wait_ended(&jid);
    until_true("the killed command to be gone", PATIENCE, || {
        !is_there(fs::read_to_string(&pid).unwrap().trim())
    });
    assert!(is_there(&left), "what an earlier command had left was killed");
    end(&left);
    assert_ne!(says(&fleet, WORKER), worker);
}

#[test]
fn a_worker_that_dies_takes_one_command_with_it() {
    let fleet = Fleet::of(&["fp-1"]);
    let worker = says(&fleet, WORKER);
    let ran = fleet.master(&["run", "kill -9 $PPID; sleep 1000", "--out", "json"]).code(1);
    let answer = ran.json();
    assert!(answer["fp-1"].as_str().is_some_and(|text| text.contains("signal 9")), "{answer}");
    // One that dies while it has nothing to do takes none.
    let next = says(&fleet, WORKER);
    assert_ne!(next, worker);
    end(&next);
    until_true("the worker to be gone", PATIENCE, || !is_there(&next));
    assert_ne!(says(&fleet, WORKER), next);
}

#[test]
fn a_command_outlives_the_agent() {
    let mut fleet = Fleet::of(&["fp-1"]);
    let _ = says(&fleet, WORKER);
    let gate = fleet.root("fp-1", "gate");
    let jid = begin(&fleet, &format!("until test -e {}; do sleep 0.05; done; echo through", gate.display()));
    fleet.kill_agent("fp-1");
    fleet.start_agent("fp-1");
    until_true("the worker to be adopted", PATIENCE, || fleet.agent_log("fp-1").contains("adopting"));
    fs::write(&gate, "").unwrap();
    fleet.wait_ended(&jid);
    let report = fleet.master(&["jobs", "show", &jid, "--out", "json"]).code(0).json();
    assert_eq!(report["fp-1"], "through");
}
