//! The throw-away master and its agents, as processes of this machine.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::tree;
use crate::api::{Client, KeyAction, Request, Response, Status};
use crate::cli::error::CommandError;
use crate::cli::exit_code;
use crate::cli::printer::data;

/// The hosts of the demonstration.
pub(super) const HOSTS: [&str; 5] = ["fp-1", "fp-2", "fp-3", "fp-4", "cm-1"];

/// How long the master or the agents may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a process may take to end.
const PARTING: Duration = Duration::from_secs(5);

/// A master and its agents in a temporary folder.
pub(super) struct Fleet {
    folder: TempDir,
    program: PathBuf,
    processes: Vec<Child>,
}

impl Fleet {
    /// Starts them.
    pub(super) async fn start(agent: Option<PathBuf>) -> Result<Self, CommandError> {
        let program = std::env::current_exe()?;
        let agent = find_agent(agent, &program)?;
        // A socket's path may have a hundred bytes: the folder's name is short.
        let folder = tempfile::Builder::new().prefix("lantern-demo-").tempdir()?;
        tree::unpack(&folder.path().join("tree"))?;
        let mut fleet = Self { folder, program, processes: Vec::new() };
        let root = fleet.folder.path().to_path_buf();
        let mut serve = Command::new(&fleet.program);
        serve.args(["serve", "--listen", "127.0.0.1:0"]);
        serve.arg("--state-dir").arg(root.join("master")).arg("--socket").arg(fleet.socket());
        serve
            .arg("--file-root")
            .arg(root.join("tree/salt"))
            .arg("--pillar-root")
            .arg(root.join("tree/pillar"));
        serve.arg("--config").arg(empty_config(&root)?);
        fleet.spawn(serve, "master")?;
        let status = fleet.wait_for_master().await?;
        for id in HOSTS {
            fleet.start_agent(&agent, id, &status)?;
        }
        Ok(fleet)
    }

    fn start_agent(&mut self, agent: &Path, id: &str, status: &Status) -> Result<(), CommandError> {
        let root = self.folder.path().join(id);
        std::fs::create_dir_all(root.join("files"))?;
        let grains = root.join("grains.yaml");
        std::fs::write(&grains, format!("demo_root: {}\n", root.join("files").display()))?;
        let config = empty_config(&root)?;
        let mut run = Command::new(agent);
        run.args([
            "run",
            "--id",
            id,
            "--master",
            &status.listen,
            "--master-fingerprint",
            &status.fingerprint,
        ]);
        run.arg("--state-dir")
            .arg(root.join("state"))
            .arg("--grains")
            .arg(grains)
            .arg("--config")
            .arg(config);
        run.env("DEMO_ROOT", root.join("files"));
        self.spawn(run, id)
    }

    /// Runs this program with arguments, as an operator would, after it has printed what it runs.
    pub(super) async fn command(&self, says: &str, words: &[&str]) -> Result<i32, CommandError> {
        let comment = if says.is_empty() { String::new() } else { format!("\n# {says}") };
        let shown: Vec<_> = words.iter().map(|word| quoted(word)).collect();
        data(&format!("{comment}\n$ master {}\n", shown.join(" ")));
        let status = Command::new(&self.program)
            .args(words)
            .env("LANTERN_SOCKET", self.socket())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await?;
        Ok(status.code().unwrap_or(-1))
    }

    /// Waits until so many keys are pending.
    pub(super) async fn wait_for_keys(&self, count: usize) -> Result<(), CommandError> {
        let request = Request::Keys { action: KeyAction::List, pattern: "*".into() };
        self.wait(
            "the agents to knock",
            &request,
            |response| matches!(response, Response::Keys(keys) if keys.len() == count),
        )
        .await
        .map(|_| ())
    }

    /// Waits until so many hosts are connected.
    pub(super) async fn wait_for_hosts(&self, count: usize) -> Result<(), CommandError> {
        self.wait(
            "the agents to come in",
            &Request::Status,
            |response| matches!(response, Response::Status(status) if status.connected == count),
        )
        .await
        .map(|_| ())
    }

    /// Ends every process; removes the folder, or says where it is kept.
    pub(super) async fn end(mut self, keep: bool) -> Option<PathBuf> {
        // Agents first, so that the master sees them go.
        while let Some(mut process) = self.processes.pop() {
            let pid = process.id().and_then(|id| i32::try_from(id).ok());
            if let Some(pid) = pid {
                let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
            }
            if tokio::time::timeout(PARTING, process.wait()).await.is_err() {
                let _ = process.kill().await;
            }
        }
        keep.then(|| self.folder.keep())
    }

    /// Where to look when something went wrong.
    pub(super) fn where_logs_are(&self) -> String {
        "run it again with --keep: the logs of the master and of each agent are in the folder that it then names".into()
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("master.sock")
    }

    fn spawn(&mut self, mut command: Command, name: &str) -> Result<(), CommandError> {
        let log = File::create(self.folder.path().join(format!("{name}.log")))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        self.processes.push(command.spawn()?);
        Ok(())
    }

    async fn wait_for_master(&self) -> Result<Status, CommandError> {
        match self.wait("the master to come up", &Request::Status, |_| true).await? {
            Response::Status(status) => Ok(status),
            _ => Err(self.gave_up("the master to come up")),
        }
    }

    async fn wait(
        &self,
        what: &str,
        request: &Request,
        is_there: impl Fn(&Response) -> bool,
    ) -> Result<Response, CommandError> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(response) = Client::ask(&self.socket(), request).await
                && is_there(&response)
            {
                return Ok(response);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(self.gave_up(what))
    }

    fn gave_up(&self, what: &str) -> CommandError {
        let mut tail = String::new();
        for name in ["master", HOSTS[0]] {
            let log = std::fs::read_to_string(self.folder.path().join(format!("{name}.log")));
            let log = log.unwrap_or_default();
            let last = log.lines().rev().take(3).collect::<Vec<_>>();
            let last: Vec<_> = last.into_iter().rev().collect();
            tail.push_str(&format!("\n{name}: {}", last.join(&format!("\n{name}: "))));
        }
        CommandError::new(exit_code::ERROR, format!("waited {}s for {what}{tail}", PATIENCE.as_secs()))
    }
}

/// A configuration with nothing in it, so that none of this machine is read.
fn empty_config(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("empty.yaml");
    std::fs::write(&path, "")?;
    Ok(path)
}

fn find_agent(given: Option<PathBuf>, program: &Path) -> Result<PathBuf, CommandError> {
    if let Some(agent) = given {
        return Ok(agent);
    }
    let beside = program.with_file_name("agent");
    if beside.is_file() {
        return Ok(beside);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("agent")).find(|agent| agent.is_file());
    found.ok_or_else(|| {
        let message = format!("there is no agent at {} and none in PATH", beside.display());
        CommandError::new(exit_code::ERROR, message).hint("name it with --agent")
    })
}

/// A word as one would type it in a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | ',' | ':');
    if !word.is_empty() && word.chars().all(plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
