//! apt: what it can install, and having it install and remove.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::SeqCst;

use common::value::{Map, Value, get};

use super::dpkg::{self, Packages};
use super::version::compare;
use crate::context::Context;
use crate::modules::Failure;
use crate::process::{Command, Output, ProcessError};

/// How long apt waits for another program that holds dpkg's lock, in seconds.
const LOCK_TIMEOUT: &str = "DPkg::Lock::Timeout=600";

/// Nothing on the way may ask a question; messages are read and so must be in English.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("APT_LISTBUGS_FRONTEND", "none"),
    ("APT_LISTCHANGES_FRONTEND", "none"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("UCF_FORCE_CONFFOLD", "1"),
    ("LANGUAGE", "C"),
    ("LC_CTYPE", "C"),
    ("LC_NUMERIC", "C"),
    ("LC_TIME", "C"),
    ("LC_COLLATE", "C"),
    ("LC_MONETARY", "C"),
    ("LC_MESSAGES", "C"),
];

/// Why apt failed, with what had changed by then.
#[derive(Debug)]
pub(crate) struct AptFailure {
    /// Salt's sentence with apt's own words below it.
    pub(crate) comment: String,
    /// What changed all the same.
    pub(crate) changes: Map,
}

impl From<AptFailure> for Failure {
    fn from(failure: AptFailure) -> Self {
        Self { comment: failure.comment, changes: failure.changes }
    }
}

impl AptFailure {
    fn new(sentence: &str, errors: &[String], changes: Map) -> Self {
        let mut comment = format!("{sentence}. Additional info follows:\n\nerrors:");
        for error in errors {
            let text = error.trim_end().replace('\n', "\n      ");
            comment.push_str(&format!("\n    - {text}"));
        }
        Self { comment, changes }
    }
}

/// Fails on a host that has no apt.
pub(crate) fn require(context: &Context) -> Result<(), Failure> {
    let grain = |name: &str| get(&context.grains, name).map(ToString::to_string).unwrap_or_default();
    if grain("os_family") == "Debian" {
        return Ok(());
    }
    Err(Failure::new(format!(
        "packages can be managed on Debian and its relatives only, with apt; this host is {} ({})",
        grain("os"),
        grain("os_family")
    )))
}

/// Runs a program of apt's or dpkg's.
pub(crate) fn run<T: Into<String>>(
    context: &Context,
    words: impl IntoIterator<Item = T>,
) -> Result<Output, ProcessError> {
    let mut command = Command::direct(words);
    command.env = ENVIRONMENT.iter().map(|(name, value)| ((*name).into(), Some((*value).into()))).collect();
    context.processes.run(&command)
}

/// Refreshes the package lists. Returns what became of each: fetched, unchanged (null) or failed.
pub(crate) fn refresh(context: &Context) -> Result<Map, String> {
    context.run.package_lists_stale.store(false, SeqCst);
    context.run.package_lists_refreshed.store(true, SeqCst);
    let output =
        run(context, ["apt-get", "-q", "-o", LOCK_TIMEOUT, "update"]).map_err(|error| error.to_string())?;
    if output.status != 0 {
        let said = output.stderr_text();
        return Err(if said.is_empty() {
            format!("apt-get update failed with status {}", output.status)
        } else {
            said
        });
    }
    let mut lists = Map::new();
    for line in output.stdout_text().lines() {
        let Some((word, rest)) = line.trim().split_once(' ') else { continue };
        let result = match word.split(':').next() {
            Some("Get") => Value::Bool(true),
            Some("Hit") => Value::Null,
            Some("Ign" | "Err") => Value::Bool(false),
            _ => continue,
        };
        let list =
            rest.rsplit_once(" [").filter(|(_, size)| size.ends_with("B]")).map_or(rest, |(list, _)| list);
        lists.insert(list.into(), result);
    }
    Ok(lists)
}

/// Whether a state refreshes the package lists first: when it says so, else once in a run and again after a repository
/// was added.
pub(crate) fn refresh_wanted(context: &Context, asked: Option<bool>) -> bool {
    let run = &context.run;
    asked.unwrap_or_else(|| run.package_lists_stale.load(SeqCst) || !run.package_lists_refreshed.load(SeqCst))
}

/// The versions apt would install, by name; a package that apt does not know is left out.
pub(crate) fn candidates(
    context: &Context,
    names: &[String],
    release: Option<&str>,
) -> Result<BTreeMap<String, String>, ProcessError> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut words: Vec<String> = ["apt-cache", "-q", "policy"].map(Into::into).into();
    words.extend(names.iter().cloned());
    if let Some(release) = release {
        words.extend(["-o".into(), format!("APT::Default-Release={release}")]);
    }
    let output = run(context, words)?;
    Ok(parse_policy(&output.stdout_text(), names))
}

