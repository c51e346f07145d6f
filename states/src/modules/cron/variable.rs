//! `cron.env_present` and `cron.env_absent`: one variable of a user's table.

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::Text;
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::crontab;
use super::job::{Plan, root};
use super::table::Outcome;

/// The arguments of `cron.env_present`.
#[derive(Deserialize)]
pub(super) struct Present {
    name: Text,
    #[serde(default)]
    value: Option<Text>,
    #[serde(default = "root")]
    user: Text,
}

/// The arguments of `cron.env_absent`.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    #[serde(default = "root")]
    user: Text,
}

impl StateFunction for Present {
    const NAME: &'static str = "cron.env_present";
    const DOC: &'static str = "A variable in a user's cron table.\n\nvalue, user (root)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = &*self.name;
        let mut table = crontab::read(call, &self.user)?;
        let outcome = table.set_variable(name, self.value.as_deref().unwrap_or_default());
        let changes = change(&self.user, name);
        Ok(match outcome {
            Outcome::Present => Check::clean(format!("Cron env {name} already present")),
            Outcome::New => {
                let comment = format!("Cron env {name} added to {}'s crontab", self.user);
                let dry = format!("Cron env {name} is set to be added");
                Check::differs(Plan { table, comment, changes }, dry, Map::new())
            }
            Outcome::Updated => {
                let comment = format!("Cron env {name} updated");
                let dry = format!("Cron env {name} is set to be updated");
                Check::differs(Plan { table, comment, changes }, dry, Map::new())
            }
        })
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(call, &format!("Cron env {}", self.name), &self.user)
    }
}

impl StateFunction for Absent {
    const NAME: &'static str = "cron.env_absent";
    const DOC: &'static str = "No such variable in a user's cron table.\n\nuser (root)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = self.name.trim();
        let mut table = crontab::read(call, &self.user)?;
        if !table.remove_variable(name) {
            let already = if call.context.test { "is absent" } else { "already absent" };
            return Ok(Check::clean(format!("Cron env {name} {already}")));
        }
        let comment = format!("Cron env {name} removed from {}'s crontab", self.user);
        let plan = Plan { table, comment, changes: change(&self.user, name) };
        Ok(Check::differs(plan, format!("Cron env {name} is set to be removed"), Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        plan.carry_out(call, &format!("Cron env {}", self.name.trim()), &self.user)
    }
}
