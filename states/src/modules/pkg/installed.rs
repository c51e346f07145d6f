//! `pkg.installed`: packages are there, in a version that fits.

use common::target::fnmatch;
use common::value::{Map, Value, map};
use serde::Deserialize;

use super::apt::{self, Options, Request};
use super::dpkg::Packages;
use super::holding;
use super::report;
use super::sources;
use super::targets::{Target, Targets, described, names, wanted};
use super::version::{compare, condition, fulfils};
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch, debconf};

/// Packages that shall be installed.
#[derive(Deserialize)]
pub(super) struct Installed {
    name: Text,
    version: Option<Text>,
    refresh: Option<Flag>,
    fromrepo: Option<Text>,
    #[serde(default)]
    skip_verify: Flag,
    pkgs: Option<Targets>,
    sources: Option<Targets>,
    #[serde(default)]
    allow_updates: Flag,
    #[serde(default)]
    pkg_verify: Flag,
    ignore_epoch: Option<Flag>,
    #[serde(default)]
    reinstall: Flag,
    hold: Option<Flag>,
    install_recommends: Option<Flag>,
    #[serde(default)]
    only_upgrade: Flag,
    #[serde(default)]
    force_yes: Flag,
    #[serde(default)]
    force_conf_new: Flag,
    #[serde(default)]
    downloadonly: Flag,
    debconf: Option<Text>,
}

/// What a run has to do.
pub(super) struct Plan {
    /// All packages of the state.
    desired: Vec<Target>,
    /// Those to install.
    targets: Vec<Target>,
    /// Those to install again.
    reinstall: Vec<Target>,
    /// Those marked to be purged, which are to stay.
    unpurge: Vec<String>,
    /// Whether the package lists are to be refreshed first.
    refresh: bool,
}

impl StateFunction for Installed {
    const NAME: &'static str = "pkg.installed";
    const DOC: &'static str =
        "Ensure that packages are installed. A dry run uses the package lists as they are.

name: the package, or pkgs: a list of packages, each a name or 'name: version'
version: a version, 'latest', a pattern (1.2*) or conditions (>=1.2,<2)
sources: a list of 'name: file' with package files (salt:// or absolute paths)
refresh: refresh the package lists first (once in a run and after a repository was added)
fromrepo: the release to take packages from
skip_verify: do not check signatures (False)
hold: hold the packages back from changes, or let them go
allow_updates: a later version will do (False)
ignore_epoch: leave epochs out of comparisons
reinstall: install once more what is there (False)
install_recommends, only_upgrade, force_yes, force_conf_new, downloadonly: options of apt-get
debconf: a file of answers to load first (salt://)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        if self.pkgs.as_ref().is_some_and(|pkgs| pkgs.0.is_empty()) {
            return Ok(Check::clean("No packages to install provided"));
        }
        if self.pkgs.is_some() && self.sources.is_some() {
            return Err(Failure::new("Only one of \"pkgs\" and \"sources\" is permitted."));
        }
        if self.pkg_verify.0 {
            return Err(Failure::new("pkg.verify not implemented"));
        }
        let mut plan = Plan {
            desired: match &self.sources {
                Some(sources) => sources.0.clone(),
                None => wanted(&self.name, self.version.as_deref(), self.pkgs.as_ref()),
            },
            targets: Vec::new(),
            reinstall: Vec::new(),
            unpurge: Vec::new(),
            refresh: apt::refresh_wanted(call.context, self.refresh.map(|flag| flag.0)),
        };
        self.resolve_latest(call, &mut plan)?;
        let versioned = self.compare(call, &mut plan)?;
        if plan.targets.is_empty() && plan.reinstall.is_empty() && plan.unpurge.is_empty() {
            return Ok(self.settled(call, plan, versioned));
        }
        let (comment, changes) = self.foretell(call, &plan)?;
        Ok(Check::differs(plan, comment, changes))
    }