fn parse_policy(text: &str, names: &[String]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut current: Option<&String> = None;
    for line in text.lines() {
        if let Some(header) = line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            let plain = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
            current = names
                .iter()
                .find(|name| *name == header)
                .or_else(|| names.iter().find(|name| plain(name) == plain(header)));
        } else if let (Some(name), Some(candidate)) = (current, line.trim().strip_prefix("Candidate:"))
            && candidate.trim() != "(none)"
        {
            found.insert(name.clone(), candidate.trim().to_owned());
        }
    }
    found
}

/// All versions of a package that apt knows, the newest first.
pub(crate) fn available(context: &Context, name: &str) -> Result<Vec<String>, ProcessError> {
    let output = run(context, ["apt-cache", "show", name])?;
    let text = output.stdout_text();
    let mut versions: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("Version:"))
        .map(|version| version.trim().into())
        .collect();
    versions.sort_by(|left, right| compare(right, left));
    versions.dedup();
    Ok(versions)
}

/// How apt installs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `-t`: the release to take packages from.
    pub(crate) release: Option<String>,
    pub(crate) recommends: Option<bool>,
    pub(crate) only_upgrade: bool,
    pub(crate) unauthenticated: bool,
    pub(crate) force_yes: bool,
    pub(crate) new_configuration: bool,
    pub(crate) download_only: bool,
}

impl Options {
    fn words(&self) -> Vec<String> {
        let mut words: Vec<&str> = vec!["apt-get", "-q", "-y"];
        if self.force_yes {
            words.push("--force-yes");
        }
        words.extend(["-o", LOCK_TIMEOUT]);
        if self.new_configuration {
            words.extend(["-o", "DPkg::Options::=--force-confnew"]);
        } else {
            words.extend(["-o", "DPkg::Options::=--force-confold", "-o", "DPkg::Options::=--force-confdef"]);
        }
        match self.recommends {
            Some(true) => words.push("--install-recommends"),
            Some(false) => words.push("--no-install-recommends"),
            None => {}
        }
        if self.only_upgrade {
            words.push("--only-upgrade");
        }
        if self.unauthenticated {
            words.push("--allow-unauthenticated");
        }
        if let Some(release) = &self.release {
            words.extend(["-t", release]);
        }
        if self.download_only {
            words.push("--download-only");
        }
        words.into_iter().map(Into::into).collect()
    }
}

/// What to give apt in one installation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// New or newer: `name`, `name=version` or a path.
    pub(crate) targets: Vec<String>,
    /// To an older version than the installed one.
    pub(crate) downgrades: Vec<String>,
    /// Once more.
    pub(crate) reinstall: Vec<String>,
}

impl Request {
    fn names(&self) -> impl Iterator<Item = &str> {
        let all = self.targets.iter().chain(&self.downgrades).chain(&self.reinstall);
        all.map(|word| word.split('=').next().unwrap_or(word))
    }
}

/// Has apt install, and returns what changed. Held packages that are named are released for the time.
pub(crate) fn install(context: &Context, options: &Options, request: &Request) -> Result<Map, AptFailure> {
    let old = Packages::read(context);
    let held: Vec<String> = request.names().filter(|name| old.is_held(name)).map(Into::into).collect();
    let mut errors = Vec::new();
    mark(context, "unhold", &held, &mut errors);
    for (extra, packages) in [
        (None, &request.targets),
        (Some(downgrade_option(context)), &request.downgrades),
        (Some("--reinstall"), &request.reinstall),
    ] {
        if packages.is_empty() {
            continue;
        }
        let mut words = options.words();
        words.extend(extra.map(Into::into));
        words.push("install".into());
        words.extend(packages.iter().cloned());
        note(run(context, words), &mut errors);
    }
    mark(context, "hold", &held, &mut errors);
    dpkg::forget(context);
    let new = Packages::read(context);
    let mut changes = dpkg::difference(&old.listed(), &new.listed());
    for name in &request.reinstall {
        let name = name.split('=').next().unwrap_or(name);
        let version = |packages: &Packages| {
            packages.versions(name).map(|versions| versions.join(",")).unwrap_or_default()
        };
        let change = common::value::map([("old", version(&old).into()), ("new", version(&new).into())]);
        changes.insert(name.into(), change.into());
    }
    if errors.is_empty() {
        return Ok(changes);
    }
    Err(AptFailure::new("Problem encountered installing package(s)", &errors, changes))
}

