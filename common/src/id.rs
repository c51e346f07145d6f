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
}
