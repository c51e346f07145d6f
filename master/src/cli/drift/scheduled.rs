//! `master drift --schedule`, `--schedules` and `--unschedule`.

use std::path::Path;

use common::id::JobId;
use common::value::{Value, map};

use super::super::error::CommandError;
use super::super::options::OutputOptions;
use super::super::printer::{moment, records, table, talk};
use super::super::{exit_code, gather};
use super::{drifted, hosts_with_drift};
use crate::api::{ApiError, Client, Request, Response, ScheduleInfo};
use crate::jobs::JobSpec;
use crate::schedules::Cron;

pub(super) async fn add(
    socket: &Path,
    output: &OutputOptions,
    name: String,
    cron: Cron,
    job: JobSpec,
) -> Result<u8, CommandError> {
    let one = ask(socket, Request::Schedule { name, cron, job: Box::new(job) }).await?;
    show(output, &with_findings(socket, one).await);
    Ok(exit_code::SUCCESS)
}

pub(super) async fn remove(socket: &Path, output: &OutputOptions, name: String) -> Result<u8, CommandError> {
    let one = ask(socket, Request::Unschedule { name }).await?;
    for info in &one {
        talk(&format!("the schedule {} is gone; its jobs stay in the ledger", info.schedule.name));
    }
    show(output, &with_findings(socket, one).await);
    Ok(exit_code::SUCCESS)
}

pub(super) async fn list(socket: &Path, output: &OutputOptions) -> Result<u8, CommandError> {
    let all = ask(socket, Request::Schedules).await?;
    if all.is_empty() {
        talk("there are no schedules yet: `master drift --schedule '0 3 * * *' --name nightly` makes one");
    }
    show(output, &with_findings(socket, all).await);
    Ok(exit_code::SUCCESS)
}

async fn ask(socket: &Path, request: Request) -> Result<Vec<ScheduleInfo>, CommandError> {
    match Client::ask(socket, &request).await? {
        Response::Schedules(schedules) => Ok(schedules),
        _ => Err(ApiError::Unexpected.into()),
    }
}

/// A schedule and what its last run has found, in words.
type Found = (ScheduleInfo, Option<String>);

async fn with_findings(socket: &Path, schedules: Vec<ScheduleInfo>) -> Vec<Found> {
    let mut found = Vec::with_capacity(schedules.len());
    for info in schedules {
        let words = match info.schedule.last_jid.clone() {
            Some(jid) => Some(finding(socket, jid).await),
            None => None,
        };
        found.push((info, words));
    }
    found
}

async fn finding(socket: &Path, jid: JobId) -> String {
    let Ok(run) = gather::stored(socket, jid).await else { return "its job is not kept any more".into() };
    if run.job.ended.is_none() {
        return "under way".into();
    }
    if let Some(error) = &run.job.error {
        return error.lines().next().unwrap_or_default().into();
    }
    let rows: Vec<_> = run.hosts.iter().flat_map(drifted).collect();
    format!("{} of {} hosts drifted", hosts_with_drift(&rows), run.hosts.len())
}

fn show(output: &OutputOptions, schedules: &[Found]) {
    let value = |(info, found): &Found| {
        let ScheduleInfo { schedule, next } = info;
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        Value::Map(map([
            ("cron", schedule.cron.to_string().into()),
            ("target", text(schedule.spec.target.as_deref())),
            ("work", schedule.spec.work.describe().into()),
            ("user", schedule.user.as_str().into()),
            ("created", schedule.created.into()),
            ("next", next.map_or(Value::Null, Value::from)),
            ("last_jid", text(schedule.last_jid.as_ref().map(JobId::as_str))),
            ("found", text(found.as_deref())),
        ]))
    };
    let named: Vec<_> = schedules.iter().map(|found| (found.0.schedule.name.clone(), value(found))).collect();
    let row = |(info, found): &Found| {
        let ScheduleInfo { schedule, next } = info;
        vec![
            schedule.name.clone(),
            schedule.cron.to_string(),
            schedule.spec.target.clone().unwrap_or_else(|| "*".into()),
            schedule.spec.work.describe(),
            next.map(moment).unwrap_or_default(),
            schedule.last_jid.as_ref().map(ToString::to_string).unwrap_or_default(),
            found.clone().unwrap_or_default(),
        ]
    };
    let header = ["NAME", "SCHEDULE", "TARGET", "WORK", "NEXT", "LAST JOB", "FOUND"];
    records(output.out, &output.style(), &named, || table(&header, schedules.iter().map(row).collect()));
}
