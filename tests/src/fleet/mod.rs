//! A master and agents as processes of this machine, in a temporary folder.

mod control;
mod port;
mod process;
mod programs;
mod swarm;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::ran::{Ran, run};
use crate::wait::{until, until_true};
pub use control::Look;
use port::Port;
pub use process::Process;
pub use programs::{agent_program, master_program};
pub use swarm::Swarm;

/// How long any one command may take, in seconds. The machine may be busy.
const COMMAND_SECONDS: u64 = 180;
/// How long a program may take to come up or to do something, in seconds.
pub const PATIENCE: u64 = 90;

/// A master with its agents. Everything ends and goes when it is dropped.
///
/// The state tree is `tree`, the pillar tree `pillar`. Each agent has the grain `root`, a folder of its own that exists.
pub struct Fleet {
    agents: BTreeMap<String, Process>,
    master: Option<Process>,
    listen: SocketAddr,
    /// Held for as long as it listens there, if it is on loopback.
    _port: Option<Port>,
    /// What stands before `master serve`, such as the command that enters a network namespace.
    before_serve: Vec<String>,
    serve: Vec<String>,
    folder: TempDir,
}

impl Fleet {
    /// A master that is up, on loopback.
    #[must_use]
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A master that is up, with further arguments of `master serve`.
    #[must_use]
    pub fn with(serve: &[&str]) -> Self {
        let port = Port::reserve();
        let mut fleet = Self::on(port.address, Vec::new(), serve);
        fleet._port = Some(port);
        fleet
    }

    /// A master that is up on this address.
    #[must_use]
    pub fn on(listen: SocketAddr, before_serve: Vec<String>, serve: &[&str]) -> Self {
        let mut fleet = Self {
            agents: BTreeMap::new(),
            master: None,
            listen,
            _port: None,
            before_serve,
            serve: serve.iter().map(ToString::to_string).collect(),
            // The path of a socket may have a hundred bytes only.
            folder: tempfile::Builder::new().prefix("fleet-").tempdir_in("/tmp").unwrap(),
        };
        for name in ["tree", "pillar", "hosts"] {
            fs::create_dir(fleet.path(name)).unwrap();
        }
        fs::write(fleet.path("master.yaml"), "").unwrap();
        fleet.start_master();
        fleet
    }

    /// A master that accepts every key, with these agents connected.
    #[must_use]
    pub fn of(ids: &[&str]) -> Self {
        let mut fleet = Self::with(&["--auto-accept"]);
        for id in ids {
            fleet.start_agent(id);
        }
        fleet.wait_connected(ids.len());
        fleet
    }

    /// A path in the fleet's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the state tree.
    pub fn tree(&self, path: &str, text: &str) {
        write(&self.path("tree").join(path), text);
    }

    /// Writes a file of the pillar tree.
    pub fn pillar(&self, path: &str, text: &str) {
        write(&self.path("pillar").join(path), text);
    }

    /// A path below the folder that a host has for its states.
    #[must_use]
    pub fn root(&self, id: &str, path: &str) -> PathBuf {
        self.path("hosts").join(id).join(path)
    }

    /// Starts the master and waits until it listens.
    pub fn start_master(&mut self) {
        let (program, words) = match self.before_serve.split_first() {
            Some((first, rest)) => {
                (PathBuf::from(first), [rest, &[master_program().display().to_string()]].concat())
            }
            None => (master_program(), Vec::new()),
        };
        let mut command = Command::new(program);
        command.args(words).arg("serve").arg("--listen").arg(self.listen.to_string());
        command.arg("--socket").arg(self.socket());
        command.arg("--file-root").arg(self.path("tree")).arg("--pillar-root").arg(self.path("pillar"));
        // What a test gives itself is not given twice.
        for (option, name) in [("--state-dir", "master"), ("--config", "master.yaml")] {
            if !self.serve.iter().any(|given| given == option) {
                command.arg(option).arg(self.path(name));
            }
        }
        command.args(&self.serve);
        self.master = Some(Process::start(&mut command, &self.path("master.log")));
        until("the master to answer", PATIENCE, || {
            let process = self.master.as_mut().unwrap();
            assert!(process.is_alive(), "the master ended:\n{}", process.log());
            self.look().map(drop)
        });
    }

