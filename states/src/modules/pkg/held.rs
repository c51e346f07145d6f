//! `pkg.held` and `pkg.unheld`: packages are held back from changes, or are not.

use common::value::{Map, Value};
use serde::Deserialize;

use super::apt;
use super::dpkg::Packages;
use super::holding;
use super::targets::{Targets, wanted};
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction};

/// Packages that shall be held.
#[derive(Deserialize)]
pub(super) struct Held {
    name: Text,
    version: Option<Text>,
    pkgs: Option<Targets>,
    #[serde(default)]
    replace: Flag,
}

/// Packages that shall not be held.
#[derive(Deserialize)]
pub(super) struct Unheld {
    name: Text,
    version: Option<Text>,
    pkgs: Option<Targets>,
    #[serde(default)]
    all: Flag,
}

/// What to hold and what to let go.
pub(super) struct Plan {
    hold: Vec<String>,
    release: Vec<String>,
}

impl StateFunction for Held {
    const NAME: &'static str = "pkg.held";
    const DOC: &'static str = "Hold packages back from changes.

name: the package, or pkgs: a list of packages
replace: let go all other packages (False)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        if self.pkgs.as_ref().is_some_and(|pkgs| pkgs.0.is_empty()) && !self.replace.0 {
            return Ok(Check::clean("No packages to be held provided"));
        }
        let packages = Packages::read(call.context);
        let wanted = wanted(&self.name, self.version.as_deref(), self.pkgs.as_ref());
        let mut comments = Vec::new();
        let mut plan = Plan { hold: Vec::new(), release: Vec::new() };
        for target in wanted.iter().filter(|target| !packages.is_held(&target.name)) {
            let version = target.version.as_ref().map(|version| format!(" (version = {version})"));
            comments.push(format!(
                "The following package would be held: {}{}",
                target.name,
                version.unwrap_or_default()
            ));
            plan.hold.push(target.name.clone());
        }
        if self.replace.0 {
            for name in held(&packages).filter(|name| !wanted.iter().any(|target| target.name == *name)) {
                comments.push(format!("The following package would be unheld: {name}"));
                plan.release.push(name);
            }
        }
        Ok(found(plan, &comments))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        Ok(carry_out(call, &plan))
    }
}

impl StateFunction for Unheld {
    const NAME: &'static str = "pkg.unheld";
    const DOC: &'static str = "Do not hold packages back from changes.

name: the package, or pkgs: a list of packages
all: let go all packages (False)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        apt::require(call.context)?;
        if self.pkgs.as_ref().is_some_and(|pkgs| pkgs.0.is_empty()) && !self.all.0 {
            return Ok(Check::clean("No packages to be unheld provided"));
        }
        let wanted = wanted(&self.name, self.version.as_deref(), self.pkgs.as_ref());
        let release: Vec<String> = held(&Packages::read(call.context))
            .filter(|name| self.all.0 || wanted.iter().any(|target| target.name == *name))
            .collect();
        let comments: Vec<_> =
            release.iter().map(|name| format!("The following package would be unheld: {name}")).collect();
        Ok(found(Plan { hold: Vec::new(), release }, &comments))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        Ok(carry_out(call, &plan))
    }
}

fn held(packages: &Packages) -> impl Iterator<Item = String> {
    packages.selections.iter().filter(|(_, want)| *want == "hold").map(|(name, _)| name.clone())
}

fn found(plan: Plan, comments: &[String]) -> Check<Plan> {
    if plan.hold.is_empty() && plan.release.is_empty() {
        return Check::clean("No changes made");
    }
    Check::differs(plan, comments.join("\n"), Map::new())
}

fn carry_out(call: &Call<'_>, plan: &Plan) -> Done {
    let held = holding::apply(call.context, &plan.hold, true);
    let released = holding::apply(call.context, &plan.release, false);
    let mut comments: Vec<String> = held
        .iter()
        .map(|holding| match holding.result {
            Some(true) => format!("Package {} is now being held", holding.name),
            _ => format!("Package {} was not held", holding.name),
        })
        .collect();
    comments.extend(released.iter().map(|holding| holding.comment.clone()));
    let all = held.iter().chain(&released);
    let changes: Map = all.clone().map(|holding| (Value::from(&holding.name), holding.to_value())).collect();
    let comment = comments.join("\n");
    if all.into_iter().all(|holding| holding.result == Some(true)) {
        Done::ok(comment, changes)
    } else {
        Done::failed(comment, changes)
    }
}
