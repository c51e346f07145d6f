//! Processes that are killed, stopped or started again, at any moment.

use std::fs;
use std::time::{Duration, Instant};

use common::identity::{certificate_der, inspect};
use nix::sys::signal::kill;
use tests::fleet::{Fleet, PATIENCE, Signal};
use tests::wait::{until, until_true};

use super::{check, fleet, ids, is_long, runs, work};
use crate::e2e::trees;

/// Starts a job and gives its id.
fn start(fleet: &Fleet, words: &[&str]) -> String {
    fleet.master(&[words, &["--detach"]].concat()).ok().trim().to_owned()
}

/// Starts the gated job and waits until every host is in the middle of it.
fn in_the_middle(fleet: &Fleet, ids: &[String], words: &[&str]) -> String {
    trees::gated(fleet);
    let jid = start(fleet, &[&["apply", "gated"], words].concat());
    for id in ids {
        until_true("the job to begin on every host", PATIENCE, || fleet.root(id, "begun").exists());
    }
    jid
}

fn open_gates(fleet: &Fleet, ids: &[String]) {
    for id in ids {
        fs::write(fleet.root(id, "gate"), "").unwrap();
    }
}

/// Several fleets at one time: mostly they wait for the next word of agents that have not found out yet.
#[test]
fn the_master_dies_at_any_point_of_a_rollout() {
    let (fleets, points) = if is_long() { (5, 10) } else { (3, 1) };
    std::thread::scope(|scope| {
        for seed in 0..fleets {
            scope.spawn(move || the_master_dies(seed, points));
        }
    });
}

fn the_master_dies(seed: u64, points: usize) {
    let ids = ids(20);
    let mut fleet = fleet(&ids);
    work(&fleet);
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..points {
        // After a restart of the master it takes a moment until all are back, and who is away when a job begins is left out.
        fleet.wait_connected(ids.len());
        let jid = start(&fleet, &["apply", "work", "--batch", "5"]);
        let begun = || ids.iter().filter(|id| runs(&fleet, id).contains(&jid)).count();
        // The moment is drawn twice: how many hosts have begun, and how long after that.
        let wanted = random.usize(0..ids.len());
        until_true("so many hosts to begin", PATIENCE, || begun() >= wanted);
        std::thread::sleep(Duration::from_micros(random.u64(0..200_000)));
        fleet.kill_master();
        fleet.start_master();
        fleet.wait_ended(&jid);
        let states = check(&fleet, &jid, &ids);
        let all_well = states.values().all(|state| state == "succeeded");
        assert!(all_well, "{}", fleet.master(&["jobs", "export", &jid]).stdout);
    }
}

#[test]
fn agents_and_workers_die() {
    let ids = ids(4);
    let mut fleet = fleet(&ids);
    let jid = in_the_middle(&fleet, &ids, &["--max-failures", "unlimited"]);
    let [_, worker_dies, agent_dies, both_die] = [0, 1, 2, 3].map(|index| ids[index].clone());
    for id in [&worker_dies, &both_die] {
        for pid in fleet.workers(id) {
            kill(pid, Signal::SIGKILL).unwrap();
        }
    }
    for id in [&agent_dies, &both_die] {
        fleet.kill_agent(id);
        fleet.start_agent(id);
    }
    open_gates(&fleet, &ids);
    fleet.wait_ended(&jid);
    let states = fleet.ledger(&jid, &ids);
    let wanted = ["succeeded", "failed", "succeeded", "failed"];
    assert_eq!(states.values().collect::<Vec<_>>(), wanted);
    fleet.master(&["jobs", "show", &jid]).code(1).says("worker").done();
}

#[test]
fn both_sides_start_again_in_either_order() {
    let ids = ids(3);
    let mut fleet = fleet(&ids);
    for master_first in [true, false] {
        for id in &ids {
            fs::remove_file(fleet.root(id, "gate")).ok();
            fs::remove_file(fleet.root(id, "begun")).ok();
            fs::remove_file(fleet.root(id, "after")).ok();
        }
        let jid = in_the_middle(&fleet, &ids, &[]);
        fleet.kill_master();
        ids.iter().for_each(|id| fleet.kill_agent(id));
        if master_first {
            fleet.start_master();
        }
        ids.iter().for_each(|id| fleet.start_agent(id));
        if !master_first {
            open_gates(&fleet, &ids);
            for id in &ids {
                until_true("the job to end on every host", PATIENCE, || fleet.root(id, "after").exists());
            }
            fleet.start_master();
        }
        open_gates(&fleet, &ids);
        fleet.wait_ended(&jid);
        let states = fleet.ledger(&jid, &ids);
        assert!(states.values().all(|state| state == "succeeded"), "{states:?}");
    }
}

