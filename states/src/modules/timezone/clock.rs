//! What a host's time zone and hardware clock are, and setting them: through `timedatectl` where that works, else through
//! the files it keeps.

use std::io;
use std::path::{Path, PathBuf};

use super::super::file::atomic;
use super::super::{Call, Failure};
use crate::process::Command;

/// The clock settings of a host.
pub(super) struct Clock {
    root: PathBuf,
    /// What `timedatectl` says; `None` where it does not work, as in a container without systemd.
    said: Option<String>,
}

impl Clock {
    /// Asks `timedatectl`.
    pub(super) fn find(call: &Call<'_>, root: &Path) -> Self {
        let output = call.context.processes.run(&Command::direct(["timedatectl"]));
        let said = output.ok().filter(|output| output.status == 0).map(|output| output.stdout_text());
        Self { root: root.into(), said }
    }

    /// Whether the host is in that zone.
    ///
    /// # Errors
    /// A sentence, when there is no such zone or the host's can't be told.
    pub(super) fn is_in(&self, zone: &str) -> Result<bool, String> {
        if let Some(current) = self.field("Time zone").or_else(|| self.field("Timezone")) {
            return Ok(current.split_whitespace().next() == Some(zone));
        }
        let file = self.zone_file(zone)?;
        if let Ok(current) = std::fs::read_to_string(self.root.join("etc/timezone")) {
            return Ok(current.trim() == zone);
        }
        let local = self.root.join("etc/localtime");
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| format!("Failed to read {}: {error}", path.display()))
        };
        Ok(read(&local)? == read(&file)?)
    }

    /// Whether the hardware clock runs on UTC, which it does where nothing says otherwise.
    pub(super) fn is_utc(&self) -> bool {
        if let Some(local) = self.field("RTC in local TZ") {
            return local != "yes";
        }
        let adjtime = std::fs::read_to_string(self.root.join("etc/adjtime")).unwrap_or_default();
        adjtime.lines().nth(2) != Some("LOCAL")
    }

    /// Sets the zone.
    pub(super) fn set_zone(&self, call: &Call<'_>, zone: &str) -> Result<(), Failure> {
        let file = self.zone_file(zone).map_err(Failure::new)?;
        if self.said.is_some() {
            let output =
                call.context.processes.run(&Command::direct(["timedatectl", "set-timezone", zone]))?;
            if output.status == 0 {
                return Ok(());
            }
        }
        let set = || -> io::Result<()> {
            let directory = self.root.join("etc");
            let link = tempfile::Builder::new()
                .prefix(".localtime")
                .make_in(&directory, |new| std::os::unix::fs::symlink(&file, new))?;
            std::fs::rename(link.path(), directory.join("localtime"))?;
            // The link is in its place; there is nothing left to clean up.
            let _ = link.keep();
            atomic::rewrite(&directory.join("timezone"), format!("{zone}\n").as_bytes())
        };
        set().map_err(|error| Failure::new(format!("Failed to set timezone {zone}: {error}")))
    }

    /// Lets the hardware clock run on UTC.
    pub(super) fn set_utc(&self, call: &Call<'_>) -> Result<(), Failure> {
        let words = if self.said.is_some() {
            vec!["timedatectl", "set-local-rtc", "false"]
        } else {
            vec!["hwclock", "--systohc", "--utc"]
        };
        let output = call.context.processes.run(&Command::direct(words))?;
        match output.status {
            0 => Ok(()),
            _ => Err(Failure::new(format!("Failed to set UTC to True: {}", output.stderr_text()))),
        }
    }

    fn zone_file(&self, zone: &str) -> Result<PathBuf, String> {
        let safe = !zone.is_empty() && !zone.starts_with('/') && zone.split('/').all(|part| part != "..");
        let file = self.root.join("usr/share/zoneinfo").join(zone);
        if safe && file.is_file() { Ok(file) } else { Err(format!("Can't find a local timezone \"{zone}\"")) }
    }

    fn field(&self, name: &str) -> Option<&str> {
        let lines = self.said.as_deref()?.lines();
        lines
            .filter_map(|line| line.trim().split_once(':'))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim())
    }
}
