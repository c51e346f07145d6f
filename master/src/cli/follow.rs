//! Follows a job to its end: results to standard output, progress to standard error, Ctrl-C to detach or cancel.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use common::id::JobId;
use common::output::Format;
use tokio::sync::mpsc;

use super::comparing::{Comparison, deviants};
use super::error::CommandError;
use super::exit_code;
use super::options::{JobOptions, OutputOptions};
use super::printer::{data, talk};
use super::progress::Progress;
use super::results::Results;
use crate::api::{ApiError, Attached, Client, JobEvent, Request, Response};
use crate::jobs::{JobRecord, JobSpec, Phase};

/// How a job is followed.
#[derive(Debug, Default)]
pub(super) struct Follow {
    /// Whether to follow a job instead that applies states to these hosts already.
    pub(super) join: bool,
    /// What hosts' answers are put to, in place of being shown one by one.
    pub(super) comparison: Option<Comparison>,
}

/// Starts a job and follows it, unless it is to be left alone.
pub(super) async fn start(options: &JobOptions, spec: JobSpec, how: Follow) -> Result<u8, CommandError> {
    let socket = options.daemon.socket()?;
    let request = Request::Start { job: Box::new(spec), join: how.join };
    let mut client = Client::connect(&socket).await?;
    client.send(&request).await?;
    let Response::Attached(attached) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
    for id in &attached.unknown {
        talk(&format!("warning: no accepted host has the id {id}"));
    }
    if attached.joined {
        talk(&format!("joined job {}, which is under way", attached.jid));
    }
    if options.detach {
        data(&format!("{}\n", attached.jid));
        return Ok(exit_code::SUCCESS);
    }
    follow(client, socket, attached, &options.output, how.comparison).await
}

/// Attaches to a job that is under way.
pub(super) async fn attach(socket: PathBuf, jid: JobId, output: &OutputOptions) -> Result<u8, CommandError> {
    let mut client = Client::connect(&socket).await?;
    client.send(&Request::Follow { jid }).await?;
    let Response::Attached(attached) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
    follow(client, socket, attached, output, None).await
}

/// What the operator wants after Ctrl-C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Detach,
    Cancel,
    GoOn,
}

async fn follow(
    client: Client,
    socket: PathBuf,
    attached: Attached,
    output: &OutputOptions,
    comparison: Option<Comparison>,
) -> Result<u8, CommandError> {
    let human = output.out == Format::Human;
    let progress = Progress::new(attached.hosts.len(), human && !output.no_progress);
    let mut onlooker = Onlooker {
        results: Results::new(output.out, output.style()),
        format: output.out,
        progress,
        human,
        hosts: attached.hosts.len(),
        preparing: 0,
        comparison,
    };
    let mut responses = read(client);
    let (chosen, mut choices) = mpsc::channel(1);
    let mut interrupts = 0;
    let job = loop {
        tokio::select! {
            response = responses.recv() => match response {
                Some(Ok(Response::Event(JobEvent::Finished(job)))) => break job,
                Some(Ok(Response::Event(event))) => onlooker.see(event),
                Some(Ok(_)) | None => return Err(ApiError::Unexpected.into()),
                Some(Err(error)) => {
                    onlooker.progress.clear();
                    let error = CommandError::from(error);
                    return Err(error.hint(format!("the job goes on; `master jobs show {}` has its result", attached.jid)));
                }
            },
            _ = tokio::signal::ctrl_c() => {
                interrupts += 1;
                match onlooker.interrupted(interrupts, &chosen) {
                    Choice::Detach => return Ok(onlooker.detach(&attached.jid)),
                    Choice::Cancel | Choice::GoOn => {}
                }
            }
            Some(choice) = choices.recv() => {
                interrupts = 0;
                match choice {
                    Choice::Detach => return Ok(onlooker.detach(&attached.jid)),
                    Choice::Cancel => cancel(&socket, &attached.jid).await,
                    Choice::GoOn => {}
                }
            }
        }
    };
    onlooker.end(&job, &socket).await
}

struct Onlooker {
    results: Results,
    progress: Progress,
    human: bool,
    /// How many hosts the job has.
    hosts: usize,
    /// How many hosts have prepared.
    preparing: usize,
    format: Format,
    comparison: Option<Comparison>,
}

