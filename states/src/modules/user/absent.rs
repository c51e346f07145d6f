//! `user.absent`: a user is not there.

use common::value::{Map, Value};
use serde::Deserialize;

use super::accounts::Accounts;
use super::tools;
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction};

/// A user that shall not exist.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    #[serde(default)]
    purge: Flag,
    #[serde(default)]
    force: Flag,
    #[serde(default)]
    local: Flag,
}

impl StateFunction for Absent {
    const NAME: &'static str = "user.absent";
    const DOC: &'static str = "Ensure that a user does not exist.

name: the user
purge: remove its home and mail as well (False)
force: remove it even while it is logged in (False)
local: use luserdel, which changes local accounts only (False)";

    /// The names of the user's groups.
    type Plan = Vec<String>;

    fn check(&self, call: &Call<'_>) -> Result<Check<Self::Plan>, Failure> {
        let accounts = Accounts::read(call.context);
        let Some(user) = accounts.user(&self.name) else {
            return Ok(Check::clean(format!("User {} is not present", self.name)));
        };
        let comment = format!("User {} set for removal", self.name);
        Ok(Check::differs(accounts.groups_of(&user), comment, Map::new()))
    }

    fn converge(&self, call: &Call<'_>, before: Self::Plan) -> Result<Done, Failure> {
        let mut words = vec![if self.local.0 { "luserdel" } else { "userdel" }];
        if self.purge.0 {
            words.push("-r");
        }
        if self.force.0 && !self.local.0 {
            words.push("-f");
        }
        words.push(&self.name);
        let output = tools::run(call.context, &words)?;
        // Debian's userdel fails with 12 when there was no mailbox to remove; the user is gone all the same.
        let only_mail = output.status == 12
            && ["var/mail", "var/spool/mail"].iter().any(|path| output.stderr_text().contains(path));
        if output.status != 0 && !only_mail {
            return Err(Failure::new(tools::because(
                format!("Failed to remove user {}", self.name),
                &output,
            )));
        }
        let after = Accounts::read(call.context);
        let gone = before.iter().filter(|group| after.group(group).is_none());
        let mut changes: Map =
            gone.map(|group| (format!("{group} group").into(), "removed".into())).collect();
        changes.insert(Value::from(self.name.0.as_str()), "removed".into());
        Ok(Done::ok(format!("Removed user {}", self.name), changes))
    }
}
