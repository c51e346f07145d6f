//! `--batch N`, `--batch N%` and waves, `--batch 1,5%,25%,100%`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many waves one job may have.
const WAVES_LIMIT: usize = 100;

/// A number of hosts, or a part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Share {
    /// So many.
    Count(usize),
    /// This part of the hosts that answer, rounded down.
    Percent(u8),
}

/// How the hosts of a job take their turns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Batch {
    /// At most so many hosts are busy at one time: as one ends, the next begins.
    Window(Share),
    /// Waves, each given by how many hosts have had their turn when it is over. A wave begins when the one before it has ended.
    Waves(Vec<Share>),
}

/// A text that is no batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It has no number in it, or one that makes no sense.
    #[error("{0:?} is not a batch size: write a number of hosts from 1 up, or a percentage from 1% to 100%")]
    Size(String),
    /// A wave reaches no further than the one before it.
    #[error(
        "the waves {before} and {after} overlap: each wave must reach further than the one before it, as in 1,5%,25%,100%"
    )]
    Overlap {
        /// The earlier one.
        before: Share,
        /// The later one.
        after: Share,
    },
    /// Too many waves.
    #[error("a job may have {WAVES_LIMIT} waves, not {0}")]
    TooMany(usize),
}

impl Share {
    /// The number of hosts out of `all`, at least one.
    #[must_use]
    pub fn of(self, all: usize) -> usize {
        self.floor(all).max(1)
    }

    /// The number of hosts out of `all`, which may be none.
    #[must_use]
    pub fn floor(self, all: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => all * usize::from(percent) / 100,
        }
    }

    fn reaches_further_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Count(this), Self::Count(that)) => this > that,
            (Self::Percent(this), Self::Percent(that)) => this > that,
            // How many hosts there are is not known yet.
            _ => true,
        }
    }
}

impl FromStr for Share {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self, BatchError> {
        let error = || BatchError::Size(text.chars().take(40).collect());
        match text.trim().strip_suffix('%') {
            Some(number) => match number.parse() {
                Ok(percent @ 1..=100) => Ok(Self::Percent(percent)),
                _ => Err(error()),
            },
            None => match text.trim().parse() {
                Ok(count @ 1..) => Ok(Self::Count(count)),
                _ => Err(error()),
            },
        }
    }
}

impl FromStr for Batch {
    type Err = BatchError;
    fn from_str(text: &str) -> Result<Self, BatchError> {
        let shares: Vec<Share> =
            text.split(',').take(WAVES_LIMIT + 1).map(str::parse).collect::<Result<_, _>>()?;
        if shares.len() > WAVES_LIMIT {
            return Err(BatchError::TooMany(text.split(',').count()));
        }
        if let Some(pair) = shares.windows(2).find(|pair| !pair[1].reaches_further_than(pair[0])) {
            return Err(BatchError::Overlap { before: pair[0], after: pair[1] });
        }
        Ok(match shares.as_slice() {
            [share] => Self::Window(*share),
            _ => Self::Waves(shares),
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window(share) => share.fmt(f),
            Self::Waves(shares) => {
                f.write_str(&shares.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
            }
        }
    }
}

macro_rules! as_text {
    ($name:ty) => {
        impl TryFrom<String> for $name {
            type Error = BatchError;
            fn try_from(text: String) -> Result<Self, BatchError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}
as_text!(Share);
as_text!(Batch);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_percentages() {
        assert_eq!("2".parse::<Share>().unwrap().of(10), 2);
        assert_eq!("25%".parse::<Share>().unwrap().of(10), 2);
        assert_eq!("1%".parse::<Share>().unwrap().of(10), 1);
        assert_eq!("1%".parse::<Share>().unwrap().floor(10), 0);
        for bad in ["", "0", "-1", "0%", "101%", "1.5", "all", "1,", ",1", "1,0"] {
            assert!(bad.parse::<Batch>().is_err(), "{bad}");
        }
    }

    #[test]
    fn waves_reach_further_each() {
        assert_eq!("1,5%,25%,100%".parse::<Batch>().unwrap().to_string(), "1,5%,25%,100%");
        assert_eq!("100".parse::<Batch>(), Ok(Batch::Window(Share::Count(100))));
        let error = "1,25%,5%".parse::<Batch>().unwrap_err();
        assert!(error.to_string().starts_with("the waves 25% and 5% overlap"), "{error}");
        assert!(matches!(vec!["1"; 5000].join(",").parse::<Batch>(), Err(BatchError::TooMany(5000))));
    }
}
