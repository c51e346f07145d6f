//! `master jobs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use common::id::JobId;
use common::value::{Value, map};

use super::error::CommandError;
use super::gather::Gathered;
use super::options::{DaemonOptions, OutputOptions};
use super::printer::{data, moment, records, table, talk};
use super::results::Results;
use super::{exit_code, follow, job_files, salvaged};
use crate::api::{ApiError, Client, Request, Response};
use crate::jobs::{HostState, JobRecord};

/// Look at jobs, follow them, call them off
#[derive(Debug, Args)]
pub(super) struct Jobs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List jobs, the newest first
    List {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        stored: Stored,
    },
    /// Show the whole result of a job, as it was shown when it ended; the exit code is the job's
    Show {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        stored: Stored,
    },
    /// Follow a job that is under way
    #[command(visible_alias = "watch")]
    Follow {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        options: Options,
    },
    /// Print a whole job as JSON lines: the job, then each host with its report
    Export {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        stored: Stored,
    },
    /// Show on which hosts two jobs came to something else
    Diff {
        /// The earlier job's id
        before: JobId,
        /// The later job's id
        after: JobId,
        #[command(flatten)]
        options: Options,
    },
    /// Let nothing further begin in a job; hosts that are at work go on
    Pause {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        options: Options,
    },
    /// Let a paused job go on
    Resume {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        options: Options,
    },
    /// Call a job off: hosts at work are told to end it, the others are left alone
    #[command(visible_alias = "cancel")]
    Kill {
        /// The job's id
        jid: JobId,
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Debug, Args)]
struct Options {
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    daemon: DaemonOptions,
}

/// Where stored jobs are read from.
#[derive(Debug, Args)]
struct Stored {
    /// Read this database and ask no master: of one that does not run, or whose database is damaged; what of it is readable
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

impl Jobs {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        match self.command {
            Command::List { limit, stored } => list(limit, &stored).await,
            Command::Show { jid, stored } => show(jid, &stored).await,
            Command::Follow { jid, options } => {
                follow::attach(options.daemon.socket()?, jid, &options.output).await
            }
            Command::Export { jid, stored } => match &stored.database {
                Some(file) => job_files::print(&salvaged::job(file, &jid)?),
                None => job_files::export(&stored.options.daemon.socket()?, jid).await,
            },
            Command::Diff { before, after, options } => {
                job_files::diff(&options.daemon.socket()?, before, after).await
            }
            Command::Pause { jid, options } => pause(jid, true, &options).await,
            Command::Resume { jid, options } => pause(jid, false, &options).await,
            Command::Kill { jid, options } => {
                Client::ask(&options.daemon.socket()?, &Request::Cancel { jid: jid.clone() }).await?;
                talk(&format!(
                    "job {jid} is called off; `master jobs show {jid}` has what became of its hosts"
                ));
                Ok(exit_code::SUCCESS)
            }
        }
    }
}

async fn pause(jid: JobId, paused: bool, options: &Options) -> Result<u8, CommandError> {
    Client::ask(&options.daemon.socket()?, &Request::Pause { jid: jid.clone(), paused }).await?;
    talk(&match paused {
        true => format!("job {jid} is paused; `master jobs resume {jid}` lets it go on"),
        false => format!("job {jid} goes on"),
    });
    Ok(exit_code::SUCCESS)
}

/// A job by its id, or the newest one that is called `last`.
pub(super) async fn find(socket: &std::path::Path, job: &str) -> Result<JobRecord, CommandError> {
    if job == "last" {
        let Response::Jobs(jobs) = Client::ask(socket, &Request::Jobs { limit: 1 }).await? else {
            return Err(ApiError::Unexpected.into());
        };
        return jobs.into_iter().next().ok_or_else(|| CommandError::usage("there is no job yet"));
    }
    let jid: JobId = job.parse().map_err(|error| CommandError::usage(format!("{job:?}: {error}")))?;
    let mut client = Client::connect(socket).await?;
    client.send(&Request::Job { jid }).await?;
    let Response::Jobs(jobs) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
    jobs.into_iter().next().ok_or_else(|| ApiError::Unexpected.into())
}