#[test]
fn a_frozen_host_is_given_up_and_counts_when_it_reports_after_all() {
    let ids = ids(2);
    let fleet = fleet(&ids);
    let jid = in_the_middle(&fleet, &ids, &["--timeout", "20"]);
    fleet.signal_agent(&ids[0], Signal::SIGSTOP);
    open_gates(&fleet, &ids);
    fleet.wait_ended(&jid);
    let states = fleet.ledger(&jid, &ids);
    assert!(["unreachable", "expired"].contains(&states[&ids[0]].as_str()), "{states:?}");
    assert_eq!(states[&ids[1]], "succeeded");
    fleet.signal_agent(&ids[0], Signal::SIGCONT);
    until("the late report to count", PATIENCE, || {
        (fleet.ledger(&jid, &ids)[&ids[0]] == "succeeded").then_some(())
    });
}

#[test]
fn a_job_that_was_called_off_stays_so_when_the_master_dies() {
    let ids = ids(3);
    let mut fleet = fleet(&ids);
    let jid = in_the_middle(&fleet, &ids[..1], &["--batch", "1"]);
    // The worker can't end, so the job is still being called off when the master dies.
    fleet.signal_agent(&ids[0], Signal::SIGSTOP);
    fleet.master(&["jobs", "kill", &jid]).code(0).done();
    fleet.kill_master();
    fleet.start_master();
    fleet.signal_agent(&ids[0], Signal::SIGCONT);
    fleet.wait_ended(&jid);
    let states = fleet.ledger(&jid, &ids);
    assert!(states.values().all(|state| state == "cancelled"), "{states:?}");
    assert!(ids.iter().all(|id| !fleet.root(id, "after").exists()));
    assert!(!fleet.root(&ids[1], "begun").exists(), "a host began in a job that was called off");
}

/// How long certificates are good for in the two tests of their ends.
const LIFETIME: Duration = Duration::from_secs(20);

/// A fleet whose certificates are good for [`LIFETIME`], in the middle of a job.
fn with_short_certificates(ids: &[String]) -> (Fleet, String) {
    let mut fleet = Fleet::with(&["--auto-accept"]);
    fleet.configure(&format!("certificate_lifetime: {}s\n", LIFETIME.as_secs()));
    fleet.kill_master();
    fleet.start_master();
    ids.iter().for_each(|id| fleet.start_agent(id));
    fleet.wait_connected(ids.len());
    let jid = in_the_middle(&fleet, ids, &[]);
    (fleet, jid)
}

#[test]
fn a_certificate_expires_in_the_middle() {
    let ids = ids(2);
    let (mut fleet, jid) = with_short_certificates(&ids);
    let issued = Instant::now();
    for id in &ids {
        until_true("the certificate to be renewed", PATIENCE, || {
            fleet.agent_log(id).contains("the certificate was renewed")
        });
    }
    let over = ids.iter().map(|id| end_of_certificate(&fleet, id)).min().unwrap();
    // A new connection needs a certificate that holds, and the first one does not any more.
    std::thread::sleep(LIFETIME.saturating_sub(issued.elapsed()) + Duration::from_secs(1));
    fleet.end_master();
    fleet.start_master();
    fleet.wait_connected(ids.len());
    // On a machine that was too slow the second one's time is over as well.
    if jiff::Timestamp::now().as_second() < over {
        assert!(ids.iter().all(|id| enrolled(&fleet, id) == 1), "the new certificate was of no use");
    }
    open_gates(&fleet, &ids);
    fleet.wait_ended(&jid);
    assert!(fleet.ledger(&jid, &ids).values().all(|state| state == "succeeded"));
}

/// When the time of the certificate is over that an agent has on its disk, in seconds since 1970.
fn end_of_certificate(fleet: &Fleet, id: &str) -> i64 {
    let bytes = fs::read(fleet.path(id).join("agent.crt")).unwrap();
    inspect(&certificate_der(bytes).unwrap()).unwrap().not_after
}

/// How often an agent was given a certificate for its key alone.
fn enrolled(fleet: &Fleet, id: &str) -> usize {
    fleet.agent_log(id).matches("the master has accepted this agent").count()
}

#[test]
fn a_certificate_expires_while_its_host_is_away() {
    let ids = ids(2);
    let (mut fleet, jid) = with_short_certificates(&ids);
    // The one is dead, the other stands still.
    fleet.kill_agent(&ids[0]);
    fleet.signal_agent(&ids[1], Signal::SIGSTOP);
    open_gates(&fleet, &ids);
    // The length of the fault, not a wait for anything.
    std::thread::sleep(LIFETIME + Duration::from_secs(1));
    fleet.kill_master();
    fleet.start_master();
    fleet.start_agent(&ids[0]);
    fleet.signal_agent(&ids[1], Signal::SIGCONT);
    // Both keys are known: no operator has to do anything.
    fleet.wait_ended(&jid);
    assert!(fleet.ledger(&jid, &ids).values().all(|state| state == "succeeded"));
    assert!(ids.iter().all(|id| enrolled(&fleet, id) >= 2), "a certificate that is over was of use");
}
