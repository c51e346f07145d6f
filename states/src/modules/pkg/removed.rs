//! `pkg.removed` and `pkg.purged`: packages are not there.

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::apt;
use super::dpkg::Packages;
use super::targets::{Target, Targets, wanted};
use super::version::fulfils;
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch};

/// The text of `sys.doc` after its first line.
macro_rules! arguments_doc {
    ($line:literal) => {
        concat!(
            $line,
            "\n\nname: the package, or pkgs: a list of packages, each a name or 'name: version'\n",
            "version: only if this version is installed\n",
            "ignore_epoch: leave epochs out of comparisons"
        )
    };
}

/// The two functions differ in what they leave.
macro_rules! removal {
    ($(#[$about:meta])* $type:ident, $name:literal, $line:literal, purge: $purge:literal) => {
        $(#[$about])*
        #[derive(Deserialize)]
        pub(super) struct $type {
            name: Text,
            version: Option<Text>,
            pkgs: Option<Targets>,
            ignore_epoch: Option<Flag>,
        }

        impl StateFunction for $type {
            const NAME: &'static str = $name;
            const DOC: &'static str = arguments_doc!($line);
            const SWALLOWS: bool = true;

            type Plan = Removal;

            fn check(&self, call: &Call<'_>) -> Result<Check<Removal>, Failure> {
                let wanted = wanted(&self.name, self.version.as_deref(), self.pkgs.as_ref());
                check(call, wanted, self.ignore_epoch.map(|flag| flag.0), $purge)
            }

            fn converge(&self, call: &Call<'_>, removal: Removal) -> Result<Done, Failure> {
                converge(call, &removal)
            }
        }

        impl Watch for $type {
            fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
                super::again(self, call)
            }
        }
    };
}

removal!(
    /// Packages that shall not be installed.
    Removed, "pkg.removed", "Ensure that packages are not installed.", purge: false
);
removal!(
    /// Packages of which nothing shall be left, not even configuration.
    Purged, "pkg.purged", "Ensure that packages are not installed and leave nothing behind.", purge: true
);

/// What a run has to do.
pub(super) struct Removal {
    wanted: Vec<Target>,
    /// The names to remove, sorted.
    targets: Vec<String>,
    purge: bool,
}

fn check(
    call: &Call<'_>,
    wanted: Vec<Target>,
    ignore_epoch: Option<bool>,
    purge: bool,
) -> Result<Check<Removal>, Failure> {
    apt::require(call.context)?;
    let packages = Packages::read(call.context);
    let (mut targets, mut versioned) = (Vec::new(), false);
    for target in &wanted {
        let Some(versions) = packages.versions(&target.name) else { continue };
        versioned |= target.version.is_some();
        let fits =
            |wanted: &String| versions.iter().any(|version| fulfils(version, wanted, ignore_epoch, false));
        if target.version.as_ref().is_none_or(fits) {
            targets.push(target.name.clone());
        }
    }
    if purge {
        let left = wanted.iter().filter(|target| packages.removed.contains_key(&target.name));
        targets.extend(left.map(|target| target.name.clone()));
    }
    targets.sort();
    targets.dedup();
    if targets.is_empty() {
        return Ok(Check::clean(match (purge, versioned) {
            (true, _) => "None of the targeted packages are installed or partially installed",
            (false, true) => "All specified packages (matching specified versions) are already absent",
            (false, false) => "All specified packages are already absent",
        }));
    }
    let verb = if purge { "purged" } else { "removed" };
    let comment = format!("The following packages will be {verb}: {}.", targets.join(", "));
    let change = || Value::Map(map([("new", verb.into()), ("old", "".into())]));
    let changes: Map = targets.iter().map(|name| (Value::from(name), change())).collect();
    Ok(Check::differs(Removal { wanted, targets, purge }, comment, changes))
}

fn converge(call: &Call<'_>, removal: &Removal) -> Result<Done, Failure> {
    let changes = apt::remove(call.context, &removal.targets, removal.purge)?;
    let packages = Packages::read(call.context);
    let verb = if removal.purge { "purge" } else { "remove" };
    let mut failed: Vec<&str> = removal
        .targets
        .iter()
        .filter(|name| {
            packages.versions(name).is_some() || (removal.purge && packages.removed.contains_key(*name))
        })
        .map(String::as_str)
        .collect();
    failed.sort_unstable();
    if !failed.is_empty() {
        let comment = format!("The following packages failed to {verb}: {}.", failed.join(", "));
        return Ok(Done::failed(comment, changes));
    }
    let mut others: Vec<&str> = removal
        .wanted
        .iter()
        .map(|target| target.name.as_str())
        .filter(|name| !removal.targets.iter().any(|target| target == name))
        .collect();
    others.sort_unstable();
    Ok(Done::ok(
        if others.is_empty() {
            format!("All targeted packages were {verb}d.")
        } else {
            format!(
                "The following packages were not installed: {} The following packages were {verb}d: {}.",
                others.join(", "),
                removal.targets.join(", ")
            )
        },
        changes,
    ))
}
