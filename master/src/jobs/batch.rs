//! `--batch N` and `--batch N%`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many hosts of a job may be busy at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Batch {
    /// So many.
    Count(usize),
    /// This part of the hosts that answer, rounded down, at least one.
    Percent(u8),
}

/// A text that is no batch size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a batch size: write a number of hosts from 1 up, or a percentage from 1% to 100%")]
pub struct BatchError(String);

impl Batch {
    /// The number of hosts out of `all`.
    #[must_use]
    pub fn of(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count.max(1),
            Self::Percent(percent) => (all * usize::from(percent) / 100).max(1),
        }
    }
}

impl FromStr for Batch {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self, BatchError> {
        let error = || BatchError(text.chars().take(40).collect());
        match text.strip_suffix('%') {
            Some(number) => match number.parse() {
                Ok(percent @ 1..=100) => Ok(Self::Percent(percent)),
                _ => Err(error()),
            },
            None => match text.parse() {
                Ok(count @ 1..) => Ok(Self::Count(count)),
                _ => Err(error()),
            },
        }
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl TryFrom<String> for Batch {
    type Error = BatchError;
    fn try_from(text: String) -> Result<Self, BatchError> {
        text.parse()
    }
}

impl From<Batch> for String {
    fn from(batch: Batch) -> Self {
        batch.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_percentages() {
        assert_eq!("2".parse::<Batch>().unwrap().of(10), 2);
        assert_eq!("25%".parse::<Batch>().unwrap().of(10), 2);
        assert_eq!("1%".parse::<Batch>().unwrap().of(10), 1);
        for bad in ["", "0", "-1", "0%", "101%", "1.5", "all"] {
            assert!(bad.parse::<Batch>().is_err(), "{bad}");
        }
    }
}
