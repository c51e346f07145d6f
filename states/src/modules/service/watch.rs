//! What a service does when something it watches changed.

use common::value::Map;

use super::manager::{self, Action, Extras};
use super::running::{is_running, wait};
use crate::modules::{Call, Done, Failure, change};

/// A running service is restarted or reloaded (`action` and its verb), one that does not run is started.
pub(super) fn running(
    call: &Call<'_>,
    name: &str,
    signature: Option<&str>,
    action: (Action, &str),
    extras: Extras,
    delay: Option<f64>,
) -> Result<Done, Failure> {
    let Some(manager) = manager::of(call.context)? else { return Ok(offline()) };
    let runs = is_running(call, manager.as_ref(), name, signature)?;
    let (action, verb) = if runs { action } else { (Action::Start, "start") };
    if call.context.test {
        return Ok(set_to(&format!("{verb}ed")));
    }
    if action == Action::Start {
        // What is left of a half-dead service goes first.
        manager.act(Action::Stop, name, Extras::default())?;
    }
    let worked = manager.act(action, name, extras)?;
    wait(delay);
    Ok(told(name, worked, verb, &format!("{verb}ed")))
}

/// A running service is stopped.
pub(super) fn dead(
    call: &Call<'_>,
    name: &str,
    signature: Option<&str>,
    delay: Option<f64>,
) -> Result<Done, Failure> {
    let Some(manager) = manager::of(call.context)? else { return Ok(offline()) };
    if !is_running(call, manager.as_ref(), name, signature)? {
        return Ok(Done::ok("Service is already stopped", Map::new()));
    }
    if call.context.test {
        return Ok(set_to("stopped"));
    }
    let worked = manager.act(Action::Stop, name, Extras::default())?;
    wait(delay);
    Ok(told(name, worked, "stop", "stopped"))
}

fn offline() -> Done {
    Done::ok("Running in OFFLINE mode. Nothing to do", Map::new())
}

fn set_to(participle: &str) -> Done {
    Done { result: None, comment: format!("Service is set to be {participle}"), changes: Map::new() }
}

fn told(name: &str, worked: bool, verb: &str, participle: &str) -> Done {
    let comment =
        if worked { format!("Service {participle}") } else { format!("Failed to {verb} the service") };
    Done { result: Some(worked), comment, changes: change(name, worked) }
}
