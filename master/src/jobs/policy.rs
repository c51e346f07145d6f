//! How a job rolls out, beyond its batches: what stops it, what proves it, whom it waits for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Share;

/// How a job rolls out. Times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// So many hosts go first, alone; if one of them fails, nobody else is touched.
    pub canary: Option<usize>,
    /// How long a place in the batch stays empty after its host has ended.
    pub batch_wait: u64,
    /// How long a wave is left alone before the next begins.
    pub hold: u64,
    /// How many hosts may fail before no further one begins; a part of the hosts by default when states are applied.
    pub max_failures: Option<FailureLimit>,
    /// A command that must succeed on every host of a wave before the wave counts as good.
    pub verify: Option<String>,
    /// In which order hosts take their turns.
    pub order: Order,
    /// What to do about hosts that are not connected.
    pub offline: Offline,
    /// How long to wait for them.
    pub expire: Option<u64>,
    /// After how long the whole job ends.
    pub job_timeout: Option<u64>,
    /// Whether hosts compile only when it is their turn.
    pub no_prepare: bool,
}

/// How many hosts may fail before a rollout stops by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FailureLimit {
    /// So many, which may be none.
    Count(usize),
    /// This part of the hosts, rounded down.
    Percent(u8),
    /// Any number.
    Unlimited,
}

impl FailureLimit {
    /// What applying states stops at by itself: one host in ten.
    pub const USUAL: Self = Self::Percent(10);

    /// How many of `all` hosts may fail. A part allows at least one: the first broken host of a small fleet is not yet a pattern.
    #[must_use]
    pub fn of(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(0) => 0,
            Self::Percent(percent) => Share::Percent(percent).of(all),
            Self::Unlimited => usize::MAX,
        }
    }
}

/// A text that is no failure limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a number of failures: write a number of hosts from 0 up, a percentage from 0% to 100%, or `unlimited`"
)]
pub struct FailureLimitError(String);

impl FromStr for FailureLimit {
    type Err = FailureLimitError;
    fn from_str(text: &str) -> Result<Self, FailureLimitError> {
        let error = || FailureLimitError(text.chars().take(40).collect());
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        match text.strip_suffix('%') {
            Some(number) => match number.parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err(error()),
            },
            None => text.parse().map(Self::Count).map_err(|_| error()),
        }
    }
}

impl fmt::Display for FailureLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl TryFrom<String> for FailureLimit {
    type Error = FailureLimitError;
    fn try_from(text: String) -> Result<Self, FailureLimitError> {
        text.parse()
    }
}

impl From<FailureLimit> for String {
    fn from(limit: FailureLimit) -> Self {
        limit.to_string()
    }
}

/// In which order hosts take their turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By id.
    #[default]
    Id,
    /// By chance.
    Random,
    /// The one that was heard of most recently first.
    LastSeen,
}

/// What to do about targeted hosts that are not connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// They end as unreachable, the others go on.
    #[default]
    Skip,
    /// They get the job when they come back in time.
    Wait,
    /// Nobody begins while one is away.
    Fail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_limits() {
        assert_eq!("0".parse::<FailureLimit>().unwrap().of(100), 0);
        assert_eq!("3%".parse::<FailureLimit>().unwrap().of(1000), 30);
        assert_eq!("3%".parse::<FailureLimit>().unwrap().of(5), 1);
        assert_eq!("0%".parse::<FailureLimit>().unwrap().of(1000), 0);
        assert_eq!("unlimited".parse::<FailureLimit>().unwrap().of(5), usize::MAX);
        for bad in ["", "-1", "101%", "many", "1.5"] {
            assert!(bad.parse::<FailureLimit>().is_err(), "{bad}");
        }
    }
}
