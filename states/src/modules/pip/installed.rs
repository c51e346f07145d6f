//! `pip.installed`: Python packages are there.

use std::collections::BTreeMap;

use common::value::{Map, Value};
use serde::Deserialize;

use super::requirement::Requirement;
use super::tool::{Pip, normalise};
use super::version;
use crate::modules::arguments::{Flag, Many, Pairs, Text};
use crate::modules::user::accounts::Accounts;
use crate::modules::{Call, Check, Done, Failure, StateFunction};
use crate::process::Output;

/// Python packages that shall be installed.
#[derive(Deserialize)]
pub(super) struct Installed {
    name: Text,
    pkgs: Option<Many<Text>>,
    bin_env: Option<Text>,
    pip_bin: Option<Text>,
    user: Option<Text>,
    cwd: Option<Text>,
    env_vars: Option<Pairs>,
    requirements: Option<Text>,
    editable: Option<Text>,
    #[serde(default)]
    upgrade: Flag,
    #[serde(default)]
    force_reinstall: Flag,
    #[serde(default)]
    ignore_installed: Flag,
    #[serde(default)]
    pre_releases: Flag,
    #[serde(default)]
    no_deps: Flag,
    #[serde(default)]
    no_index: Flag,
    #[serde(default)]
    no_cache_dir: Flag,
    #[serde(default)]
    no_download: Flag,
    index_url: Option<Text>,
    extra_index_url: Option<Text>,
    find_links: Option<Many<Text>>,
    no_binary: Option<Many<Text>>,
    trusted_host: Option<Text>,
    proxy: Option<Text>,
    timeout: Option<Text>,
    log: Option<Text>,
    cache_dir: Option<Text>,
    target: Option<Text>,
    install_options: Option<Many<Text>>,
    global_options: Option<Many<Text>>,
    extra_args: Option<Many<Value>>,
    /// A pip of the last ten years uses wheels in any case.
    #[serde(default, rename = "use_wheel")]
    _use_wheel: Flag,
    #[serde(default, rename = "no_use_wheel")]
    _no_use_wheel: Flag,
}

/// What a run has to do.
pub(super) struct Plan {
    targets: Vec<Requirement>,
    /// What to tell of the packages that are there.
    already: Vec<String>,
}