async fn list(limit: usize, stored: &Stored) -> Result<u8, CommandError> {
    let options = &stored.options;
    let jobs = match &stored.database {
        Some(file) => salvaged::jobs(file, limit)?,
        None => match Client::ask(&options.daemon.socket()?, &Request::Jobs { limit }).await? {
            Response::Jobs(jobs) => jobs,
            _ => return Err(ApiError::Unexpected.into()),
        },
    };
    let named: Vec<_> = jobs.iter().map(|job| (job.jid.to_string(), value(job))).collect();
    records(options.output.out, &options.output.style(), &named, || listing(&jobs));
    if stored.database.is_none() {
        salvaged::warn_of_damage(&options.daemon.socket()?).await;
    }
    Ok(exit_code::SUCCESS)
}

async fn show(jid: JobId, stored: &Stored) -> Result<u8, CommandError> {
    let options = &stored.options;
    let human = options.output.out == common::output::Format::Human;
    let mut results = Results::new(options.output.out, options.output.style());
    let head = |job: &JobRecord| {
        if human {
            data(&heading(job));
        }
    };
    let mut tell = |host| {
        if let Some(text) = results.add(host) {
            data(&text);
        }
    };
    let job = if let Some(file) = &stored.database {
        let Gathered { job, hosts } = salvaged::job(file, &jid)?;
        head(&job);
        hosts.into_iter().for_each(tell);
        job
    } else {
        let mut client = Client::connect(&options.daemon.socket()?).await?;
        client.send(&Request::Job { jid }).await?;
        let Response::Jobs(jobs) = client.next().await? else { return Err(ApiError::Unexpected.into()) };
        let job = jobs.into_iter().next().ok_or(ApiError::Unexpected)?;
        head(&job);
        loop {
            match client.next().await? {
                Response::Host(host) => tell(*host),
                Response::Done => break job,
                _ => return Err(ApiError::Unexpected.into()),
            }
        }
    };
    data(&results.rest());
    if let Some(error) = &job.error {
        talk(&format!("error: {error}"));
    }
    if human {
        talk(&results.summary(&job));
    }
    Ok(results.exit_code(&job))
}

fn heading(job: &JobRecord) -> String {
    let mut lines = vec![
        format!("job      {}", job.jid),
        format!("work     {}", job.spec.work.describe()),
        format!("target   {}", job.spec.target.as_deref().unwrap_or("every accepted host")),
        format!("user     {}", job.user),
        format!("started  {}", moment(job.started)),
        format!("ended    {}", job.ended.map_or_else(|| "not yet".into(), moment)),
    ];
    lines.extend(job.spec.batch.as_ref().map(|batch| format!("batch    {batch}")));
    lines.extend(job.stopped.as_ref().map(|reason| format!("stopped  {reason}")));
    lines.extend(job.parent.as_ref().map(|parent| format!("verifies {parent}")));
    lines.extend(job.tree.map(|tree| format!("tree     {tree}")));
    lines.extend(job.commit.as_ref().map(|commit| format!("commit   {commit}")));
    lines.join("\n") + "\n\n"
}

fn listing(jobs: &[JobRecord]) -> String {
    let row = |job: &JobRecord| {
        vec![
            job.jid.to_string(),
            moment(job.started),
            match (job.ended, job.paused) {
                (Some(_), _) => "ended".into(),
                (None, true) => "paused".into(),
                (None, false) => "under way".into(),
            },
            counts(job),
            job.user.clone(),
            job.spec.work.describe(),
        ]
    };
    table(&["JOB", "STARTED", "STATE", "HOSTS", "USER", "WORK"], jobs.iter().map(row).collect())
}

fn counts(job: &JobRecord) -> String {
    let part = |state: HostState| match job.counts.get(state) {
        0 => None,
        count => Some(format!("{count} {}", state.name())),
    };
    HostState::ALL.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
}

fn value(job: &JobRecord) -> Value {
    let counts = job.counts.0.iter().map(|(state, count)| (Value::from(state), Value::from(*count)));
    Value::Map(map([
        ("work", job.spec.work.describe().into()),
        ("target", job.spec.target.clone().into()),
        ("user", (&job.user).into()),
        ("started", job.started.into()),
        ("ended", job.ended.into()),
        ("tree", job.tree.map(|tree| tree.to_string()).into()),
        ("commit", job.commit.clone().into()),
        ("error", job.error.clone().into()),
        ("paused", job.paused.into()),
        ("stopped", job.stopped.clone().into()),
        ("parent", job.parent.as_ref().map(|parent| parent.to_string()).into()),
        ("hosts", Value::Map(counts.collect())),
    ]))
}