    /// The address that agents dial.
    #[must_use]
    pub fn address(&self) -> String {
        self.listen.to_string()
    }

    /// Writes the master's configuration, which it reads when it starts and on SIGHUP.
    pub fn configure(&self, text: &str) {
        fs::write(self.path("master.yaml"), text).unwrap();
    }

    /// Sends the master a signal.
    pub fn signal_master(&self, signal: nix::sys::signal::Signal) {
        self.master.as_ref().unwrap().signal(signal);
    }

    /// What `master hosts` knows of a host.
    #[must_use]
    pub fn host(&self, id: &str) -> serde_json::Value {
        self.master(&["hosts", "--out", "json"]).json().get(id).cloned().unwrap_or_default()
    }

    /// Ends the master without a warning.
    pub fn kill_master(&mut self) {
        self.master = None;
    }

    /// Ends the master as its service manager does: it tells its agents, which come back as soon as it is there again.
    pub fn end_master(&mut self) {
        let master = self.master.take().unwrap();
        master.signal(Signal::SIGTERM);
        assert_eq!(master.wait(PATIENCE), Some(0));
    }

    /// Starts an agent.
    pub fn start_agent(&mut self, id: &str) {
        self.start_agent_with(id, &[]);
    }

    /// Starts an agent with a configuration file of its own.
    pub fn start_agent_configured(&mut self, id: &str, config: &str) {
        self.start(id, config, &[]);
    }

    /// Starts an agent with further arguments of `agent run`.
    pub fn start_agent_with(&mut self, id: &str, arguments: &[&str]) {
        // Nothing is in it, whatever the master is configured with.
        self.start(id, "/dev/null", arguments);
    }

    fn start(&mut self, id: &str, config: &str, arguments: &[&str]) {
        let root = self.path("hosts").join(id);
        fs::create_dir_all(&root).unwrap();
        let grains = self.path(&format!("{id}.grains"));
        fs::write(&grains, format!("root: {}\n", root.display())).unwrap();
        let mut command = Command::new(agent_program());
        command.args(["run", "--id", id, "--master", &self.listen.to_string()]);
        command.arg("--state-dir").arg(self.path(id)).arg("--grains").arg(grains);
        command.args(["--config", config]).args(arguments);
        let process = Process::start(&mut command, &self.path(&format!("{id}.log")));
        self.agents.insert(id.into(), process);
    }

    /// Ends an agent's daemon without a warning; its workers go on.
    pub fn kill_agent(&mut self, id: &str) {
        self.agents.remove(id).unwrap();
    }

    /// Ends an agent's daemon as its service manager does: the master knows at once that the host is gone, where it would miss one
    /// that was killed after forty seconds.
    pub fn end_agent(&mut self, id: &str) {
        let agent = self.agents.remove(id).unwrap();
        agent.signal(Signal::SIGTERM);
        assert_eq!(agent.wait(PATIENCE), Some(0));
    }

    /// Sends a signal to an agent's daemon.
    pub fn signal_agent(&self, id: &str, signal: Signal) {
        self.agents[id].signal(signal);
    }

    /// The workers of an agent that are alive and have a job of their own: a standing one names no job.
    #[must_use]
    pub fn workers(&self, id: &str) -> Vec<Pid> {
        process::named_in_command_lines(&self.path(id).join("jobs/"))
    }

    /// What an agent has logged, also before it was started again.
    #[must_use]
    pub fn agent_log(&self, id: &str) -> String {
        fs::read_to_string(self.path(&format!("{id}.log"))).unwrap_or_default()
    }

    /// What the master has logged.
    #[must_use]
    pub fn master_log(&self) -> String {
        fs::read_to_string(self.path("master.log")).unwrap_or_default()
    }

    /// Runs `master` with these words.
    pub fn master(&self, words: &[&str]) -> Ran {
        run(&mut self.command(words), COMMAND_SECONDS)
    }

