//! `pkg.uptodate`: nothing on the host could be upgraded.

use common::value::{Map, Value, get, map};
use serde::Deserialize;

use super::apt::{self, Options};
use super::dpkg::Packages;
use super::targets::Targets;
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction};

/// A host that shall be up to date.
#[derive(Deserialize)]
pub(super) struct UpToDate {
    #[serde(rename = "name")]
    _name: Text,
    #[serde(default)]
    refresh: Flag,
    pkgs: Option<Targets>,
    dist_upgrade: Option<Flag>,
    fromrepo: Option<Text>,
    #[serde(default)]
    skip_verify: Flag,
    #[serde(default)]
    force_conf_new: Flag,
}

impl StateFunction for UpToDate {
    const NAME: &'static str = "pkg.uptodate";
    const DOC: &'static str = "Upgrade all packages that have a newer version.

name: any text
refresh: refresh the package lists first (False)
pkgs: the packages that must be among the upgraded
dist_upgrade: install and remove other packages where an upgrade needs it
fromrepo, skip_verify, force_conf_new: options of apt-get";
    const SWALLOWS: bool = true;

    /// The names expected to change.
    type Plan = Vec<String>;

    fn check(&self, call: &Call<'_>) -> Result<Check<Vec<String>>, Failure> {
        apt::require(call.context)?;
        if self.refresh.0 && !call.context.test {
            apt::refresh(call.context).map_err(Failure::new)?;
        }
        let whole = self.dist_upgrade.is_none_or(|flag| flag.0);
        let mut upgrades =
            apt::upgrades(call.context, whole, self.fromrepo.as_deref()).map_err(Failure::new)?;
        if let Some(pkgs) = &self.pkgs {
            upgrades.retain(|name, _| pkgs.0.iter().any(|target| target.name == *name));
        }
        if upgrades.is_empty() {
            return Ok(Check::clean("System is already up-to-date"));
        }
        let packages = Packages::read(call.context);
        let old = |name: &str| packages.versions(name).map(|versions| versions.join(",")).unwrap_or_default();
        let changes: Map = upgrades
            .iter()
            .map(|(name, new)| {
                (Value::from(name), Value::Map(map([("new", new.into()), ("old", old(name).into())])))
            })
            .collect();
        Ok(Check::differs(upgrades.into_keys().collect(), "System update will be performed", changes))
    }

    fn converge(&self, call: &Call<'_>, expected: Vec<String>) -> Result<Done, Failure> {
        let options = Options {
            unauthenticated: self.skip_verify.0,
            new_configuration: self.force_conf_new.0,
            release: self.fromrepo.as_ref().map(|release| release.0.clone()),
            ..Options::default()
        };
        let whole = self.dist_upgrade.is_some_and(|flag| flag.0);
        let changes = apt::upgrade(call.context, &options, whole)?;
        let missing: Vec<_> = expected
            .iter()
            .filter(|name| self.pkgs.is_some() && get(&changes, name).is_none())
            .map(String::as_str)
            .collect();
        if missing.is_empty() {
            return Ok(Done::ok("Upgrade ran successfully", changes));
        }
        let comment = format!("The following package(s) failed to update: {}", missing.join(", "));
        Ok(Done::failed(comment, changes))
    }
}
