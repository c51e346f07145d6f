//! Starts what schedules have by the clock.

use std::sync::Arc;
use std::time::Duration;

use jiff::Zoned;

use super::{Daemon, launch};
use crate::database::Write;
use crate::schedules::Schedule;

/// The longest sleep: the clock may be set meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// Starts jobs for ever. A time that passes while the daemon is down, or while the clock jumps over it, is left out.
pub(super) async fn tick(daemon: Arc<Daemon>) {
    let mut looked = Zoned::now();
    loop {
        let now = Zoned::now();
        for schedule in due(&daemon, &looked, &now) {
            start(&daemon, schedule).await;
        }
        looked = now;
        let next = daemon.schedules().values().filter_map(|schedule| schedule.cron.next(&looked)).min();
        let left = next.and_then(|next| Duration::try_from(next.timestamp() - Zoned::now().timestamp()).ok());
        // A little more than what is left, so that the time has come.
        let wait = left.map_or(LONGEST, |left| (left + Duration::from_millis(5)).min(LONGEST));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = daemon.rescheduled.notified() => {}
        }
    }
}

/// The schedules with a time after `looked` and not after `now`. A clock that was set back makes nothing due twice.
pub(super) fn due(daemon: &Daemon, looked: &Zoned, now: &Zoned) -> Vec<Schedule> {
    let is_due = |schedule: &&Schedule| schedule.cron.next(looked).is_some_and(|next| next <= *now);
    daemon.schedules().values().filter(is_due).cloned().collect()
}

pub(super) async fn start(daemon: &Arc<Daemon>, mut schedule: Schedule) {
    let name = schedule.name.clone();
    if let Some(jid) = schedule.last_jid.as_ref().filter(|jid| daemon.jobs.get(jid).is_some()) {
        return tracing::warn!(schedule = name, %jid, "the last job of a schedule is still under way: this time is left out");
    }
    // The onlookers' end is dropped: the job goes on without one.
    match launch::start(daemon, schedule.spec.clone(), format!("schedule {name}"), None).await {
        Ok((attached, _)) => {
            tracing::info!(schedule = name, jid = %attached.jid, "a schedule has started a job");
            schedule.last_jid = Some(attached.jid);
            // It may have been removed meanwhile, and stays so.
            if let Some(known) = daemon.schedules().get_mut(&name) {
                known.last_jid.clone_from(&schedule.last_jid);
                drop(daemon.ledger.submit(Write::Schedule(Box::new(schedule))));
            }
        }
        Err(failure) => tracing::error!(schedule = name, %failure, "a schedule could not start its job"),
    }
}