    fn converge(&self, call: &Call<'_>, mut plan: Plan) -> Result<Done, Failure> {
        let context = call.context;
        let mut outcome = report::Outcome::default();
        if !plan.targets.is_empty() || !plan.reinstall.is_empty() {
            if let Some(answers) = &self.debconf {
                debconf::load(call, answers)?;
            }
            if plan.refresh && self.needs_refresh(call, &plan)? {
                apt::refresh(context).map_err(|error| {
                    Failure::new(format!("An error was encountered while installing package(s): {error}"))
                })?;
            }
            let request = self.request(call, &plan)?;
            outcome.changes = apt::install(context, &self.options(), &request)?;
        }
        if !plan.unpurge.is_empty() {
            let before = Packages::read(context);
            let mut errors = Vec::new();
            apt::mark(context, "install", &plan.unpurge, &mut errors);
            let old: Map =
                before.purge_desired.keys().map(|name| (Value::from(name), "purge".into())).collect();
            outcome.changes.insert("purge_desired".into(), old.into());
        }
        if let Some(hold) = self.hold {
            let names: Vec<_> = plan.desired.iter().map(|target| target.name.clone()).collect();
            outcome.holdings = holding::apply(context, &names, hold.0);
        }
        plan.desired.retain(|target| !plan.reinstall.contains(target));
        outcome.ignore_epoch = self.ignore_epoch.map(|flag| flag.0);
        let packages = Packages::read(context);
        Ok(outcome.report(&packages, &plan.desired, &plan.targets, &plan.reinstall, self.sources.is_some()))
    }
}

impl Watch for Installed {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        super::again(self, call)
    }
}

impl Installed {
    /// Replaces the version `latest` by what apt would install, or by what is installed where apt knows nothing.
    fn resolve_latest(&self, call: &Call<'_>, plan: &mut Plan) -> Result<(), Failure> {
        let latest = |target: &&Target| target.version.as_deref() == Some("latest");
        let names: Vec<String> =
            plan.desired.iter().filter(latest).map(|target| target.name.clone()).collect();
        if names.is_empty() || self.sources.is_some() {
            return Ok(());
        }
        if plan.refresh && !call.context.test {
            apt::refresh(call.context).map_err(Failure::new)?;
            plan.refresh = false;
        }
        let candidates = apt::candidates(call.context, &names, self.fromrepo.as_deref())?;
        let packages = Packages::read(call.context);
        for target in plan.desired.iter_mut().filter(|target| names.contains(&target.name)) {
            let installed = || packages.versions(&target.name).and_then(<[String]>::last).cloned();
            target.version = candidates.get(&target.name).cloned().or_else(installed);
        }
        Ok(())
    }

    /// Finds what is not as wanted. Returns whether any version was compared.
    fn compare(&self, call: &Call<'_>, plan: &mut Plan) -> Result<bool, Failure> {
        let packages = Packages::read(call.context);
        let ignore_epoch = self.ignore_epoch.map(|flag| flag.0);
        let mut versioned = false;
        for target in &plan.desired {
            if packages.purge_desired.contains_key(&target.name) {
                plan.unpurge.push(target.name.clone());
            }
            let Some(versions) = packages.versions(&target.name) else {
                plan.targets.push(target.clone());
                continue;
            };
            if self.reinstall.0 {
                plan.reinstall.push(target.clone());
                continue;
            }
            let version = match (&self.sources, &target.version) {
                (Some(_), _) => {
                    let path = sources::fetch(call, target)?;
                    sources::version(call, &path.to_string_lossy())?
                }
                (None, Some(version)) => version.clone(),
                (None, None) => continue,
            };
            versioned = true;
            let updates = self.allow_updates.0 && self.sources.is_none();
            if !versions.iter().any(|installed| fulfils(installed, &version, ignore_epoch, updates)) {
                plan.targets.push(target.clone());
            }
        }
        Ok(versioned)
    }

    /// All packages are there: only holding may be left to do.
    fn settled(&self, call: &Call<'_>, plan: Plan, versioned: bool) -> Check<Plan> {
        let suffix = if versioned && self.sources.is_none() { " and are at the desired version" } else { "" };
        let comment = format!("All specified packages are already installed{suffix}");
        let Some(hold) = self.hold else { return Check::clean(comment) };
        let names: Vec<_> = plan.desired.iter().map(|target| target.name.clone()).collect();
        if !holding::settled(call.context, &names, hold.0) && !call.context.test {
            return Check::differs(plan, comment, Map::new());
        }
        let holdings = holding::apply(call.context, &names, hold.0);
        let told: String = holdings.iter().map(|holding| format!(".\n{}", holding.comment)).collect();
        if holdings.iter().any(|holding| holding.result.is_none()) {
            return Check::differs(plan, comment + &told, Map::new());
        }
        Check::clean(comment + &told)
    }

