//! Jobs that the daemon starts by the clock: `master drift --schedule`.

mod cron;

use common::id::JobId;
use serde::{Deserialize, Serialize};

pub use cron::{Cron, CronError};

use crate::jobs::JobSpec;

/// How many schedules there may be.
pub const SCHEDULES_LIMIT: usize = 200;

/// A job that is started whenever the clock shows one of its times. What falls into a time when the daemon does not run is
/// left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// When, in the master's time zone.
    pub cron: Cron,
    /// What is started.
    pub spec: JobSpec,
    /// Who has made it.
    pub user: String,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// The last job that it has started.
    pub last_jid: Option<JobId>,
}

impl Schedule {
    /// Whether a text may be the name of a schedule: a word that needs no quotes.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        !text.is_empty() && text.len() <= 64 && text.bytes().all(fine)
    }
}
