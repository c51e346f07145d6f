//! Schedules as operators see them. [`crate::daemon::clock`] starts what is due.

use std::sync::Arc;

use crate::api::{Failure, FailureKind, ScheduleInfo};
use crate::daemon::Daemon;
use crate::daemon::launch;
use crate::daemon::shared::now;
use crate::database::Write;
use crate::jobs::JobSpec;
use crate::schedules::{Cron, SCHEDULES_LIMIT, Schedule};

/// Adds a schedule. It is on the disk when this returns.
pub(super) async fn add(
    daemon: &Arc<Daemon>,
    name: String,
    cron: Cron,
    spec: JobSpec,
    user: &str,
) -> Result<ScheduleInfo, Failure> {
    let usage = |message: String| Failure::new(FailureKind::Usage, message);
    if !Schedule::is_name(&name) {
        return Err(usage(format!(
            "{name:?} is no name of a schedule: use 1 to 64 letters, digits, '.', '-' and '_'"
        )));
    }
    launch::check(&spec)?;
    let schedule =
        Schedule { name: name.clone(), cron, spec, user: user.into(), created: now(), last_jid: None };
    {
        let mut schedules = daemon.schedules();
        if schedules.contains_key(&name) {
            return Err(usage(format!(
                "there is a schedule {name} already: remove it first, or take another name"
            )));
        }
        if schedules.len() >= SCHEDULES_LIMIT {
            return Err(usage(format!("there are {SCHEDULES_LIMIT} schedules already: remove some")));
        }
        schedules.insert(name.clone(), schedule.clone());
    }
    if let Err(error) = daemon.ledger.submit(Write::Schedule(Box::new(schedule.clone()))).await {
        daemon.schedules().remove(&name);
        return Err(Failure::internal(error));
    }
    tracing::info!(schedule = name, cron = %schedule.cron, user, "a schedule was made");
    daemon.rescheduled.notify_one();
    Ok(info(schedule))
}

/// All schedules, by name.
pub(super) fn list(daemon: &Daemon) -> Vec<ScheduleInfo> {
    daemon.schedules().values().cloned().map(info).collect()
}

/// Removes a schedule; a job that it has started goes on.
pub(super) async fn remove(daemon: &Arc<Daemon>, name: &str) -> Result<ScheduleInfo, Failure> {
    let gone = daemon.schedules().remove(name);
    let Some(schedule) = gone else {
        let message =
            format!("there is no schedule {name:?}; `master drift --schedules` shows those there are");
        return Err(Failure::new(FailureKind::NothingMatched, message));
    };
    daemon.ledger.submit(Write::ScheduleGone(name.into())).await.map_err(Failure::internal)?;
    daemon.rescheduled.notify_one();
    Ok(info(schedule))
}

fn info(schedule: Schedule) -> ScheduleInfo {
    let next = schedule.cron.next(&jiff::Zoned::now()).map(|next| next.timestamp().as_millisecond());
    ScheduleInfo { schedule, next }
}
