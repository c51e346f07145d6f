//! The processes that perform jobs: one for each, or one for many where a job is a mere command.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::id::JobId;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep};

use super::kill::uptime;
use super::{Class, JOB_VARIABLE, Key};
use crate::spool::phase_folder;
use crate::worker::DONE;

/// How long a standing worker is kept that has nothing to do: the next command of an operator finds it there, and an idle host has
/// none.
const IDLE: Duration = Duration::from_secs(300);

/// Starts workers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Workers {
    program: PathBuf,
    spool: PathBuf,
    /// Standing workers with nothing to do, the latest last.
    idle: Arc<Mutex<Vec<Standing>>>,
    patience: Duration,
}

/// How a job is to be performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// By a process of its own, which is told in which job it runs if it changes the host's state.
    Alone(Class),
    /// By a standing worker: it is a command.
    Standing,
}

/// A worker at a job.
pub(super) struct Worker {
    /// Its process, which leads a session.
    pub(super) pid: u32,
    /// When it was given the job, by the clock of [`uptime`], where its session is older than that.
    pub(super) since: Option<Duration>,
    process: Process,
}

enum Process {
    Alone(Child),
    Standing { standing: Box<Standing>, key: Key, workers: Workers },
}

/// A standing worker.
struct Standing {
    process: Child,
    orders: ChildStdin,
    words: Lines<BufReader<ChildStdout>>,
    /// Since when it has had nothing to do.
    idle: Instant,
}

impl Workers {
    /// Workers that this program becomes, for jobs in this folder.
    pub(super) fn new(program: PathBuf, spool: PathBuf) -> Self {
        Self { program, spool, idle: Arc::default(), patience: IDLE }
    }

    /// Starts one, or takes a standing one. Must be called within the runtime.
    pub(super) fn start(&self, key: &Key, manner: Manner) -> io::Result<Worker> {
        match manner {
            Manner::Alone(class) => {
                let job = (class == Class::Exclusive).then_some(&key.jid);
                let mut command = self.command(job);
                let process = command.arg(phase_folder(&self.spool, key)).stdin(Stdio::null()).spawn()?;
                Ok(Worker { pid: process.id().unwrap_or(0), since: None, process: Process::Alone(process) })
            }
            Manner::Standing => {
                let (standing, pid) = self.standing()?;
                let process = Process::Standing {
                    standing: Box::new(standing),
                    key: key.clone(),
                    workers: self.clone(),
                };
                Ok(Worker { pid, since: Some(uptime()), process })
            }
        }
    }