    /// Starts `master` with these words and does not wait for it.
    #[must_use]
    pub fn master_in_background(&self, words: &[&str]) -> Process {
        Process::start(&mut self.command(words), &self.path("background.log"))
    }

    /// Runs `agent` on a host with these words.
    pub fn agent(&self, id: &str, words: &[&str]) -> Ran {
        run(&mut self.agent_command(id, words), COMMAND_SECONDS)
    }

    /// Starts `agent` on a host with these words and does not wait for it; its output is in a file of this name.
    #[must_use]
    pub fn agent_in_background(&self, id: &str, words: &[&str], log: &str) -> Process {
        Process::start(&mut self.agent_command(id, words), &self.path(log))
    }

    fn agent_command(&self, id: &str, words: &[&str]) -> Command {
        let mut command = Command::new(agent_program());
        command.args(words).arg("--config").arg("/dev/null").arg("--state-dir").arg(self.path(id));
        command
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(master_program());
        command
            .args(words)
            .env("LANTERN_SOCKET", self.socket())
            .env("LANTERN_CONFIG", self.path("master.yaml"));
        command
    }

    fn socket(&self) -> PathBuf {
        self.path("master.sock")
    }

    /// What `master keys list` knows of a key.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<serde_json::Value> {
        self.master(&["keys", "list", "--out", "json"]).json().get(id).cloned()
    }

    /// Waits until a key is in a state.
    pub fn wait_key(&self, id: &str, state: &str) {
        until_true(&format!("the key of {id} to be {state}"), PATIENCE, || {
            self.key(id).is_some_and(|key| key["state"] == state)
        });
    }

    /// The ids of the jobs, the newest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<String> {
        let jobs = self.master(&["jobs", "list", "--out", "json"]).json();
        jobs.as_object().into_iter().flatten().map(|(jid, _)| jid.clone()).collect()
    }

    /// What the ledger says of a job: each host with its state. The job must have ended, with every one of `ids` in one state
    /// that is an end, for which there is a report or a reason.
    #[must_use]
    pub fn ledger(&self, jid: &str, ids: &[String]) -> BTreeMap<String, String> {
        let export = self.master(&["jobs", "export", jid]).ok();
        let mut lines = export.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let job = lines.next().unwrap();
        assert!(!job["ended"].is_null(), "{job}");
        let mut states = BTreeMap::new();
        for host in lines {
            let state = host["state"].as_str().unwrap().to_owned();
            let ends = ["succeeded", "failed", "unreachable", "cancelled", "expired"];
            assert!(ends.contains(&state.as_str()), "no end: {host}");
            assert!(!host["report"].is_null() || !host["reason"].is_null(), "nobody knows why: {host}");
            let before = states.insert(host["id"].as_str().unwrap().to_owned(), state);
            assert_eq!(before, None, "twice in the ledger: {host}");
        }
        assert_eq!(
            states.keys().collect::<Vec<_>>(),
            ids.iter().collect::<Vec<_>>(),
            "a host is missing in {jid}"
        );
        states
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (name, log) in [("master".to_owned(), self.master_log())]
                .into_iter()
                .chain(self.agents.keys().map(|id| (id.clone(), self.agent_log(id))))
            {
                let lines: Vec<_> = log.lines().collect();
                let end = lines[lines.len().saturating_sub(20)..].join("\n");
                eprintln!("--- the log of {name} ends:\n{end}");
            }
        }
        self.agents.clear();
        self.master = None;
        // Workers outlive their agent, as they should; here nobody comes back for them.
        process::kill_all_that_name(self.folder.path());
    }
}

/// How many states of a host have a result.
#[must_use]
pub fn results(report: &serde_json::Value, wanted: Option<bool>) -> usize {
    let entries = report.as_object().into_iter().flatten();
    entries.filter(|(_, entry)| entry["result"].as_bool() == wanted).count()
}

/// How many states of a host changed something.
#[must_use]
pub fn changed(report: &serde_json::Value) -> usize {
    let entries = report.as_object().into_iter().flatten();
    entries
        .filter(|(_, entry)| entry["changes"].as_object().is_some_and(|changes| !changes.is_empty()))
        .count()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
