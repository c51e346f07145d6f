//! `service.enabled` and `service.disabled`: a service starts at boot, or does not.

use common::value::Map;
use serde::Deserialize;

use super::manager::{self, Extras, Manager};
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction, change};

/// What a service is like while its start at boot is turned on or off; Salt's comments tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It was as desired from the start.
    Desired,
    Running,
    Dead,
}

/// Has a service start at boot or not.
pub(super) fn turn(
    manager: &dyn Manager,
    name: &str,
    enable: bool,
    state: Turn,
    extras: Extras,
) -> Result<Done, Failure> {
    let participle = if enable { "enabled" } else { "disabled" };
    let and = match state {
        Turn::Desired => "is in the desired state",
        Turn::Running => "is running",
        Turn::Dead => "is dead",
    };
    if manager.enabled(name)? == enable {
        return Ok(Done::ok(format!("Service {name} is already {participle}, and {and}"), Map::new()));
    }
    let turned = manager.enable(name, enable, extras);
    if matches!(turned, Ok(true)) {
        let took = manager.enabled(name)? == enable;
        let changes = if took { change(name, true) } else { Map::new() };
        return Ok(Done::ok(format!("Service {name} has been {participle}, and {and}"), changes));
    }
    let start = if enable { "start" } else { "not start" };
    let mut comment = format!(
        "Failed when setting service {name} to {start} at boot, {}",
        match (state, enable) {
            (Turn::Desired, _) => "but the service was already running",
            (Turn::Running, true) => "but the service is running",
            (Turn::Running, false) => "and is running",
            (Turn::Dead, _) => "and the service is dead",
        }
    );
    if let Err(failure) = turned {
        comment.push_str(&format!(". Additional information follows:\n\n{}", failure.comment));
    }
    Ok(Done::failed(comment, Map::new()))
}

/// A service that shall start at boot.
#[derive(Deserialize)]
pub(super) struct Enabled {
    name: Text,
    #[serde(default)]
    no_block: Flag,
    #[serde(default)]
    unmask: Flag,
    #[serde(default)]
    unmask_runtime: Flag,
}

/// A service that shall not start at boot.
#[derive(Deserialize)]
pub(super) struct Disabled {
    name: Text,
    #[serde(default)]
    no_block: Flag,
}

impl StateFunction for Enabled {
    const NAME: &'static str = "service.enabled";
    const DOC: &'static str = "Ensure that a service starts at boot.

name: the service
no_block, unmask, unmask_runtime: options of systemd (False)";
    const SWALLOWS: bool = true;

    type Plan = Extras;

    fn check(&self, call: &Call<'_>) -> Result<Check<Extras>, Failure> {
        let extras = Extras {
            no_block: self.no_block.0,
            unmask: self.unmask.0,
            unmask_runtime: self.unmask_runtime.0,
        };
        check(call, &self.name, true, extras)
    }

    fn converge(&self, call: &Call<'_>, extras: Extras) -> Result<Done, Failure> {
        converge(call, &self.name, true, extras)
    }
}

impl StateFunction for Disabled {
    const NAME: &'static str = "service.disabled";
    const DOC: &'static str = "Ensure that a service does not start at boot.

name: the service
no_block: do not wait for systemd (False)";
    const SWALLOWS: bool = true;

    type Plan = Extras;

    fn check(&self, call: &Call<'_>) -> Result<Check<Extras>, Failure> {
        check(call, &self.name, false, Extras { no_block: self.no_block.0, ..Extras::default() })
    }

    fn converge(&self, call: &Call<'_>, extras: Extras) -> Result<Done, Failure> {
        converge(call, &self.name, false, extras)
    }
}

fn check(call: &Call<'_>, name: &str, enable: bool, extras: Extras) -> Result<Check<Extras>, Failure> {
    let Some(manager) = manager::of(call.context)? else {
        return Ok(Check::clean("Running in OFFLINE mode. Nothing to do"));
    };
    let participle = if enable { "enabled" } else { "disabled" };
    if !manager.available(name)? {
        let comment = format!("The named service {name} is not available");
        return match (enable, call.context.test) {
            (false, _) => Ok(Check::clean(comment)),
            (true, false) => Err(Failure::new(comment)),
            (true, true) => Ok(Check::differs(
                extras,
                format!(
                    "Service {name} not present; if created in this state run, it would have been enabled"
                ),
                Map::new(),
            )),
        };
    }
    if manager.enabled(name)? == enable {
        return Ok(Check::clean(format!(
            "Service {name} is already {participle}, and is in the desired state"
        )));
    }
    Ok(Check::differs(extras, format!("Service {name} set to be {participle}"), Map::new()))
}

fn converge(call: &Call<'_>, name: &str, enable: bool, extras: Extras) -> Result<Done, Failure> {
    match manager::of(call.context)? {
        Some(manager) => turn(manager.as_ref(), name, enable, Turn::Desired, extras),
        None => Ok(Done::ok("Running in OFFLINE mode. Nothing to do", Map::new())),
    }
}
