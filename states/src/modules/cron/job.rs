//! `cron.present` and `cron.absent`: one job of a user's table.

use common::value::Value;
use serde::Deserialize;

use super::super::arguments::Text;
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::crontab;
use super::table::{Job, Outcome, Schedule, Table};
use common::value::Map;

/// The arguments of `cron.present`.
#[derive(Deserialize)]
pub(super) struct Present {
    name: Text,
    #[serde(default = "root")]
    user: Text,
    #[serde(default)]
    minute: Option<Text>,
    #[serde(default)]
    hour: Option<Text>,
    #[serde(default)]
    daymonth: Option<Text>,
    #[serde(default)]
    month: Option<Text>,
    #[serde(default)]
    dayweek: Option<Text>,
    #[serde(default)]
    comment: Option<Text>,
    #[serde(default)]
    commented: Value,
    #[serde(default = "not_given")]
    identifier: Value,
    #[serde(default)]
    special: Option<Text>,
}

/// The arguments of `cron.absent`.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    #[serde(default = "root")]
    user: Text,
    #[serde(default = "not_given")]
    identifier: Value,
    #[serde(default)]
    special: Option<Text>,
}

/// The new table, and what to say once it is in place.
pub(super) struct Plan {
    pub(super) table: Table,
    pub(super) comment: String,
    pub(super) changes: Map,
}

impl StateFunction for Present {
    const NAME: &'static str = "cron.present";
    const DOC: &'static str = "A job in a user's cron table.\n\n\
        user (root), minute, hour, daymonth, month, dayweek (each *, a number, random, or 1:30 for a random one of \
        these), special (@daily), comment, commented, identifier (the command)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = self.name.trim();
        let mut table = crontab::read(call, &self.user)?;
        let outcome = table.set_job(Job {
            schedule: self.schedule(),
            command: name.into(),
            identifier: identifier(&self.identifier, name),
            comment: self.comment.as_ref().map(ToString::to_string),
            commented: self.commented == Value::Bool(true),
        });
        let changes = change(&self.user, name);
        Ok(match outcome {
            Outcome::Present => Check::clean(format!("Cron {name} already present")),
            Outcome::New => {
                let comment = format!("Cron {name} added to {}'s crontab", self.user);
                Check::differs(
                    Plan { table, comment, changes },
                    format!("Cron {name} is set to be added"),
                    Map::new(),
                )
            }
            Outcome::Updated => {
                let comment = format!("Cron {name} updated");
                Check::differs(
                    Plan { table, comment, changes },
                    format!("Cron {name} is set to be updated"),
                    Map::new(),
                )
            }
        })
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(call, &format!("Cron {}", self.name.trim()), &self.user)
    }
}

impl Present {
    fn schedule(&self) -> Schedule {
        if let Some(special) = &self.special {
            return Schedule::Special(special.to_string());
        }
        let times = [&self.minute, &self.hour, &self.daymonth, &self.month, &self.dayweek];
        Schedule::Times(
            times.map(|time| time.as_ref().map_or_else(|| "*".into(), |time| time.to_lowercase())),
        )
    }
}

impl StateFunction for Absent {
    const NAME: &'static str = "cron.absent";
    const DOC: &'static str =
        "No such job in a user's cron table.\n\nuser (root), identifier (the command), special";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = self.name.trim();
        let mut table = crontab::read(call, &self.user)?;
        let identifier = identifier(&self.identifier, name);
        if !table.remove_job(name, identifier.as_deref(), self.special.is_some()) {
            let already = if call.context.test { "is absent" } else { "already absent" };
            return Ok(Check::clean(format!("Cron {name} {already}")));
        }
        let comment = format!("Cron {name} removed from {}'s crontab", self.user);
        let plan = Plan { table, comment, changes: change(&self.user, name) };
        Ok(Check::differs(plan, format!("Cron {name} is set to be removed"), Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(call, &format!("Cron {}", self.name.trim()), &self.user)
    }
}

impl Plan {
    pub(super) fn carry_out(self, call: &Call<'_>, what: &str, user: &str) -> Result<Done, Failure> {
        crontab::write(call, user, &self.table).map_err(|error| {
            Failure::new(format!("{what} for user {user} failed to commit with error \n{error}"))
        })?;
        Ok(Done::ok(self.comment, self.changes))
    }
}

/// `identifier`: the command where it is not given, none where it is given as nothing.
fn identifier(given: &Value, command: &str) -> Option<String> {
    match given {
        Value::Bool(false) => Some(command.into()),
        value if value.is_true() => Some(value.to_string()),
        _ => None,
    }
}

pub(super) fn root() -> Text {
    Text("root".into())
}

fn not_given() -> Value {
    Value::Bool(false)
}
