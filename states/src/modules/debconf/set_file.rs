//! `debconf.set_file`: answers from a file are given.

use common::value::{Map, Value};
use serde::Deserialize;

use super::set::debian_only;
use crate::language::render_template;
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
    #[serde(default)]
    context: Pairs,
    #[serde(default)]
    defaults: Pairs,
}

impl StateFunction for SetFile {
    const NAME: &'static str = "debconf.set_file";
    const DOC: &'static str = "Give the answers in a file, in the form of debconf-set-selections.

name: any text
source: the file (salt:// or an absolute path)
template: jinja, for a file that is a template
defaults, context: the template's variables";
    const SWALLOWS: bool = true;

    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        debian_only(call)?;
        if let Some(engine) = self.template.as_ref().filter(|engine| engine.0 != "jinja") {
            return Err(Failure::new(format!("Specified template format {engine} is not supported")));
        }
        Ok(Check::differs((), "Debconf selections would have been set.", Map::new()))
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        if self.template.is_some() {
            let mut variables = self.defaults.0.clone();
            variables.extend(self.context.0.clone());
            let text = read(call, &self.source)?;
            let path = self.source.trim_start_matches("salt://");
            feed(call, &render_template(call.context, call.saltenv, path, &text, &variables)?)?;
        } else {
            load(call, &self.source)?;
        }
        Ok(Done::ok("Debconf selections were set.", Map::new()))
    }
}

/// Gives the answers in a file.
pub(in crate::modules) fn load(call: &Call<'_>, source: &str) -> Result<(), Failure> {
    feed(call, &read(call, source)?)
}

fn read(call: &Call<'_>, source: &str) -> Result<String, Failure> {
    let missing =
        || Failure::new(format!("Unable to set debconf selections from file. {source} was not found"));
    let content = match source.strip_prefix("salt://") {
        Some(path) => call.context.files.read(call.saltenv, path)?.ok_or_else(missing)?.to_vec(),
        None => std::fs::read(source).map_err(|_| missing())?,
    };
    Ok(String::from_utf8_lossy(&content).into_owned())
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
