//! `pip.removed`: a Python package is not there.

use common::value::Map;
use serde::Deserialize;

use super::tool::{Pip, normalise};
use crate::modules::arguments::Text;
use crate::modules::{Call, Check, Done, Failure, StateFunction, change};

/// A Python package that shall not be installed.
#[derive(Deserialize)]
pub(super) struct Removed {
    name: Text,
    bin_env: Option<Text>,
    user: Option<Text>,
    cwd: Option<Text>,
    proxy: Option<Text>,
    timeout: Option<Text>,
    log: Option<Text>,
    requirements: Option<Text>,
}

impl StateFunction for Removed {
    const NAME: &'static str = "pip.removed";
    const DOC: &'static str = "Ensure that a Python package is not installed.

name: the package
bin_env: a virtual environment's folder or a pip; the host's own otherwise
user, cwd: as whom and where pip runs
requirements: a file that names further packages to remove
proxy, timeout, log: options of pip";

    type Plan = Pip;

    fn check(&self, call: &Call<'_>) -> Result<Check<Pip>, Failure> {
        let failed = |failure: Failure| {
            Failure::new(format!("Error uninstalling '{}': {}", self.name, failure.comment))
        };
        let pip = Pip::find(call.context, self.bin_env.as_deref()).map_err(failed)?.with(
            self.user.as_deref(),
            self.cwd.as_deref(),
            Vec::new(),
        );
        if !pip.list(call.context).map_err(failed)?.contains_key(&normalise(&self.name)) {
            return Ok(Check::clean("Package is not installed."));
        }
        Ok(Check::differs(pip, format!("Package {} is set to be removed", self.name), Map::new()))
    }

    fn converge(&self, call: &Call<'_>, pip: Pip) -> Result<Done, Failure> {
        let mut words: Vec<String> = vec!["uninstall".into(), "-y".into()];
        for (option, value) in [
            ("--requirement", &self.requirements),
            ("--proxy", &self.proxy),
            ("--timeout", &self.timeout),
            ("--log", &self.log),
        ] {
            if let Some(value) = value {
                words.extend([option.into(), value.0.clone()]);
            }
        }
        words.push(self.name.0.clone());
        let output = pip.run(call.context, &words)?;
        if output.status == 0 {
            return Ok(Done::ok("Package was successfully removed.", change(&self.name, "Removed")));
        }
        Err(Failure::new(format!("Could not remove package.\n{}", output.stderr_text())))
    }
}
