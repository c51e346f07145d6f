//! `debconf.set_file`: answers from a file are given.

use common::value::{Map, Value};
use serde::Deserialize;

use super::set::debian_only;
use crate::modules::arguments::{Pairs, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction};
use crate::process::Command;

/// A file of answers that shall be given.
#[derive(Deserialize)]
pub(super) struct SetFile {
    #[serde(rename = "name")]
    _name: Text,
    source: Text,
    template: Option<Text>,
    #[serde(default, rename = "context")]
    _context: Pairs,
    #[serde(default, rename = "defaults")]
    _defaults: Pairs,
}

impl StateFunction for SetFile {
    const NAME: &'static str = "debconf.set_file";
    const DOC: &'static str = "Give the answers in a file, in the form of debconf-set-selections.

name: any text
source: the file (salt:// or an absolute path)";
    const SWALLOWS: bool = true;

    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        debian_only(call)?;
        if self.template.as_ref().is_some_and(|template| !template.is_empty()) {
            return Err(Failure::new(
                "debconf.set_file: 'template' is not supported; write the file with file.managed and name it as source",
            ));
        }
        Ok(Check::differs((), "Debconf selections would have been set.", Map::new()))
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        load(call, &self.source)?;
        Ok(Done::ok("Debconf selections were set.", Map::new()))
    }
}

/// Gives the answers in a file.
pub(in crate::modules) fn load(call: &Call<'_>, source: &str) -> Result<(), Failure> {
    let missing =
        || Failure::new(format!("Unable to set debconf selections from file. {source} was not found"));
    let content = match source.strip_prefix("salt://") {
        Some(path) => call.context.files.read(call.saltenv, path)?.ok_or_else(missing)?.to_vec(),
        None => std::fs::read(source).map_err(|_| missing())?,
    };
    feed(call, &String::from_utf8_lossy(&content))
}

/// Gives answers, through standard input: some are passwords.
pub(super) fn feed(call: &Call<'_>, lines: &str) -> Result<(), Failure> {
    let mut command = Command::direct(["debconf-set-selections"]);
    command.stdin = Some(lines.as_bytes().into());
    let output = call.context.processes.run(&command)?;
    if output.status == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("debconf-set-selections: {}", Value::from(output.stderr_text()))))
}
