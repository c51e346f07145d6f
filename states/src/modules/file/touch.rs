//! `file.touch`: an empty file, or new times on what is there.

use std::fs::{File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::super::arguments::{Flag, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::ownership::Wanted;
use super::paths;

/// The arguments of `file.touch`.
#[derive(Deserialize)]
pub(super) struct Touch {
    name: Text,
    #[serde(default)]
    atime: Option<u64>,
    #[serde(default)]
    mtime: Option<u64>,
    #[serde(default)]
    makedirs: Flag,
}

impl StateFunction for Touch {
    const NAME: &'static str = "file.touch";
    const DOC: &'static str = "An empty file, or new times on what is there.\n\n\
        atime and mtime (seconds since 1970; now where not given), makedirs";

    type Plan = PathBuf;

    /// With no times given this always changes something, except in a dry run, where Salt holds that what is there is
    /// right.
    fn check(&self, call: &Call<'_>) -> Result<Check<PathBuf>, Failure> {
        let path = paths::target(&self.name, Self::NAME)?;
        let name = path.display().to_string();
        if !path.exists() {
            if !call.context.test && !self.makedirs.0 && !path.parent().is_some_and(Path::is_dir) {
                return Err(Failure::new(format!("Directory not present to touch file {name}")));
            }
            let comment = format!("File {name} is set to be created");
            return Ok(Check::differs(path, comment, change("new", name)));
        }
        let times = path.metadata().map_err(|error| paths::failure("Unable to read", &path, &error))?;
        let seconds = |time: std::io::Result<SystemTime>| {
            time.ok()
                .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
                .map(|time| time.as_secs())
        };
        let differs = |wanted: Option<u64>, is: Option<u64>| wanted.is_some() && wanted != is;
        let differ =
            differs(self.atime, seconds(times.accessed())) || differs(self.mtime, seconds(times.modified()));
        if call.context.test && !differ {
            return Ok(Check::clean(format!("File {name} exists and has the correct times")));
        }
        let comment = format!("Times set to be updated on file {name}");
        Ok(Check::differs(path, comment, change("touched", name)))
    }

    fn converge(&self, _: &Call<'_>, path: PathBuf) -> Result<Done, Failure> {
        let failed = |error: std::io::Error| paths::failure("Unable to touch", &path, &error);
        let name = path.display().to_string();
        let extant = path.exists();
        if self.makedirs.0 {
            paths::make_parents(&path, &Wanted::default())?;
        }
        let now = SystemTime::now();
        let time = |seconds: Option<u64>| {
            seconds.map_or(now, |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        };
        let file = if extant {
            File::open(&path).map_err(failed)?
        } else {
            File::options().create(true).append(true).open(&path).map_err(failed)?
        };
        let times = FileTimes::new().set_accessed(time(self.atime)).set_modified(time(self.mtime));
        file.set_times(times).map_err(failed)?;
        if !extant {
            return Ok(Done::ok(format!("Created empty file {name}"), change("new", name)));
        }
        let kind = if path.is_dir() { "directory" } else { "file" };
        Ok(Done::ok(format!("Updated times on {kind} {name}"), change("touched", name)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    #[test]
    fn makes_a_file_or_sets_its_times() {
        let mut host = Host::new(&[]);
        let name = host.path("a").display().to_string();
        assert_eq!(host.run("file.touch", "a", "{}").comment, format!("Created empty file {name}"));
        let dry = host.test("file.touch", "a", "{mtime: 1000}");
        assert_eq!(dry.comment, format!("Times set to be updated on file {name}"));
        assert_eq!(
            host.run("file.touch", "a", "{mtime: 1000}").comment,
            format!("Updated times on file {name}")
        );
        let right = host.test("file.touch", "a", "{mtime: 1000}");
        assert_eq!(right.comment, format!("File {name} exists and has the correct times"));
    }
}
