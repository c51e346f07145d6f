//! Agents by the thousand, in one process.

use std::fs;
use std::process::Command;

use super::{Fleet, PATIENCE, Process, agent_program, programs};
use crate::ran::run;

impl Fleet {
    /// Makes so many hosts known to the master, which is started again for it, and starts their agents in one process. They are
    /// `fp-00000` and so on, have no grain `root`, and their folders below [`Fleet::root`] exist.
    #[must_use]
    pub fn start_swarm(&mut self, count: usize) -> Process {
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
        let mut swarm = Command::new(programs::swarm_program());
        swarm.arg("run").arg("--agents-dir").arg(agents).args(["--count", &count.to_string()]);
        swarm.arg("--agent").arg(agent_program());
        Process::start(&mut swarm, &self.path("swarm.log"))
    }

    /// The most memory that the master has had since it was started, in bytes.
    #[must_use]
    pub fn master_peak(&self) -> u64 {
        self.master.as_ref().unwrap().peak()
    }
}
