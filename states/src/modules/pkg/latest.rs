//! `pkg.latest`: packages are there in the newest version.

use std::collections::BTreeMap;

use common::value::{Map, Value, get, map};
use serde::Deserialize;

use super::apt::{self, Options, Request};
use super::dpkg::Packages;
use super::targets::{Targets, wanted};
use super::version::compare;
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch};

/// Packages that shall be installed in their newest version.
#[derive(Deserialize)]
pub(super) struct Latest {
    name: Text,
    refresh: Option<Flag>,
    fromrepo: Option<Text>,
    #[serde(default)]
    skip_verify: Flag,
    pkgs: Option<Targets>,
    sources: Option<Value>,
    install_recommends: Option<Flag>,
    #[serde(default)]
    only_upgrade: Flag,
    #[serde(default)]
    force_conf_new: Flag,
}

/// What a run has to do.
pub(super) struct Plan {
    /// The newest versions of those that lack them.
    targets: BTreeMap<String, String>,
    /// The packages of `pkgs` that are as new as can be.
    up_to_date: Vec<String>,
}

impl StateFunction for Latest {
    const NAME: &'static str = "pkg.latest";
    const DOC: &'static str = "Ensure that packages are installed in the newest version. A dry run uses the package lists as they are.

name: the package, or pkgs: a list of packages
refresh: refresh the package lists first (once in a run and after a repository was added)
fromrepo: the release to take packages from
skip_verify: do not check signatures (False)
install_recommends, only_upgrade, force_conf_new: options of apt-get";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        if self.sources.as_ref().is_some_and(Value::is_true) {
            return Err(Failure::new("The \"sources\" parameter is not supported."));
        }
        if self.pkgs.as_ref().is_some_and(|pkgs| pkgs.0.is_empty()) {
            return Ok(Check::clean("No packages to install provided"));
        }
        let failed = |error: String| {
            Failure::new(format!(
                "An error was encountered while checking the newest available version of package(s): {error}"
            ))
        };
        if !call.context.test && apt::refresh_wanted(call.context, self.refresh.map(|flag| flag.0)) {
            apt::refresh(call.context).map_err(failed)?;
        }
        let names: Vec<String> =
            wanted(&self.name, None, self.pkgs.as_ref()).into_iter().map(|target| target.name).collect();
        let candidates = apt::candidates(call.context, &names, self.fromrepo.as_deref())?;
        let packages = Packages::read(call.context);
        let (mut targets, mut problems) = (BTreeMap::new(), Vec::new());
        for name in &names {
            let versions = packages.versions(name);
            match (candidates.get(name), versions) {
                (None, None) => problems.push(format!("No information found for '{name}'.")),
                (Some(newest), versions)
                    if !versions.is_some_and(|versions| {
                        versions.iter().any(|version| compare(version, newest).is_ge())
                    }) =>
                {
                    targets.insert(name.clone(), newest.clone());
                }
                _ => {}
            }
        }
        if !problems.is_empty() {
            return Err(Failure::new(problems.join(" ")));
        }
        if targets.is_empty() {
            return Ok(Check::clean(all_new(&names)));
        }
        let mut up_to_date: Vec<String> =
            names.into_iter().filter(|name| !targets.contains_key(name)).collect();
        up_to_date.sort();
        let installed =
            |name: &String| packages.versions(name).map(|versions| versions.join(",")).unwrap_or_default();
        let mut comments =
            vec![format!("The following packages would be installed/upgraded: {}", list(targets.keys()))];
        match up_to_date.len() {
            0 => {}
            1..=10 => comments.push(format!(
                "The following packages are already up-to-date: {}",
                up_to_date
                    .iter()
                    .map(|name| format!("{name} ({})", installed(name)))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
            count => comments.push(format!("{count} packages are already up-to-date")),
        }
        let changes: Map = targets
            .iter()
            .map(|(name, new)| {
                let change = map([("new", new.into()), ("old", installed(name).into())]);
                (Value::from(name), change.into())
            })
            .collect();
        Ok(Check::differs(Plan { targets, up_to_date }, comments.join("\n"), changes))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let options = Options {
            release: self.fromrepo.as_ref().map(|release| release.0.clone()),
            recommends: self.install_recommends.map(|flag| flag.0),
            only_upgrade: self.only_upgrade.0,
            unauthenticated: self.skip_verify.0,
            new_configuration: self.force_conf_new.0,
            ..Options::default()
        };
        let request = Request { targets: plan.targets.keys().cloned().collect(), ..Request::default() };
        let changes = apt::install(call.context, &options, &request).map_err(|failure| Failure {
            comment: format!("An error was encountered while installing package(s): {}", failure.comment),
            changes: failure.changes,
        })?;
        Ok(report(&plan, changes))
    }
}

impl Watch for Latest {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        super::again(self, call)
    }
}

fn report(plan: &Plan, changes: Map) -> Done {
    let up_to_date = match plan.up_to_date.len() {
        0 => String::new(),
        1..=10 => format!("The following packages were already up-to-date: {}", list(&plan.up_to_date)),
        count => format!("{count} packages were already up-to-date "),
    };
    if changes.is_empty() {
        let mut comment = match plan.targets.len() {
            1 => format!("Package {} failed to update.", list(plan.targets.keys())),
            2..=10 => format!(
                "The following targeted packages failed to update. See debug log for details: ({}).",
                list(plan.targets.keys())
            ),
            count => format!("{count} targeted packages failed to update. See debug log for details."),
        };
        if !up_to_date.is_empty() {
            comment.push_str(&format!(" {up_to_date}"));
        }
        return Done::failed(comment, changes);
    }
    let updated = |name: &String, version: &String| {
        let new = get(&changes, name).and_then(|change| change.traverse("new", ":")).map(ToString::to_string);
        new.is_some_and(|new| new.split(',').any(|new| new == version))
    };
    let (good, bad): (Vec<_>, Vec<_>) =
        plan.targets.iter().partition(|(name, version)| updated(name, version));
    let mut comments = Vec::new();
    if !bad.is_empty() {
        comments.push(format!(
            "The following packages failed to update: {}",
            list(bad.iter().map(|(name, _)| *name))
        ));
    }
    if !good.is_empty() {
        let names = list(good.iter().map(|(name, _)| *name));
        comments.push(format!("The following packages were successfully installed/upgraded: {names}"));
    }
    if !up_to_date.is_empty() {
        comments.push(up_to_date);
    }
    let failed = !bad.is_empty();
    let comment = comments.join(" ");
    if failed { Done::failed(comment, changes) } else { Done::ok(comment, changes) }
}

fn all_new(names: &[String]) -> String {
    let mut sorted = names.to_vec();
    sorted.sort();
    match names.len() {
        1 => format!("Package {} is already up-to-date", list(names)),
        0..=10 => format!("All packages are up-to-date ({}).", list(&sorted)),
        count => format!("All {count} packages are up-to-date."),
    }
}

fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