/// The option that permits a downgrade; releases of before 2016 have another.
fn downgrade_option(context: &Context) -> &'static str {
    let grain = |name: &str| get(&context.grains, name).cloned().unwrap_or_default();
    let major = grain("osmajorrelease").as_int().unwrap_or(i64::MAX);
    let old = match grain("os").as_str() {
        Some("Ubuntu") => major < 16,
        Some("Debian") => major < 9,
        _ => false,
    };
    if old { "--force-yes" } else { "--allow-downgrades" }
}

/// Removes or purges packages, and returns what changed in the form of Salt's function of that name.
pub(crate) fn remove(context: &Context, names: &[String], purge: bool) -> Result<Map, AptFailure> {
    let old = Packages::read(context);
    let mut errors = Vec::new();
    let action = if purge { "purge" } else { "remove" };
    let words = ["apt-get", "-q", "-y", "-o", LOCK_TIMEOUT, action];
    let words = words.into_iter().map(Into::into).chain(names.iter().cloned());
    note(run::<String>(context, words), &mut errors);
    dpkg::forget(context);
    let new = Packages::read(context);
    let mut changes = dpkg::difference(&old.listed(), &new.listed());
    if purge {
        let removed = dpkg::difference(&old.listed_removed(), &new.listed_removed());
        changes = common::value::map([("removed", removed.into()), ("installed", changes.into())]);
    }
    if errors.is_empty() {
        return Ok(changes);
    }
    Err(AptFailure::new("Problem encountered removing package(s)", &errors, changes))
}

/// Upgrades what can be upgraded.
pub(crate) fn upgrade(context: &Context, options: &Options, whole: bool) -> Result<Map, AptFailure> {
    let old = Packages::read(context);
    let mut words = options.words();
    words.push(if whole { "dist-upgrade" } else { "upgrade" }.into());
    let mut errors = Vec::new();
    note(run(context, words), &mut errors);
    dpkg::forget(context);
    let changes = dpkg::difference(&old.listed(), &Packages::read(context).listed());
    if errors.is_empty() {
        return Ok(changes);
    }
    Err(AptFailure::new("Problem encountered upgrading packages", &errors, changes))
}

/// The packages that have a newer version, and that version.
pub(crate) fn upgrades(
    context: &Context,
    whole: bool,
    release: Option<&str>,
) -> Result<BTreeMap<String, String>, String> {
    let mut words: Vec<String> = vec!["apt-get".into(), "--just-print".into()];
    words.push(if whole { "dist-upgrade" } else { "upgrade" }.into());
    if let Some(release) = release {
        words.extend(["-o".into(), format!("APT::Default-Release={release}")]);
    }
    let output = run(context, words).map_err(|error| error.to_string())?;
    if output.status != 0 {
        let said = [output.stderr_text(), output.stdout_text()].into_iter().find(|text| !text.is_empty());
        return Err(
            said.map_or("Failed to get upgrades".into(), |said| format!("Failed to get upgrades: {said}"))
        );
    }
    let text = output.stdout_text();
    let pairs = text.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("Conf ")?.split_once(" (")?;
        Some((name.to_owned(), rest.split([' ', ')']).next()?.to_owned()))
    });
    Ok(pairs.collect())
}

/// Holds packages back from changes, or lets them go (`unhold`).
pub(crate) fn mark(context: &Context, action: &str, names: &[String], errors: &mut Vec<String>) {
    if names.is_empty() {
        return;
    }
    let words = ["apt-mark", action].map(String::from).into_iter().chain(names.iter().cloned());
    note(run(context, words), errors);
    dpkg::forget(context);
}

fn note(result: Result<Output, ProcessError>, errors: &mut Vec<String>) {
    match result {
        Ok(output) if output.status == 0 => {}
        Ok(output) => {
            let said = output.stderr_text();
            errors.push(if said.is_empty() { format!("failed with status {}", output.status) } else { said });
        }
        Err(error) => errors.push(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        let text = "bash:\n  Installed: 5.2\n  Candidate: 5.3\n  Version table:\n *** 5.2 100\nghost:\n  Installed: (none)\n  Candidate: (none)\nlibc6:i386:\n  Candidate: 2.36\n";
        let names = ["bash", "ghost", "libc6:i386"].map(String::from);
        let found = parse_policy(text, &names);
        assert_eq!(found.get("bash").map(String::as_str), Some("5.3"));
        assert_eq!(found.get("libc6:i386").map(String::as_str), Some("2.36"));
        assert!(!found.contains_key("ghost"));
    }

    #[test]
    fn failures_are_nested_as_salt_prints_them() {
        let failure = AptFailure::new("Problem", &["E: a\nb\n".into(), "c".into()], Map::new());
        assert_eq!(
            failure.comment,
            "Problem. Additional info follows:\n\nerrors:\n    - E: a\n      b\n    - c"
        );
    }
}
