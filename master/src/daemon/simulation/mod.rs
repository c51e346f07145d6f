//! A master and its agents without sockets, disks, processes or a clock: every order of events that a seed draws.
//!
//! What decides is the real thing: the [`Course`](super::course) with its rollout machine on the master's side, the agent's
//! board on the other, the ledger's own statements on SQLite in memory. What carries (streams, the spool, workers, the disk's
//! queue) is a model, in which everything may take long, arrive late or die: the master, agents, hosts, links, disks; and the
//! clock on the wall jumps. When all faults are over, the [`promises`] must hold.
//!
//! `SIMULATION_SEED=n` replays one seed and prints what happens; `SIMULATION_SEEDS=n` sets how many are tried.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends with a panic that says why"
)]

mod disk;
mod faults;
mod host;
mod master;
mod promises;
mod world;

use world::World;

/// How many seeds are tried, all parts together.
const SEEDS: u64 = 10_000;

/// How many tests share them, so that they run on all cores.
const PARTS: u64 = 4;

fn part(number: u64) {
    let from_environment = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = from_environment("SIMULATION_SEED") {
        if seed % PARTS == number {
            World::new(seed, true).run();
        }
        return;
    }
    let seeds = from_environment("SIMULATION_SEEDS").unwrap_or(SEEDS);
    for seed in (0..seeds).filter(|seed| seed % PARTS == number) {
        let run = std::panic::catch_unwind(|| World::new(seed, false).run());
        if let Err(panic) = run {
            eprintln!("the simulation failed with seed {seed}: replay it with SIMULATION_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn promises_hold_in_part_0() {
    part(0);
}

#[test]
fn promises_hold_in_part_1() {
    part(1);
}

#[test]
fn promises_hold_in_part_2() {
    part(2);
}

#[test]
fn promises_hold_in_part_3() {
    part(3);
}
