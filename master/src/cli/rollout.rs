//! Flags that say how a job rolls out.

use std::time::Duration;

use clap::Args;

use crate::jobs::{Batch, FailureLimit, Offline, Order, Policy};

/// How the job rolls out.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rollout")]
pub(super) struct RolloutOptions {
    /// How many hosts may be busy at one time, or waves such as 1,5%,25%,100% [default: all]
    ///
    /// One number or percentage is a window: as one host ends, the next begins. Several are waves: each says how many hosts have
    /// had their turn when it is over, and the next begins when all of them have ended. With `--hold` or `--verify`, a
    /// single number gives waves of that size.
    #[arg(short, long, value_name = "N|N%[,…]", allow_negative_numbers = true)]
    pub(super) batch: Option<Batch>,

    /// Let N hosts go first; if one of them fails, nobody else is touched
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    canary: Option<usize>,

    /// Stop the rollout when more hosts than this have failed [default: 10%, and one at least, when states are applied]
    #[arg(long, value_name = "N|N%|unlimited", allow_negative_numbers = true)]
    max_failures: Option<FailureLimit>,

    /// After each wave, run this command on its hosts: a host is good only if it succeeds there
    #[arg(long, value_name = "COMMAND")]
    verify: Option<String>,

    /// Leave each wave alone for so long before the next begins
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    hold: Option<Duration>,

    /// Leave a host's place in the batch empty for so long after it has ended
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    batch_wait: Option<Duration>,

    /// In which order hosts take their turns
    #[arg(long, value_enum, default_value_t = Order::Id)]
    order: Order,

    /// What to do about hosts that are not connected: leave them out, wait for them, or begin nothing
    #[arg(long, value_enum, default_value_t = Offline::Skip)]
    offline: Offline,

    /// How long to wait for them with `--offline wait` [default: 1d]
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    expire: Option<Duration>,

    /// How long one host may take before its work is killed, such as 90s, 15m or 2h [default: the configuration's]
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    pub(super) timeout: Option<Duration>,

    /// How long the whole job may take: hosts at work are then killed, the others not begun
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse)]
    job_timeout: Option<Duration>,
}

impl RolloutOptions {
    /// The policy.
    #[must_use]
    pub(super) fn policy(&self) -> Policy {
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs());
        Policy {
            canary: self.canary,
            batch_wait: seconds(self.batch_wait).unwrap_or_default(),
            hold: seconds(self.hold).unwrap_or_default(),
            max_failures: self.max_failures,
            verify: self.verify.clone(),
            order: self.order,
            offline: self.offline,
            expire: seconds(self.expire),
            job_timeout: seconds(self.job_timeout),
            no_prepare: false,
        }
    }
}
