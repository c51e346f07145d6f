//! `file.exists` and `file.missing`: they change nothing, they fail where the path is not as it should be.

use std::path::Path;

use serde::Deserialize;

use super::super::arguments::Text;
use super::super::{Call, Check, Done, Failure, StateFunction};
use super::paths;

/// The arguments of `file.exists`.
#[derive(Deserialize)]
pub(super) struct Exists {
    name: Text,
}

/// The arguments of `file.missing`.
#[derive(Deserialize)]
pub(super) struct Missing {
    name: Text,
}

impl StateFunction for Exists {
    const NAME: &'static str = "file.exists";
    const DOC: &'static str = "Fails where nothing is at this path.";
    const SWALLOWS: bool = true;

    type Plan = ();

    fn check(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        let name = named(&self.name, Self::NAME)?;
        if Path::new(&name).exists() {
            Ok(Check::clean(format!("Path {name} exists")))
        } else {
            Err(Failure::new(format!("Specified path {name} does not exist")))
        }
    }

    fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
        Ok(Done::ok("", common::value::Map::new()))
    }
}

impl StateFunction for Missing {
    const NAME: &'static str = "file.missing";
    const DOC: &'static str = "Fails where something is at this path.";
    const SWALLOWS: bool = true;

    type Plan = ();

    fn check(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        let name = named(&self.name, Self::NAME)?;
        if Path::new(&name).exists() {
            Err(Failure::new(format!("Specified path {name} exists")))
        } else {
            Ok(Check::clean(format!("Path {name} is missing")))
        }
    }

    fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
        Ok(Done::ok("", common::value::Map::new()))
    }
}

fn named(name: &str, function: &str) -> Result<String, Failure> {
    if name.is_empty() {
        return Err(Failure::new(format!("Must provide name to {function}")));
    }
    Ok(paths::expand_user(name))
}
