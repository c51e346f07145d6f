//! From what the operator asked for to what the rollout machine needs.

use std::time::Duration;

use super::{PATIENCE, RESUME_GRACE, SETTLING, TIMEOUT_LIMIT};
use crate::api::{Failure, FailureKind};
use crate::daemon::Daemon;
use crate::jobs::rollout::Setup;
use crate::jobs::{FailureLimit, JobRecord, JobSpec, Offline, Order, Spec};
use crate::pillar::PillarHost;

/// How long hosts that are away are waited for, unless the job says otherwise.
const EXPIRE: u64 = 24 * 3600;

/// Refuses what makes no sense, before anything is written down.
pub(in crate::daemon) fn check(spec: &JobSpec) -> Result<(), Failure> {
    let policy = &spec.policy;
    let most = TIMEOUT_LIMIT.as_secs();
    let times = [
        ("timeout", spec.timeout),
        ("batch-wait", Some(policy.batch_wait)),
        ("hold", Some(policy.hold)),
        ("expire", policy.expire),
        ("job-timeout", policy.job_timeout),
    ];
    let usage = |message: String| Err(Failure::new(FailureKind::Usage, message));
    if let Some((name, _)) = times.into_iter().find(|(_, time)| time.is_some_and(|time| time > most)) {
        return usage(format!("--{name} is too long: at most 30 days ({most} seconds) are allowed"));
    }
    if policy.canary == Some(0) {
        return usage("--canary 0 means no canary: leave it out, or give a number of hosts from 1 up".into());
    }
    if policy.expire.is_some() && policy.offline != Offline::Wait {
        return usage(
            "--expire says how long to wait for hosts that are away: it goes with --offline wait".into(),
        );
    }
    if policy.verify.as_ref().is_some_and(|command| command.trim().is_empty()) {
        return usage("--verify has no command".into());
    }
    if policy.verify.is_some() && matches!(&spec.work, Spec::Apply(apply) if apply.test) {
        return usage(
            "--verify proves what was changed, and --test changes nothing: leave one of them out".into(),
        );
    }
    Ok(())
}

/// The hosts in the order of their turns.
pub(super) fn order(daemon: &Daemon, order: Order, hosts: &mut [PillarHost]) {
    match order {
        Order::Id => hosts.sort_by(|one, other| one.id.cmp(&other.id)),
        Order::Random => fastrand::shuffle(hosts),
        Order::LastSeen => hosts.sort_by_cached_key(|host| {
            let seen = daemon.fleet.known(&host.id).map_or(i64::MIN, |known| known.last_seen);
            (std::cmp::Reverse(seen), host.id.clone())
        }),
    }
}

/// How the job goes, on a clock that begins now, which is `now` in milliseconds since 1970. `usual_timeout` is the one of a host
/// where the job says none, `up` how long the daemon has been up.
pub(in crate::daemon) fn setup(
    record: &JobRecord,
    is_resumed: bool,
    usual_timeout: Duration,
    up: Duration,
    now: i64,
) -> Setup {
    let (spec, policy) = (&record.spec, &record.spec.policy);
    let timeout = spec.timeout.map_or(usual_timeout, Duration::from_secs).min(TIMEOUT_LIMIT);
    let gone = Duration::from_millis(u64::try_from(now - record.started).unwrap_or(0));
    let left = |seconds: u64| Duration::from_secs(seconds).saturating_sub(gone);
    let usual = match &spec.work {
        Spec::Apply(apply) if !apply.test => FailureLimit::USUAL,
        _ => FailureLimit::Unlimited,
    };
    Setup {
        prepare: matches!(spec.work, Spec::Apply(_)) && !policy.no_prepare,
        batch: spec.batch.clone(),
        canary: policy.canary,
        batch_wait: Duration::from_secs(policy.batch_wait),
        hold: Duration::from_secs(policy.hold),
        max_failures: policy.max_failures.unwrap_or(usual),
        verify: policy.verify.is_some(),
        offline: policy.offline,
        expire: left(policy.expire.unwrap_or(EXPIRE)),
        until: policy.job_timeout.map(left),
        paused: record.paused,
        stopped: record.stopped.clone(),
        cancelled: record.cancelled,
        timeout,
        grace: if is_resumed { RESUME_GRACE } else { SETTLING.saturating_sub(up) },
        patience: timeout.min(PATIENCE),
    }
}
