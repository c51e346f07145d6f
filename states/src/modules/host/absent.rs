//! `host.absent`: these addresses don't have this name.

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::{Many, Text};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::hosts::Hosts;

/// The arguments of `host.absent`.
#[derive(Deserialize)]
pub(super) struct Absent {
    name: Text,
    ip: Many<Text>,
}

/// The new text of the file, and what to say once it is there.
pub(super) struct Plan {
    hosts: Hosts,
    comment: String,
}

impl StateFunction for Absent {
    const NAME: &'static str = "host.absent";
    const DOC: &'static str = "These addresses in /etc/hosts don't have this name.\n\nip (one or a list)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let mut hosts = super::read(call)?;
        let name = &*self.name;
        let (mut real, mut dry, mut differs) = (Vec::new(), Vec::new(), false);
        for ip in &self.ip.0 {
            if hosts.has(ip, name) {
                hosts.remove(ip, name);
                differs = true;
                real.push(format!("Removed host {name} ({ip})"));
                dry.push(format!("Host {name} ({ip}) needs to be removed"));
            } else {
                real.push(format!("Host {name} ({ip}) already absent"));
                dry.push(format!("Host {name} ({ip}) already absent"));
            }
        }
        if !differs {
            return Ok(Check::clean(real.join("\n")));
        }
        Ok(Check::differs(Plan { hosts, comment: real.join("\n") }, dry.join("\n"), Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        super::write(call, &plan.hosts)?;
        Ok(Done::ok(plan.comment, change("host", &*self.name)))
    }
}
