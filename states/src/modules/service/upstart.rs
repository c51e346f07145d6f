//! upstart, with System V scripts beside its jobs.

use std::fs;

use super::manager::{Action, Extras, Manager, names, run};
use super::sysv::SystemV;
use crate::context::Context;
use crate::modules::Failure;

pub(super) struct Upstart<'a> {
    pub(super) context: &'a Context,
}

impl Upstart<'_> {
    /// The text of a job's file (`conf`) or of what the administrator lays over it (`override`).
    fn job(&self, name: &str, kind: &str) -> Option<String> {
        fs::read_to_string(self.context.run.host_path(&format!("/etc/init/{name}.{kind}"))).ok()
    }

    fn scripts(&self) -> SystemV<'_> {
        SystemV { context: self.context }
    }
}

impl Manager for Upstart<'_> {
    fn available(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.job(name, "conf").is_some() || self.scripts().available(name)?)
    }

    fn running(&self, name: &str) -> Result<bool, Failure> {
        if self.job(name, "conf").is_none() {
            return self.scripts().running(name);
        }
        Ok(run(self.context, &["status", name])?.stdout_text().contains("start/running"))
    }

    fn enabled(&self, name: &str) -> Result<bool, Failure> {
        let Some(job) = self.job(name, "conf") else { return self.scripts().enabled(name) };
        let whole = job + "\n" + &self.job(name, "override").unwrap_or_default();
        Ok(starts_by_itself(&whole))
    }

    fn act(&self, action: Action, name: &str, _: Extras) -> Result<bool, Failure> {
        Ok(run(self.context, &["service", name, action.word()])?.status == 0)
    }

    fn enable(&self, name: &str, enable: bool, extras: Extras) -> Result<bool, Failure> {
        if self.job(name, "conf").is_none() {
            return self.scripts().enable(name, enable, extras);
        }
        let path = self.context.run.host_path(&format!("/etc/init/{name}.override"));
        let present = self.job(name, "override").unwrap_or_default();
        let kept = present.lines().filter(|line| line.trim() != "manual").map(|line| format!("{line}\n"));
        let mut text: String = kept.collect();
        if !enable {
            text.push_str("manual\n");
        }
        let result =
            if text.is_empty() && path.exists() { fs::remove_file(&path) } else { fs::write(&path, text) };
        result.map_err(|error| Failure::new(format!("cannot change {}: {error}", path.display())))?;
        Ok(true)
    }

    fn all(&self) -> Vec<String> {
        let jobs = names(&self.context.run.host_path("/etc/init"), |name, _| name.ends_with(".conf"));
        let mut all: Vec<String> =
            jobs.into_iter().map(|name| name.trim_end_matches(".conf").into()).collect();
        all.extend(self.scripts().all());
        all.sort();
        all.dedup();
        all
    }
}

/// Whether the last word on the matter is `start on`, not `manual`.
fn starts_by_itself(job: &str) -> bool {
    let lines = job.lines().map(str::trim);
    let mut said = lines.filter_map(|line| match line {
        "manual" => Some(false),
        line if line.starts_with("start on") => Some(true),
        _ => None,
    });
    said.next_back().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        assert!(starts_by_itself("description x\nstart on runlevel [2345]\n"));
        assert!(!starts_by_itself("start on runlevel [2345]\nmanual\n"));
        assert!(!starts_by_itself("exec x\n"));
    }
}
