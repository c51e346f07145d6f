//! pip itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::context::Context;
use crate::modules::Failure;
use crate::process::{Command, Output};

/// Which pip, for whom and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pip {
    /// The words that start it.
    words: Vec<String>,
    /// The user it runs as.
    user: Option<String>,
    cwd: Option<PathBuf>,
    env: Vec<(String, Option<String>)>,
}

impl Pip {
    /// The pip of `bin_env`, a virtual environment's folder or a program; else the host's own.
    pub(crate) fn find(context: &Context, bin_env: Option<&str>) -> Result<Self, Failure> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let Some(bin_env) = bin_env.filter(|bin_env| !bin_env.is_empty()) else {
            let host = ["pip", "pip3"].into_iter().find(|program| on_path(context, program));
            return Ok(Self {
                words: host.map_or_else(|| words(&["python3", "-m", "pip"]), |program| words(&[program])),
                ..Self::default()
            });
        };
        let path = context.run.host_path(bin_env);
        let python = path.join("bin/python");
        let is_python = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"));
        let words = if path.is_dir() && python.exists() {
            vec![python.to_string_lossy().into_owned(), "-m".into(), "pip".into()]
        } else if path.is_file() && is_python {
            vec![bin_env.into(), "-m".into(), "pip".into()]
        } else if path.is_file() {
            vec![bin_env.into()]
        } else {
            return Err(Failure::new(format!("Could not find a `pip` binary in path {bin_env}")));
        };
        Ok(Self { words, ..Self::default() })
    }

    /// Runs it as a user, in a folder, with some environment.
    #[must_use]
    pub(crate) fn with(
        mut self,
        user: Option<&str>,
        cwd: Option<&str>,
        env: Vec<(String, Option<String>)>,
    ) -> Self {
        self.user = user.map(Into::into);
        self.cwd = cwd.map(Into::into);
        self.env = env;
        self
    }

    /// Runs it with some arguments.
    pub(crate) fn run(&self, context: &Context, arguments: &[String]) -> Result<Output, Failure> {
        let mut command = Command::direct(self.words.iter().chain(arguments).cloned());
        command.user.clone_from(&self.user);
        command.cwd.clone_from(&self.cwd);
        command.env.clone_from(&self.env);
        command.env.push(("PIP_DISABLE_PIP_VERSION_CHECK".into(), Some("1".into())));
        Ok(context.processes.run(&command)?)
    }

    /// Its version.
    pub(crate) fn version(&self, context: &Context) -> Result<String, Failure> {
        let output = self.run(context, &["--version".into()])?;
        let text = output.stdout_text();
        let version = text.split_whitespace().nth(1).map(Into::into);
        version
            .filter(|_| output.status == 0)
            .ok_or_else(|| Failure::new(format!("Could not find a `pip` binary: {}", output.stderr_text())))
    }

    /// The packages it sees: versions by normalised name.
    pub(crate) fn list(&self, context: &Context) -> Result<BTreeMap<String, String>, Failure> {
        let output = self.run(context, &["freeze".into(), "--all".into()])?;
        if output.status != 0 {
            let said = [output.stderr_text(), output.stdout_text()].join("\n");
            return Err(Failure::new(format!(
                "pip freeze failed with status {}: {}",
                output.status,
                said.trim()
            )));
        }
        Ok(parse_freeze(&output.stdout_text()))
    }

    /// All versions of a package on its index, the oldest first. pip lists them when it is asked for one there is not.
    pub(crate) fn available(
        &self,
        context: &Context,
        name: &str,
        index: &[String],
    ) -> Result<Vec<String>, Failure> {
        let mut words = vec!["install".into(), format!("{name}==9versions")];
        words.extend(index.iter().cloned());
        let output = self.run(context, &words)?;
        let text = [output.stderr_text(), output.stdout_text()].join("\n");
        let mut versions = parse_versions(&text);
        versions.sort_by(|left, right| super::version::compare(left, right));
        Ok(versions)
    }
}

fn on_path(context: &Context, program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".into());
    path.split(':')
        .filter(|folder| folder.starts_with('/'))
        .any(|folder| context.run.host_path(folder).join(program).is_file())
}

/// A package's name as all its spellings agree on it.
pub(crate) fn normalise(name: &str) -> String {
    let mut normal = String::new();
    for c in name.trim().to_lowercase().chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c),
        }
    }
    normal
}

fn parse_freeze(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#') && !line.starts_with("-f"));
    let pairs = lines.filter_map(|line| {
        if let Some(editable) = line.strip_prefix("-e ") {
            let (version, name) = editable.rsplit_once("#egg=")?;
            return Some((normalise(name), version.to_owned()));
        }
        let (name, version) =
            line.split_once("===").or_else(|| line.split_once("==")).or_else(|| line.split_once(" @ "))?;
        Some((normalise(name), version.trim().to_owned()))
    });
    pairs.collect()
}

fn parse_versions(text: &str) -> Vec<String> {
    let list = text.split_once("from versions:").map_or("", |(_, rest)| rest);
    let list = list.split(')').next().unwrap_or_default();
    list.split(',')
        .map(str::trim)
        .filter(|version| !version.is_empty() && *version != "none")
        .map(Into::into)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let found = parse_freeze(
            "## !! pip warned\nFoo_Bar==1.0\n-e git+https://x.net/y@abc#egg=Y\nz @ file:///z.whl\nw===2\n",
        );
        assert_eq!(found["foo-bar"], "1.0");
        assert_eq!(found["y"], "git+https://x.net/y@abc");
        assert_eq!(found["z"], "file:///z.whl");
        assert_eq!(found["w"], "2");
    }

    #[test]
    fn versions_are_in_the_complaint() {
        let text = "ERROR: Could not find a version that satisfies the requirement x==9versions (from versions: 1.0, 1.1rc1, 1.1)";
        assert_eq!(parse_versions(text), ["1.0", "1.1rc1", "1.1"]);
        assert!(parse_versions("(from versions: none)").is_empty());
    }
}