impl Onlooker {
    fn see(&mut self, event: JobEvent) {
        match event {
            JobEvent::Ended(record) => {
                if let Some(text) = self.results.add(*record).filter(|_| self.comparison.is_none()) {
                    self.progress.suspended(|| data(&text));
                }
                self.progress.ended(self.results.len());
            }
            JobEvent::Progress { host, progress } => {
                let message = format!("{host}: {}/{} {}", progress.done, progress.total, progress.id);
                self.progress.message(message);
            }
            JobEvent::Waiting { host, behind } => {
                self.say(&format!("{host} waits for job {behind}, which is at work there"));
            }
            JobEvent::Wave { number, of, reach } => {
                self.say(&format!("wave {number} of {of}: up to {reach} of {} hosts", self.hosts));
            }
            JobEvent::Verifying { hosts, jid } => {
                self.say(&format!("{hosts} hosts are verified (job {jid})"));
            }
            JobEvent::Stopped { reason } => self.say(&reason),
            JobEvent::Paused(true) => self.say("the job is paused: `master jobs resume` lets it go on"),
            JobEvent::Paused(false) => self.say("the job goes on"),
            JobEvent::Phase(Phase::Prepare) => self.progress.message("hosts prepare".into()),
            JobEvent::Phase(Phase::Apply) => self.progress.message(String::new()),
            JobEvent::State { prepared: true, phase: Phase::Prepare, .. } => {
                self.preparing += 1;
                self.progress.message(format!("{} hosts are prepared", self.preparing));
            }
            JobEvent::State { .. } | JobEvent::Finished(_) => {}
        }
    }

    /// A line for people.
    fn say(&self, line: &str) {
        if self.human {
            self.progress.suspended(|| talk(line));
        }
    }

    /// Asks, where there is somebody to ask; else goes away and leaves the job alone.
    fn interrupted(&self, times: u32, chosen: &mpsc::Sender<Choice>) -> Choice {
        let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !asks || times > 1 {
            return Choice::Detach;
        }
        let question =
            "\nThe job is under way. Detach and let it go on (d), cancel it (c), or keep watching (Enter)?";
        self.progress.suspended(|| talk(question));
        let chosen = chosen.clone();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = std::io::stdin().read_line(&mut line);
            let choice = match line.trim().chars().next().map(|letter| letter.to_ascii_lowercase()) {
                Some('d') => Choice::Detach,
                Some('c') => Choice::Cancel,
                _ => Choice::GoOn,
            };
            let _ = chosen.blocking_send(choice);
        });
        Choice::GoOn
    }

    fn detach(&self, jid: &JobId) -> u8 {
        self.progress.clear();
        talk(&format!("detached; the job goes on: `master jobs show {jid}`, `master jobs kill {jid}`"));
        exit_code::DETACHED
    }

    async fn end(&self, job: &JobRecord, socket: &Path) -> Result<u8, CommandError> {
        self.progress.clear();
        let groups = self.comparison.as_ref().map(|comparison| comparison.of(self.results.records()));
        match &groups {
            Some(groups) => Comparison::print(groups, self.format, &job.jid),
            None => data(&self.results.rest()),
        }
        if let Some(error) = &job.error {
            talk(&format!("error: {error}"));
        }
        if self.human {
            talk(&self.results.summary(job));
        }
        let expects = self.comparison.as_ref().is_some_and(Comparison::expects);
        let Some(groups) = groups.filter(|_| expects && job.error.is_none()) else {
            return Ok(self.results.exit_code(job));
        };
        let hosts = deviants(&groups);
        if !hosts.is_empty() {
            let line =
                format!("{} of {} hosts deviate: --target job:{}:deviant", hosts.len(), self.hosts, job.jid);
            Client::ask(socket, &Request::Deviants { jid: job.jid.clone(), hosts }).await?;
            self.say(&line);
        }
        Ok(Comparison::exit_code(&groups))
    }
}

async fn cancel(socket: &Path, jid: &JobId) {
    if let Err(error) = Client::ask(socket, &Request::Cancel { jid: jid.clone() }).await {
        talk(&format!("the job could not be cancelled: {error}"));
    }
}

/// Reads answers in a task of its own, since reading a frame must not be dropped half-way.
fn read(mut client: Client) -> mpsc::Receiver<Result<Response, ApiError>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let response = client.next().await;
            let end = response.is_err();
            if sender.send(response).await.is_err() || end {
                return;
            }
        }
    });
    receiver
}
