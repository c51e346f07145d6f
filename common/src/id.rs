//! Ids that are valid by construction: whoever holds one never checks it again, and none can be a path.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest id of a host, in bytes; DNS's limit for a name.
pub const HOST_ID_LIMIT: usize = 253;

/// The id of a host: letters, digits, `.`, `-` and `_`, beginning with a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostId(String);

/// The id of a job: Salt's form, the UTC time at which it began as `YYYYMMDDhhmmssffffff`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// See [`HostId`].
    #[error(
        "{0:?} is not a host id: use 1 to {HOST_ID_LIMIT} letters, digits, '.', '-' and '_', beginning with a letter or digit"
    )]
    Host(String),
    /// See [`JobId`].
    #[error("{0:?} is not a job id: it has 20 digits, as `master jobs list` prints it")]
    Job(String),
}

impl FromStr for HostId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= HOST_ID_LIMIT && text.bytes().all(fine) {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Host(text.chars().take(HOST_ID_LIMIT).collect()))
        }
    }
}

impl FromStr for JobId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Job(text.chars().take(40).collect()))
        }
    }
}

impl JobId {
    /// The id of a job that begins at `time`. Two jobs in one microsecond are told apart by whoever hands out ids.
    #[must_use]
    pub fn at(time: jiff::Timestamp) -> Self {
        let utc = time.to_zoned(jiff::tz::TimeZone::UTC);
        Self(format!("{}{:06}", utc.strftime("%Y%m%d%H%M%S"), time.subsec_nanosecond().unsigned_abs() / 1000))
    }

    /// The id of a job that begins at `time` and comes after `last`, also where two jobs begin at once or the clock was set
    /// back: then it is a microsecond behind the last.
    #[must_use]
    pub fn after(last: Option<&Self>, time: jiff::Timestamp) -> Self {
        let id = Self::at(time);
        match last {
            Some(last) if id <= *last => last.next(),
            _ => id,
        }
    }

    fn next(&self) -> Self {
        let (seconds, micros) = self.0.split_at(14);
        let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", seconds)
            .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC))
            .and_then(|time| {
                time.timestamp()
                    .checked_add(jiff::SignedDuration::from_micros(micros.parse().unwrap_or(0) + 1))
            });
        match time {
            Ok(time) => Self::at(time),
            // Digits that are no time: whatever is greater will do.
            Err(_) => Self(format!("{:020}", self.0.parse::<u128>().unwrap_or(0).saturating_add(1))),
        }
    }
}

macro_rules! text {
    ($type:ty) => {
        impl $type {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $type {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.0
            }
        }
    };
}
text!(HostId);
text!(JobId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_a_path() {
        for bad in ["", "..", ".a", "a/b", "a\0", "-a", "a b", "é", &"a".repeat(254)] {
            assert!(bad.parse::<HostId>().is_err(), "{bad:?}");
        }
        for good in ["a", "fp-nyc-1", "cm_x.example.org", "9"] {
            assert!(good.parse::<HostId>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn job_ids_are_times() {
        let time: jiff::Timestamp = "2026-11-22T16:58:28.056356Z".parse().unwrap();
        assert_eq!(JobId::at(time).as_str(), "20261122165828056356");
        assert!("2026112216582805635".parse::<JobId>().is_err());
    }

    #[test]
    fn job_ids_only_grow() {
        let time: jiff::Timestamp = "2026-11-22T16:58:28.056356Z".parse().unwrap();
        let after = |last: &str| JobId::after(Some(&last.parse().unwrap()), time).as_str().to_owned();
        assert_eq!(JobId::after(None, time), JobId::at(time));
        assert_eq!(after("20261122165828056355"), "20261122165828056356");
        assert_eq!(after("20261122165828056356"), "20261122165828056357");
        assert_eq!(after("20261231235959999999"), "20270101000000000000");
        assert_eq!(after("20269999999999999998"), "20269999999999999999");
    }
}
