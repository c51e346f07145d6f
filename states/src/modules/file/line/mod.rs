//! `file.line`: one line of a file, put in, replaced or taken out.

mod edited;
#[cfg(test)]
mod tests;

use std::path::Path;

use common::value::{Map, Value, map};
use serde::Deserialize;

use super::super::arguments::{Flag, Text, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::edit::{self, Edit};
use super::managed::{self, Managed};
use super::{diff, lines, paths};
use edited::{Location, Mode, Wish};

/// The arguments of `file.line`.
#[derive(Deserialize)]
pub(super) struct Line {
    name: Text,
    #[serde(default)]
    content: Option<Text>,
    #[serde(default, rename = "match", deserialize_with = "unless_empty")]
    pattern: Option<Text>,
    #[serde(default)]
    mode: Option<Text>,
    #[serde(default)]
    location: Option<Text>,
    #[serde(default)]
    before: Option<Text>,
    #[serde(default)]
    after: Option<Text>,
    #[serde(default = "yes")]
    show_changes: Flag,
    #[serde(default)]
    backup: Flag,
    #[serde(default)]
    quiet: Flag,
    #[serde(default = "yes")]
    indent: Flag,
    #[serde(default)]
    create: Flag,
    #[serde(default)]
    user: Value,
    #[serde(default)]
    group: Value,
    #[serde(default)]
    file_mode: Value,
}

/// What is to be done: first to the file as a whole, then to its lines.
pub(super) struct Plan {
    file: Option<managed::Plan>,
    lines: Result<Option<Edit>, Failure>,
}

impl StateFunction for Line {
    const NAME: &'static str = "file.line";
    const DOC: &'static str = "One line of a file, put in, replaced or taken out.\n\n\
        mode (ensure, insert, replace or delete), content, match, before and after (regular expressions or parts of a \
        line), location (start or end), indent, create, user, group, file_mode, backup, quiet, show_changes";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let path = paths::target(&self.name, Self::NAME)?;
        let file = self.file(call)?;
        let is_new = !path.exists();
        if is_new && file.is_none() {
            return Err(Failure::new(format!("{}: file not found", path.display())));
        }
        let lines = self.lines(&path, is_new);
        if file.is_some() {
            return Ok(Check::differs(Plan { file, lines }, "", Map::new()));
        }
        Ok(match lines? {
            None => Check::clean(NOTHING),
            Some(edit) => {
                let changes = change("diff", edit.diff.clone());
                Check::differs(Plan { file, lines: Ok(Some(edit)) }, "Changes would be made", changes)
            }
        })
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        if let Some(file) = plan.file {
            // As in Salt, only the lines are reported. A file that could not be made is noticed when it is written.
            let _ = self.managed()?.converge(call, file);
        }
        let Some(edit) = plan.lines? else { return Ok(Done::ok(NOTHING, Map::new())) };
        edit.carry_out(call)?;
        Ok(Done::ok("Changes were made", change("diff", edit.diff)))
    }
}

const NOTHING: &str = "No changes needed to be made";

impl Line {
    /// The state that makes the file and sees to its owner and mode.
    fn managed(&self) -> Result<Managed, Failure> {
        let arguments = map([
            ("name", (&*self.name).into()),
            ("create", self.create.0.into()),
            ("user", self.user.clone()),
            ("group", self.group.clone()),
            ("mode", self.file_mode.clone()),
            ("replace", false.into()),
        ]);
        Ok(Managed::deserialize(Value::Map(arguments))?)
    }

    /// What is to be done to the file as a whole. As in Salt a dry run does not look at it, so that it misses a file that the
    /// run would make; and an owner that does not exist is passed over.
    fn file(&self, call: &Call<'_>) -> Result<Option<managed::Plan>, Failure> {
        let managed = self.managed()?;
        Ok(match managed.check(call) {
            Ok(Check::Differs { plan, .. }) if !call.context.test => Some(plan),
            _ => None,
        })
    }

    /// What is to be done to the lines, if anything.
    fn lines(&self, path: &Path, is_new: bool) -> Result<Option<Edit>, Failure> {
        let wish = self.wish()?;
        if !is_new && !path.is_file() {
            if self.quiet.0 {
                return Ok(None);
            }
            let real = path.canonicalize().unwrap_or_else(|_| path.into());
            return Err(raised(&format!("File \"{}\" does not exists or is not a file.", real.display())));
        }
        let wish = wish.map_err(|error| raised(&error))?;
        let old = if is_new { Vec::new() } else { edit::read_any(path)? };
        let old = String::from_utf8(old).map_err(|error| {
            raised(&format!("{} is not UTF-8 text: {}", path.display(), error.utf8_error()))
        })?;
        let new = wish.edited(&old).map_err(|error| raised(&error))?;
        let bytes = new.concat().into_bytes();
        if bytes == old.as_bytes() {
            return Ok(None);
        }
        let diff: Value = if self.show_changes.0 {
            let old: Vec<String> = lines::split_keeping(&old).into_iter().map(Into::into).collect();
            diff::bounded(diff::unified(&old, &new).concat()).into()
        } else {
            true.into()
        };
        let backup = self.backup.0.then(|| jiff::Zoned::now().strftime(".%Y-%m-%d-%H-%M-%S").to_string());
        Ok(Some(Edit { path: path.into(), bytes, diff, backup }))
    }

    /// What the arguments ask for. What is wrong with them is a failure where Salt's state looks at it, and a text where
    /// Salt's execution function does, which first looks for the file.
    fn wish(&self) -> Result<Result<Wish<'_>, String>, Failure> {
        let Some(mode) = &self.mode else {
            return Err(Failure::new("Mode was not defined. How to process the file?"));
        };
        let name = mode.to_lowercase();
        if name != "delete" && self.content.is_none() {
            return Err(Failure::new("Content can only be empty if mode is ['delete']"));
        }
        let mode = match name.as_str() {
            "ensure" => Mode::Ensure,
            "insert" => Mode::Insert,
            "replace" => Mode::Replace,
            "delete" => Mode::Delete,
            _ => return Ok(Err(format!("Unknown mode: \"{name}\""))),
        };
        let location = self.location.as_deref().map(|location| match location {
            "" => Location::Beside,
            "start" => Location::Start,
            "end" => Location::End,
            _ => Location::Nowhere,
        });
        let content = self.content.as_deref().unwrap_or_default();
        let free = self.before.is_none() && self.after.is_none();
        Ok(Ok(Wish {
            mode,
            content,
            pattern: self.pattern.as_deref().unwrap_or(if free { content } else { "" }),
            location,
            before: self.before.as_deref().unwrap_or_default(),
            after: self.after.as_deref().unwrap_or_default(),
            indent: self.indent.0,
        }))
    }
}

/// The failure of a state of whose function Salt says that it raised an exception.
fn raised(error: &str) -> Failure {
    Failure::new(format!("An exception occurred in this state: {error}"))
}

fn yes() -> Flag {
    Flag(true)
}
