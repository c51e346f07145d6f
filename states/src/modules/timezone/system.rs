//! `timezone.system`: the host's time zone.

use std::path::Path;

use common::value::Map;
use serde::Deserialize;

use super::super::arguments::{Flag, Text};
use super::super::{Call, Check, Done, Failure, StateFunction};
use super::clock::Clock;

/// The arguments of `timezone.system`.
#[derive(Deserialize)]
pub(super) struct System {
    name: Text,
    #[serde(default = "yes")]
    utc: Flag,
}

/// What to set.
pub(super) struct Plan {
    clock: Clock,
    zone: bool,
    utc: bool,
}

impl StateFunction for System {
    const NAME: &'static str = "timezone.system";
    const DOC: &'static str = "The host's time zone.\n\nutc (True): the hardware clock runs on UTC";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let root = call.context.config("timezone.root").map_or_else(|| "/".into(), |root| root.to_string());
        self.check_below(call, Path::new(&root))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let (mut changes, mut comments) = (Map::new(), Vec::new());
        if plan.zone {
            plan.clock.set_zone(call, &self.name)?;
            changes.insert("timezone".into(), (&*self.name).into());
            comments.push(format!("Set timezone {}", self.name));
        }
        if plan.utc {
            if let Err(failure) = plan.clock.set_utc(call) {
                return Err(Failure { changes, ..failure });
            }
            changes.insert("utc".into(), true.into());
            comments.push("Set UTC to True".into());
        }
        Ok(Done::ok(comments.join(", "), changes))
    }
}

impl System {
    fn check_below(&self, call: &Call<'_>, root: &Path) -> Result<Check<Plan>, Failure> {
        let name = &*self.name;
        let clock = Clock::find(call, root);
        let zone = !clock.is_in(name).map_err(|error| {
            Failure::new(format!("Unable to compare desired timezone '{name}' to system timezone: {error}"))
        })?;
        let utc = self.utc.0 && !clock.is_utc();
        if !zone && !utc {
            let mut comment = format!("Timezone {name} already set");
            if self.utc.0 {
                comment.push_str(&format!(", UTC already set to {name}"));
            }
            return Ok(Check::clean(comment));
        }
        let mut comments = Vec::new();
        if zone {
            comments.push(format!("Timezone {name} needs to be set"));
        }
        if utc {
            comments.push("UTC needs to be set to True".into());
        }
        Ok(Check::differs(Plan { clock, zone, utc }, comments.join(", "), Map::new()))
    }
}

fn yes() -> Flag {
    Flag(true)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use common::value::map;

    use super::super::super::file::testing::Host;
    use crate::testing::{Book, output};

    #[test]
    fn sets_the_zone_through_timedatectl() {
        let zone = Mutex::new(String::from("Etc/UTC"));
        let book = Book::new(move |line| {
            let mut zone = zone.lock().unwrap();
            if let Some(new) = line.strip_prefix("timedatectl set-timezone ") {
                *zone = new.into();
            }
            output(0, &format!("        Time zone: {zone} (UTC, +0000)\n  RTC in local TZ: no\n"))
        });
        let mut host = Host::with_processes(&[], Arc::new(book));
        host.configure("timezone.root", "");
        zoneinfo(&host);
        let (dry, real) = host.converge("timezone.system", "/x", "{name: America/Los_Angeles}");
        assert_eq!(dry.comment, "Timezone America/Los_Angeles needs to be set");
        assert_eq!(real.comment, "Set timezone America/Los_Angeles");
        assert_eq!(real.changes, map([("timezone", "America/Los_Angeles".into())]));
        let again = host.run("timezone.system", "/x", "{name: America/Los_Angeles}");
        assert_eq!(
            again.comment,
            "Timezone America/Los_Angeles already set, UTC already set to America/Los_Angeles"
        );
    }

    #[test]
    fn sets_the_zone_through_files() {
        let mut host = Host::with_processes(&[], Arc::new(Book::new(|_| output(1, ""))));
        host.configure("timezone.root", "");
        zoneinfo(&host);
        std::fs::create_dir(host.path("etc")).unwrap();
        host.write("etc/timezone", "Etc/UTC\n");
        host.converge("timezone.system", "/x", "{name: America/Los_Angeles}");
        assert_eq!(host.read("etc/timezone"), "America/Los_Angeles\n");
        assert!(host.path("etc/localtime").is_symlink());
        let refused = host.run("timezone.system", "/x", "{name: Mars/Base}");
        assert_eq!(
            refused.comment,
            "Unable to compare desired timezone 'Mars/Base' to system timezone: Can't find a local timezone \
             \"Mars/Base\""
        );
    }

    fn zoneinfo(host: &Host) {
        std::fs::create_dir_all(host.path("usr/share/zoneinfo/America")).unwrap();
        host.write("usr/share/zoneinfo/America/Los_Angeles", "TZif");
    }
}
