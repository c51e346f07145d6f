//! A whole fleet that comes back at once.

use std::fs;
use std::time::{Duration, Instant};

use tests::fleet::{Fleet, Look, PATIENCE, Signal};
use tests::wait::until_true;

use super::{check, is_long, runs};

/// How many hosts the job is for, and how many of them may be at it at one time.
const HOSTS: usize = 16;
const AT_WORK: usize = 8;

/// The longest that the control socket may take to answer while everybody comes back.
const ANSWER: Duration = Duration::from_secs(5);

/// The most memory that the master may have had: itself, and for each agent what its connection needs with what its handshake does.
const MEMORY: u64 = 64 << 20;
const MEMORY_OF_AN_AGENT: u64 = 64 << 10;

/// A state that writes down which job it runs in, and waits for its host's gate.
fn gated(fleet: &Fleet) {
    let hosts = fleet.path("hosts");
    fleet.tree(
        "work.sls",
        &format!(
            "{{% set own = '{}/' ~ grains['id'] %}}\nwork:\n  cmd.run:\n    - name: echo $LANTERN_JID >> {{{{ own }}}}/runs; \
             for i in $(seq 6000); do test -e {{{{ own }}}}/gate && exit 0; sleep 0.05; done; exit 1\n",
            hosts.display()
        ),
    );
}

fn open_gates(fleet: &Fleet, ids: &[String]) {
    for id in ids {
        fs::write(fleet.root(id, "gate"), "").unwrap();
    }
}

/// Thousands of agents find out in the same moment that their master was killed: they stand still for as long as it takes until each
/// has a word for it that is overdue.
#[test]
fn a_fleet_that_comes_back_in_the_same_second_is_let_in_and_its_job_ends() {
    // In any case more than the master has places for handshakes.
    let (count, patience) = if is_long() { (3000, 3 * PATIENCE) } else { (600, PATIENCE) };
    let mut fleet = Fleet::new();
    let mut swarm = fleet.start_swarm(count);
    gated(&fleet);
    let _ = fleet.watch_connected(&mut swarm, 3 * PATIENCE);
    let ids: Vec<String> = (0..HOSTS).map(|number| format!("fp-{number:05}")).collect();
    let (target, batch) = (ids.join(" or "), AT_WORK.to_string());
    // However long this machine takes for the storm, the job waits for its hosts.
    let words = ["apply", "work", "--target", &target, "--batch", &batch, "--offline", "wait", "--detach"];
    let jid = fleet.master(&words).ok();
    let jid = jid.trim();
    let at_work = || ids.iter().filter(|id| runs(&fleet, id).iter().any(|run| run == jid)).count();
    until_true("hosts to be at work", PATIENCE, || at_work() == AT_WORK);

    fleet.kill_master();
    swarm.signal(Signal::SIGSTOP);
    let frozen = Instant::now();
    fleet.start_master();
    // Some workers end while nobody hears of it.
    open_gates(&fleet, &ids[..AT_WORK / 2]);
    // The length of the fault, not a wait for anything.
    let length = common::transport::KEEP_ALIVE + Duration::from_secs(1);
    std::thread::sleep(length.saturating_sub(frozen.elapsed()));
    assert_eq!(fleet.look().unwrap().connected, 0, "somebody is back who stands still");
    swarm.signal(Signal::SIGCONT);
    let thawed = Instant::now();
    let looks = fleet.watch_connected(&mut swarm, patience);
    let back = thawed.elapsed();

    open_gates(&fleet, &ids[AT_WORK / 2..]);
    fleet.wait_ended(jid);
    let states = check(&fleet, jid, &ids);
    assert!(states.values().all(|state| state == "succeeded"), "{states:?}");
    let slowest = looks.iter().map(|look: &Look| look.took).max().unwrap();
    let peak = fleet.master_peak();
    eprintln!(
        "{count} are back after {back:?}; of {} looks the slowest took {slowest:?}; {peak} bytes",
        looks.len()
    );
    assert!(slowest < ANSWER, "the control socket took {slowest:?} to answer");
    assert!(peak < MEMORY + MEMORY_OF_AN_AGENT * count as u64, "the master had {peak} bytes");
}