impl StateFunction for Installed {
    const NAME: &'static str = "pip.installed";
    const DOC: &'static str = "Ensure that Python packages are installed.

name: the package, as pip takes it (x==1.2), or pkgs: a list of packages
requirements: a file of requirements (salt:// or a path); editable: a checkout to install in place
bin_env: a virtual environment's folder or a pip; the host's own otherwise
user, cwd, env_vars: as whom, where and with what environment pip runs
upgrade: to the newest version that fits (False; asks the index in every run)
force_reinstall, ignore_installed, pre_releases, no_deps, no_index, no_cache_dir (False)
index_url, extra_index_url, find_links, no_binary, trusted_host, proxy, timeout, log, cache_dir, target,
install_options, global_options, extra_args: options of pip
use_wheel, no_use_wheel: taken and without effect, as pip uses wheels in any case";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let requirements = self.parse()?;
        if let Some(user) =
            self.user.as_ref().filter(|user| Accounts::read(call.context).user(user).is_none())
        {
            return Err(Failure::new(format!("User {user} does not exist")));
        }
        let mut plan = Plan { targets: Vec::new(), already: Vec::new() };
        if self.requirements.is_some() || self.editable.is_some() {
            return Ok(Check::differs(plan, self.foretold_files(), Map::new()));
        }
        let pip = self.pip(call)?;
        let present = pip.list(call.context).map_err(|failure| self.error(&failure.comment))?;
        for requirement in &requirements {
            match self.settled(call, &pip, &present, requirement)? {
                Some(comment) => plan.already.push(comment),
                None => plan.targets.push(requirement.clone()),
            }
        }
        if plan.targets.is_empty() {
            let suffix = if self.upgrade.0 { " and up-to-date" } else { "" };
            plan.already.push(format!("All specified packages are already installed{suffix}"));
            return Ok(Check::clean(plan.already.join("\n")));
        }
        let comment = match requirements.as_slice() {
            [one] => format!("Python package {} is set to be installed", one.text),
            many => {
                let texts: Vec<_> = many.iter().map(|requirement| requirement.text.as_str()).collect();
                format!("Python package(s) set to be installed:\n{}", texts.join("\n"))
            }
        };
        Ok(Check::differs(plan, comment, Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let pip = self.pip(call)?;
        let words = self.words(call, &plan)?;
        let output = pip.run(call.context, &words).map_err(|failure| self.error(&failure.comment))?;
        if output.status != 0 {
            return Err(self.failure(&plan, &output));
        }
        if self.requirements.is_some() || self.editable.is_some() {
            return Ok(self.report_files(&output));
        }
        Ok(report(&plan, &output, &pip.list(call.context)?))
    }
}

impl Installed {
    fn parse(&self) -> Result<Vec<Requirement>, Failure> {
        if self.requirements.is_some() || self.editable.is_some() {
            return Ok(Vec::new());
        }
        let texts: Vec<&str> = match &self.pkgs {
            Some(pkgs) if !pkgs.0.is_empty() => pkgs.0.iter().map(|text| text.0.as_str()).collect(),
            _ => vec![&self.name],
        };
        let parsed: Vec<_> = texts.into_iter().map(Requirement::parse).collect();
        let errors: Vec<&str> =
            parsed.iter().filter_map(|result| result.as_ref().err().map(String::as_str)).collect();
        if !errors.is_empty() {
            return Err(Failure::new(errors.join("\n")));
        }
        Ok(parsed.into_iter().flatten().collect())
    }

    fn pip(&self, call: &Call<'_>) -> Result<Pip, Failure> {
        let bin_env = self.bin_env.as_deref().or(self.pip_bin.as_deref());
        let pip = Pip::find(call.context, bin_env).map_err(|failure| self.error(&failure.comment))?;
        let env = self.env_vars.iter().flat_map(|pairs| &pairs.0);
        let env = env.map(|(key, value)| (key.to_string(), Some(value.to_string()))).collect();
        Ok(pip.with(self.user.as_deref(), self.cwd.as_deref(), env))
    }

    /// What to tell of a package that is there as wanted.
    fn settled(
        &self,
        call: &Call<'_>,
        pip: &Pip,
        present: &BTreeMap<String, String>,
        requirement: &Requirement,
    ) -> Result<Option<String>, Failure> {
        let text = &requirement.text;
        let Some((name, installed)) = requirement.name.as_ref().and_then(|name| present.get_key_value(name))
        else {
            return Ok(None);
        };
        if self.ignore_installed.0 || self.force_reinstall.0 {
            return Ok(None);
        }
        let there = Some(format!("Python package {text} was already installed"));
        if !self.upgrade.0 {
            return Ok(there.filter(|_| requirement.accepts(installed)));
        }
        let available = pip.available(call.context, name, &self.index_words())?;
        let pre_releases = self.pre_releases.0 || requirement.wants_pre_release();
        let newest = available.iter().rev().find(|version| {
            (pre_releases || !version::Version::parse(version).is_pre_release())
                && (!requirement.is_versioned() || requirement.accepts(version))
        });
        Ok(match newest {
            None => Some(format!(
                "Python package {name} was already installed and\nthe available upgrade doesn't fulfills the version requirements"
            )),
            Some(newest) => there.filter(|_| version::compare(installed, newest).is_eq()),
        })
    }

    fn index_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (option, value) in [
            ("--index-url", &self.index_url),
            ("--extra-index-url", &self.extra_index_url),
            ("--trusted-host", &self.trusted_host),
            ("--proxy", &self.proxy),
        ] {
            if let Some(value) = value {
                words.extend([option.into(), value.0.clone()]);
            }
        }
        words
    }

    /// pip's arguments.
    fn words(&self, call: &Call<'_>, plan: &Plan) -> Result<Vec<String>, Failure> {
        let mut words: Vec<String> = vec!["install".into()];
        if let Some(file) = &self.requirements {
            words.extend(["--requirement".into(), self.requirements_file(call, file)?]);
        }
        words.extend(self.index_words());
        for (option, value) in [
            ("--log", &self.log),
            ("--timeout", &self.timeout),
            ("--cache-dir", &self.cache_dir),
            ("--target", &self.target),
        ] {
            if let Some(value) = value {
                words.extend([option.into(), value.0.clone()]);
            }
        }
        for (option, values) in [
            ("--find-links", &self.find_links),
            ("--no-binary", &self.no_binary),
            ("--install-option", &self.install_options),
            ("--global-option", &self.global_options),
        ] {
            for value in values.iter().flat_map(|values| &values.0) {
                words.extend([option.into(), value.0.clone()]);
            }
        }
        for (option, flag) in [
            ("--upgrade", self.upgrade),
            ("--force-reinstall", self.force_reinstall),
            ("--ignore-installed", self.ignore_installed),
            ("--pre", self.pre_releases),
            ("--no-deps", self.no_deps),
            ("--no-index", self.no_index),
            ("--no-cache-dir", self.no_cache_dir),
            ("--no-download", self.no_download),
        ] {
            if flag.0 {
                words.push(option.into());
            }
        }
        if let Some(editable) = &self.editable {
            for checkout in editable.split(',') {
                words.extend(["--editable".into(), checkout.trim().into()]);
            }
        }
        for extra in self.extra_args.iter().flat_map(|extra| &extra.0) {
            match extra {
                Value::Map(pairs) => {
                    words.extend(
                        pairs.iter().flat_map(|(option, value)| [option.to_string(), value.to_string()]),
                    );
                }
                word => words.push(word.to_string()),
            }
        }
        words.extend(plan.targets.iter().map(|target| target.text.clone()));
        Ok(words)
    }

    fn requirements_file(&self, call: &Call<'_>, file: &str) -> Result<String, Failure> {
        let Some(path) = file.strip_prefix("salt://") else { return Ok(file.into()) };
        let copy = call.context.files.fetch(call.saltenv, path)?;
        let copy = copy.ok_or_else(|| self.error(&format!("Unable to find requirements file {file}")))?;
        Ok(copy.to_string_lossy().into_owned())
    }

    fn error(&self, why: &str) -> Failure {
        Failure::new(format!("Error installing '{}': {why}", self.name))
    }

    fn foretold_files(&self) -> String {
        let requirements =
            self.requirements.as_ref().map(|file| format!("Requirements file '{file}' will be processed."));
        let editable = self.editable.as_ref().map(|checkout| {
            format!(
                "Package will be installed in editable mode (i.e. setuptools \"develop mode\") from {checkout}."
            )
        });
        requirements.into_iter().chain(editable).collect::<Vec<_>>().join(" ")
    }

    fn report_files(&self, output: &Output) -> Done {
        const NOTHING_NEW: [&str; 7] = [
            "Requirement already satisfied",
            "Requirement already up-to-date",
            "Requirement not upgraded",
            "Collecting",
            "Cloning",
            "Cleaning up...",
            "Looking in indexes",
        ];
        let (mut comments, mut changes) = (Vec::new(), Map::new());
        if let Some(file) = &self.requirements {
            let text = output.stdout_text();
            let news = |line: &str| !NOTHING_NEW.iter().any(|start| line.trim().starts_with(start));
            if text.lines().any(news) {
                changes.insert("requirements".into(), true.into());
                comments.push(format!("Successfully processed requirements file {file}."));
            } else {
                comments.push("Requirements were already installed.".into());
            }
        }
        if let Some(checkout) = &self.editable {
            changes.insert("editable".into(), true.into());
            comments.push(format!("Package successfully installed from VCS checkout {checkout}."));
        }
        Done::ok(comments.join(" "), changes)
    }

    fn failure(&self, plan: &Plan, output: &Output) -> Failure {
        let error = format!("Error: {} {}", output.stdout_text(), output.stderr_text());
        if self.requirements.is_none() && self.editable.is_none() {
            let texts: Vec<_> = plan.targets.iter().map(|target| target.text.as_str()).collect();
            let mut comments = plan.already.clone();
            comments.push(format!("Failed to install packages: {}. {error}", texts.join(", ")));
            return Failure::new(comments.join("\n"));
        }
        let requirements =
            self.requirements.as_ref().map(|file| format!("Unable to process requirements file \"{file}\""));
        let editable =
            self.editable.as_ref().map(|checkout| format!("Unable to install from VCS checkout {checkout}."));
        let comments: Vec<_> = requirements.into_iter().chain(editable).chain([error]).collect();
        Failure::new(comments.join(" "))
    }
}

/// What an installation brought about.
fn report(plan: &Plan, output: &Output, present: &BTreeMap<String, String>) -> Done {
    let text = output.stdout_text();
    let satisfied: Vec<String> = text
        .lines()
        .filter_map(|line| {
            let rest = line
                .strip_prefix("Requirement already satisfied: ")
                .or_else(|| line.strip_prefix("Requirement already up-to-date: "))?;
            let name = rest.split(['=', '!', '<', '>', '~', ' ', '@', '[']).next()?;
            Some(normalise(name))
        })
        .collect();
    let (mut changes, mut lost) = (Map::new(), Vec::new());
    for target in &plan.targets {
        match &target.name {
            None => {
                changes.insert(format!("{}==???", target.text).into(), "Installed".into());
            }
            Some(name) => match present.get(name) {
                None => lost.push(format!(
                    "There was no error installing package '{}' although it does not show when calling 'pip.freeze'.",
                    target.text
                )),
                Some(version) if !satisfied.contains(name) => {
                    changes.insert(format!("{name}=={version}").into(), "Installed".into());
                }
                Some(_) => {}
            },
        }
    }
    let mut comments = plan.already.clone();
    if lost.is_empty() {
        comments.push("All packages were successfully installed".into());
    }
    comments.extend(lost);
    Done::ok(comments.join("\n"), changes)
}
