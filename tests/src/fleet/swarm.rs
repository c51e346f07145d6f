//! Agents by the thousand, in few processes.

use std::fs;
use std::process::Command;

use nix::sys::signal::Signal;

use super::{Fleet, Look, PATIENCE, Process, agent_program, programs};
use crate::ran::run;
use crate::wait::until;

/// How many agents run in one process: each has seven files open, and a system may allow few thousand.
const AGENTS_OF_A_PROCESS: usize = 1000;

/// The processes of a swarm. They are killed when it is dropped.
pub struct Swarm {
    count: usize,
    processes: Vec<Process>,
}

impl Swarm {
    /// Sends each of its processes a signal.
    pub fn signal(&self, signal: Signal) {
        self.processes.iter().for_each(|process| process.signal(signal));
    }

    /// Says at once what a process has ended with, which nobody need wait for any more.
    fn assert_alive(&mut self) {
        for process in &mut self.processes {
            assert!(process.is_alive(), "the swarm has ended:\n{}", process.log());
        }
    }
}

impl Fleet {
    /// Makes so many hosts known to the master, which is started again for it, and starts their agents. They are `fp-00000`
    /// and so on, have no grain `root`, and their folders below [`Fleet::root`] exist.
    #[must_use]
    pub fn start_swarm(&mut self, count: usize) -> Swarm {
        self.kill_master();
        let agents = self.path("swarm");
        let mut prepare = Command::new(programs::swarm_program());
        prepare.arg("prepare").arg("--master-dir").arg(self.path("master")).arg("--agents-dir").arg(&agents);
        prepare.args(["--master", &self.address(), "--count", &count.to_string()]);
        run(&mut prepare, 3 * PATIENCE).code(0).done();
        for number in 0..count {
            fs::create_dir(self.path("hosts").join(format!("fp-{number:05}"))).unwrap();
        }
        self.start_master();
        let processes = (0..count).step_by(AGENTS_OF_A_PROCESS).map(|first| {
            let mut swarm = Command::new(programs::swarm_program());
            swarm.arg("run").arg("--agents-dir").arg(&agents).args(["--first", &first.to_string()]);
            swarm.args(["--count", &AGENTS_OF_A_PROCESS.min(count - first).to_string()]);
            swarm.arg("--agent").arg(agent_program());
            Process::start(&mut swarm, &self.path("swarm.log"))
        });
        Swarm { count, processes: processes.collect() }
    }

    /// Looks at a master that is up until the whole swarm is connected, for so many seconds at most; every look that was needed.
    #[must_use]
    pub fn watch_connected(&self, swarm: &mut Swarm, seconds: u64) -> Vec<Look> {
        let mut looks = Vec::new();
        until(&format!("{} hosts to be connected", swarm.count), seconds, || {
            swarm.assert_alive();
            let look = self.look().expect("the master does not answer");
            looks.push(look);
            (look.connected == swarm.count).then_some(())
        });
        looks
    }

    /// The most memory that the master has had since it was started, in bytes.
    #[must_use]
    pub fn master_peak(&self) -> u64 {
        self.master.as_ref().unwrap().peak()
    }
}
