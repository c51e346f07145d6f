//! `service.masked` and `service.unmasked`: nothing can start a service, or something can.

use common::value::{Map, map};
use serde::Deserialize;

use super::manager;
use crate::modules::arguments::{Flag, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction, change};

/// A service that nothing shall be able to start.
#[derive(Deserialize)]
pub(super) struct Masked {
    name: Text,
    #[serde(default)]
    runtime: Flag,
}

/// A service without a mask.
#[derive(Deserialize)]
pub(super) struct Unmasked {
    name: Text,
    #[serde(default)]
    runtime: Flag,
}

impl StateFunction for Masked {
    const NAME: &'static str = "service.masked";
    const DOC: &'static str = "Ensure that nothing can start a service (systemd).

name: the service
runtime: only until the next boot (False)";

    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        check(call, &self.name, true, self.runtime.0)
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        converge(call, &self.name, true, self.runtime.0)
    }
}

impl StateFunction for Unmasked {
    const NAME: &'static str = "service.unmasked";
    const DOC: &'static str = "Ensure that a service has no mask (systemd).

name: the service
runtime: the mask that lasts until the next boot (False)";

    type Plan = ();

    fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        check(call, &self.name, false, self.runtime.0)
    }

    fn converge(&self, call: &Call<'_>, (): ()) -> Result<Done, Failure> {
        converge(call, &self.name, false, self.runtime.0)
    }
}

const UNAVAILABLE: &str = "Service masking not available on this minion";

fn participle(mask: bool, runtime: bool) -> &'static str {
    match (mask, runtime) {
        (true, false) => "masked",
        (true, true) => "runtime masked",
        (false, false) => "unmasked",
        (false, true) => "runtime unmasked",
    }
}

fn changes(mask: bool, runtime: bool) -> Map {
    change(participle(true, runtime), map([("old", (!mask).into()), ("new", mask.into())]))
}

fn check(call: &Call<'_>, name: &str, mask: bool, runtime: bool) -> Result<Check<()>, Failure> {
    let manager = manager::of(call.context)?;
    let masked = manager.as_ref().and_then(|manager| manager.masked(name, runtime));
    let masked = masked.ok_or_else(|| Failure::new(UNAVAILABLE))?;
    let participle = participle(mask, runtime);
    if masked == mask {
        let is = if mask { "is" } else { "was" };
        return Ok(Check::clean(format!("Service {name} {is} already {participle}")));
    }
    Ok(Check::differs((), format!("Service {name} would be {participle}"), changes(mask, runtime)))
}

fn converge(call: &Call<'_>, name: &str, mask: bool, runtime: bool) -> Result<Done, Failure> {
    let manager = manager::of(call.context)?.ok_or_else(|| Failure::new(UNAVAILABLE))?;
    manager.mask(name, mask, runtime)?;
    if manager.masked(name, runtime) == Some(mask) {
        let comment = format!("Service {name} was {}", participle(mask, runtime));
        return Ok(Done::ok(comment, changes(mask, runtime)));
    }
    let verb = if mask { "mask" } else { "unmask" };
    Err(Failure::new(format!("Failed to {verb} service {name}")))
}