    /// A standing worker that is alive, and its process number.
    fn standing(&self) -> io::Result<(Standing, u32)> {
        while let Some(mut standing) = self.lock().pop() {
            // Somebody may have killed it meanwhile.
            if let (Ok(None), Some(pid)) = (standing.process.try_wait(), standing.process.id()) {
                return Ok((standing, pid));
            }
        }
        let mut command = self.command(None);
        command.arg("--standing").arg(&self.spool).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let (Some(orders), Some(words)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("a process without its pipes"));
        };
        let pid = process.id().unwrap_or(0);
        let words = BufReader::new(words).lines();
        Ok((Standing { process, orders, words, idle: Instant::now() }, pid))
    }

    fn command(&self, job: Option<&JobId>) -> Command {
        let mut command = Command::new(&self.program);
        command.arg0("agent").arg("work").stdout(Stdio::null());
        // An agent that a state has restarted may itself have the variable of that job.
        match job {
            Some(jid) => command.env(JOB_VARIABLE, jid.as_str()),
            None => command.env_remove(JOB_VARIABLE),
        };
        command
    }

    /// Keeps a worker for the next command, for a while.
    fn keep(&self, mut standing: Standing) {
        standing.idle = Instant::now();
        self.lock().push(standing);
        let workers = self.clone();
        tokio::spawn(async move {
            sleep(workers.patience).await;
            let ended: Vec<Standing> = workers
                .lock()
                .extract_if(.., |standing| standing.idle.elapsed() >= workers.patience)
                .collect();
            for Standing { mut process, orders, words, .. } in ended {
                // The end of its input is its own.
                drop((orders, words));
                let _ = process.wait().await;
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Standing>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Resolves when the job has ended: with the status of the process, or with none where that goes on to the next.
    pub(super) async fn ended(self) -> io::Result<Option<ExitStatus>> {
        let (mut standing, key, workers) = match self.process {
            Process::Alone(mut process) => return process.wait().await.map(Some),
            Process::Standing { standing, key, workers } => (standing, key, workers),
        };
        let ordered = standing.orders.write_all(format!("{key}\n").as_bytes()).await;
        if ordered.is_ok() && matches!(standing.words.next_line().await, Ok(Some(word)) if word == DONE) {
            workers.keep(*standing);
            return Ok(None);
        }
        drop((standing.orders, standing.words));
        standing.process.wait().await.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::ExitStatusExt as _;

    use super::super::Phase;
    use super::*;

    /// Workers that are a shell script. It writes down how it was started and what it was told.
    fn workers(folder: &tempfile::TempDir, answer: &str) -> Workers {
        let program = folder.path().join("worker");
        let log = folder.path().join("log");
        let text = format!(
            "#!/bin/sh\nexec 3>> '{}'\necho \"$*:$LANTERN_JID\" >&3\nwhile read -r key; do echo $key >&3; {answer}; done\n\
             echo end >&3\n",
            log.display()
        );
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        Workers { patience: Duration::from_millis(50), ..Workers::new(program, "/spool".into()) }
    }

    fn log(folder: &tempfile::TempDir) -> String {
        std::fs::read_to_string(folder.path().join("log")).unwrap()
    }

    fn key(number: u32) -> Key {
        Key { jid: format!("{number:020}").parse().unwrap(), phase: Phase::Run }
    }

    #[tokio::test]
    async fn commands_share_a_process_for_as_long_as_there_are_some() {
        let folder = tempfile::tempdir().unwrap();
        let workers = workers(&folder, "echo done");
        let first = workers.start(&key(1), Manner::Standing).unwrap();
        let pid = first.pid;
        assert!(first.since.is_some());
        assert_eq!(first.ended().await.unwrap(), None);
        let second = workers.start(&key(2), Manner::Standing).unwrap();
        assert_eq!(second.pid, pid);
        // One that is at work is not given another.
        let third = workers.start(&key(3), Manner::Standing).unwrap();
        assert_ne!(third.pid, pid);
        assert_eq!((second.ended().await.unwrap(), third.ended().await.unwrap()), (None, None));
        while log(&folder).lines().filter(|line| *line == "end").count() < 2 {
            sleep(Duration::from_millis(5)).await;
        }
        assert!(workers.lock().is_empty());
        let text = log(&folder);
        assert_eq!(text.lines().filter(|line| *line == "work --standing /spool:").count(), 2, "{text}");
        for number in 1..=3 {
            assert_eq!(text.lines().filter(|line| *line == key(number).to_string()).count(), 1, "{text}");
        }
    }

    #[tokio::test]
    async fn other_jobs_have_one_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let workers = workers(&folder, "exit 1");
        for (number, class) in [(1, Class::Exclusive), (2, Class::Shared)] {
            let worker = workers.start(&key(number), Manner::Alone(class)).unwrap();
            assert!(worker.since.is_none());
            assert_eq!(worker.ended().await.unwrap().unwrap().code(), Some(0));
        }
        let (one, two) = (key(1), key(2));
        assert_eq!(log(&folder), format!("work /spool/{one}:{}\nend\nwork /spool/{two}:\nend\n", one.jid));
    }

    #[tokio::test]
    async fn one_that_dies_is_not_taken_for_another_job() {
        let folder = tempfile::tempdir().unwrap();
        let workers = workers(&folder, "kill -9 $$");
        let first = workers.start(&key(1), Manner::Standing).unwrap();
        assert_eq!(first.ended().await.unwrap().unwrap().signal(), Some(9));
        assert!(workers.lock().is_empty());

        let (mut standing, pid) = workers.standing().unwrap();
        standing.process.start_kill().unwrap();
        standing.process.wait().await.unwrap();
        workers.lock().push(standing);
        assert_ne!(workers.start(&key(2), Manner::Standing).unwrap().pid, pid);

        let none = Workers::new("/nonexistent/agent".into(), "/spool".into());
        for manner in [Manner::Standing, Manner::Alone(Class::Shared)] {
            assert_eq!(none.start(&key(1), manner).err().unwrap().kind(), io::ErrorKind::NotFound);
        }
    }
}