    /// The comment and the changes of a dry run.
    fn foretell(&self, call: &Call<'_>, plan: &Plan) -> Result<(String, Map), Failure> {
        let (mut comments, mut changes) = (Vec::new(), Map::new());
        let change = |new: &str| Value::Map(map([("new", new.into()), ("old", "".into())]));
        if !call.context.test {
            return Ok((String::new(), changes));
        }
        if !plan.targets.is_empty() {
            let names_only: Vec<_> = plan.targets.iter().map(|target| target.name.clone()).collect();
            let candidates = match self.sources {
                Some(_) => Default::default(),
                None => apt::candidates(call.context, &names_only, self.fromrepo.as_deref())?,
            };
            for target in &plan.targets {
                let exact = target.version.as_deref().filter(|version| {
                    self.sources.is_none() && !version.contains(['*', '?', '[', '<', '>', ','])
                });
                let new =
                    exact.or_else(|| candidates.get(&target.name).map(String::as_str)).unwrap_or("installed");
                changes.insert(target.name.as_str().into(), change(new.trim_start_matches('=')));
            }
            comments
                .push(format!("The following packages would be installed/updated: {}", names(&plan.targets)));
        }
        if !plan.unpurge.is_empty() {
            comments.push(format!(
                "The following packages would have their selection status changed from 'purge' to 'install': {}",
                plan.unpurge.join(", ")
            ));
            changes.extend(plan.unpurge.iter().map(|name| (Value::from(name), change("installed"))));
        }
        if !plan.reinstall.is_empty() {
            let list =
                if self.sources.is_some() { names(&plan.reinstall) } else { described(&plan.reinstall) };
            for name in list.split(", ") {
                changes.insert(name.into(), change("installed"));
            }
            comments.push(format!("The following packages would be reinstalled: {list}"));
        }
        Ok((comments.join("\n"), changes))
    }

    /// Whether something is wanted that the package lists, as they are, might not know.
    fn needs_refresh(&self, call: &Call<'_>, plan: &Plan) -> Result<bool, Failure> {
        if self.sources.is_some() {
            return Ok(true);
        }
        let exact: Vec<_> = plan.targets.iter().filter(|target| target.version.is_some()).collect();
        if exact.len() < plan.targets.len() + plan.reinstall.len() {
            return Ok(true);
        }
        let names: Vec<_> = exact.iter().map(|target| target.name.clone()).collect();
        let candidates = apt::candidates(call.context, &names, self.fromrepo.as_deref())?;
        Ok(exact.iter().any(|target| candidates.get(&target.name) != target.version.as_ref()))
    }

    /// What to give apt: each package with the version that fits.
    fn request(&self, call: &Call<'_>, plan: &Plan) -> Result<Request, Failure> {
        let packages = Packages::read(call.context);
        let mut request = Request::default();
        for target in plan.targets.iter().chain(&plan.reinstall) {
            let again = plan.reinstall.contains(target);
            if self.sources.is_some() {
                let path = sources::fetch(call, target)?.to_string_lossy().into_owned();
                if again {
                    request.reinstall.push(path)
                } else {
                    request.targets.push(path)
                }
                continue;
            }
            let Some(version) = &target.version else {
                let list = if again { &mut request.reinstall } else { &mut request.targets };
                list.push(target.name.clone());
                continue;
            };
            let version = self.exact_version(call, target, version)?;
            let word = format!("{}={version}", target.name);
            let installed = packages.versions(&target.name).and_then(<[String]>::last);
            match installed.map(|installed| compare(&version, installed)) {
                Some(order) if order.is_eq() && again => request.reinstall.push(word),
                Some(order) if order.is_lt() && !version.contains('*') => request.downgrades.push(word),
                _ => request.targets.push(word),
            }
        }
        Ok(request)
    }

    /// The version for apt's command line: a plain version or a pattern (which apt matches) as it is; for conditions the
    /// newest that fulfils them.
    fn exact_version(&self, call: &Call<'_>, target: &Target, version: &str) -> Result<String, Failure> {
        if !version.starts_with(['<', '>']) && !version.contains(',') {
            return Ok(condition(version).1.into());
        }
        let available = apt::available(call.context, &target.name)?;
        let ignore_epoch = self.ignore_epoch.map(|flag| flag.0);
        let fitting = available
            .iter()
            .find(|known| fulfils(known, version, ignore_epoch, false) || fnmatch(known, version));
        fitting.cloned().ok_or_else(|| {
            let list = if available.is_empty() { "None".into() } else { available.join(", ") };
            let error = format!("No version matching '{}{version}' could be found (available: {list})", target.name);
            Failure::new(format!(
                "Problem encountered installing package(s). Additional info follows:\n\nerrors:\n    - {error}"
            ))
        })
    }

    fn options(&self) -> Options {
        Options {
            release: self
                .fromrepo
                .as_ref()
                .map(|release| release.0.clone())
                .filter(|_| self.sources.is_none()),
            recommends: self.install_recommends.map(|flag| flag.0),
            only_upgrade: self.only_upgrade.0,
            unauthenticated: self.skip_verify.0,
            force_yes: self.force_yes.0,
            new_configuration: self.force_conf_new.0,
            download_only: self.downloadonly.0,
        }
    }
}
