//! `service.running` and `service.dead`: a service runs, or does not.

use std::thread::sleep;
use std::time::Duration;

use common::value::{Map, Value, get};
use serde::{Deserialize, Deserializer};

use super::enabling::{Turn, turn};
use super::manager::{self, Action, Extras, Manager, process_with};
use super::watch;
use crate::modules::arguments::{Flag, Text, unless_empty};
use crate::modules::{Call, Check, Done, Failure, StateFunction, Watch, change};

/// The longest `init_delay` that is waited for, in seconds.
const LONGEST_DELAY: f64 = 600.0;

/// A service that shall run.
#[derive(Deserialize)]
pub(super) struct Running {
    name: Text,
    #[serde(default, deserialize_with = "truth")]
    enable: Option<bool>,
    #[serde(default, deserialize_with = "unless_empty")]
    sig: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    init_delay: Option<f64>,
    #[serde(default)]
    no_block: Flag,
    #[serde(default)]
    unmask: Flag,
    #[serde(default)]
    unmask_runtime: Flag,
    #[serde(default)]
    reload: Flag,
    #[serde(default)]
    full_restart: Flag,
    #[serde(default)]
    force: Flag,
}

/// A service that shall not run.
#[derive(Deserialize)]
pub(super) struct Dead {
    name: Text,
    #[serde(default, deserialize_with = "truth")]
    enable: Option<bool>,
    #[serde(default, deserialize_with = "unless_empty")]
    sig: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    init_delay: Option<f64>,
    #[serde(default)]
    no_block: Flag,
}

/// A switch that may be given as text, where `'false'` is false; other values than booleans switch nothing.
fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => Some(matches!(text.to_lowercase().as_str(), "true" | "yes" | "on" | "1")),
        _ => None,
    })
}

/// What a run has to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Only whether it starts at boot.
    Boot(bool),
    /// Start or stop it (and then see to its start at boot).
    Toggle {
        /// Whether it started at boot before.
        enabled: bool,
    },
}

/// What both functions have in common.
struct Goal<'a> {
    name: &'a str,
    run: bool,
    enable: Option<bool>,
    signature: Option<&'a str>,
    delay: Option<f64>,
    extras: Extras,
}

impl StateFunction for Running {
    const NAME: &'static str = "service.running";
    const DOC: &'static str = "Ensure that a service runs. On a change of what it watches it is restarted.

name: the service
enable: whether it starts at boot
sig: a text of its command line, by which to see that it runs
init_delay: seconds to wait after its start
reload, force: reload (by force) instead of a restart (False)
full_restart: restart fully (False)
no_block, unmask, unmask_runtime: options of systemd (False)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        self.goal().check(call)
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        self.goal().converge(call, &plan)
    }
}

impl Running {
    fn goal(&self) -> Goal<'_> {
        Goal {
            name: &self.name,
            run: true,
            enable: self.enable,
            signature: self.sig.as_deref(),
            delay: self.init_delay,
            extras: self.extras(),
        }
    }

    fn extras(&self) -> Extras {
        Extras { no_block: self.no_block.0, unmask: self.unmask.0, unmask_runtime: self.unmask_runtime.0 }
    }
}

impl Watch for Running {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let action = if self.reload.0 && self.force.0 {
            (Action::ForceReload, "forcefully reload")
        } else if self.reload.0 {
            (Action::Reload, "reload")
        } else {
            // No manager here has a fuller restart than its restart.
            let _ = self.full_restart;
            (Action::Restart, "restart")
        };
        watch::running(call, &self.name, self.sig.as_deref(), action, self.extras(), self.init_delay)
    }
}

impl StateFunction for Dead {
    const NAME: &'static str = "service.dead";
    const DOC: &'static str =
        "Ensure that a service does not run. On a change of what it watches it is stopped.

name: the service
enable: whether it starts at boot
sig: a text of its command line, by which to see that it runs
init_delay: seconds to wait after its end
no_block: do not wait for systemd (False)";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        self.goal().check(call)
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        self.goal().converge(call, &plan)
    }
}

impl Dead {
    fn goal(&self) -> Goal<'_> {
        Goal {
            name: &self.name,
            run: false,
            enable: self.enable,
            signature: self.sig.as_deref(),
            delay: self.init_delay,
            extras: Extras { no_block: self.no_block.0, ..Extras::default() },
        }
    }
}

impl Watch for Dead {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        watch::dead(call, &self.name, self.sig.as_deref(), self.init_delay)
    }
}

impl Goal<'_> {
    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let name = self.name;
        if get(call.extra, "enabled").is_some() {
            return Err(Failure::new(format!(
                "Service {name} uses non-existent option \"enabled\".  Perhaps \"enable\" option was intended?"
            )));
        }
        let Some(manager) = manager::of(call.context)? else {
            return Ok(Check::clean("Running in OFFLINE mode. Nothing to do"));
        };
        let manager = manager.as_ref();
        if !manager.available(name)? {
            let comment = format!("The named service {name} is not available");
            return match (call.context.test, self.run) {
                (true, run) => Ok(Check::differs(
                    Plan::Boot(false),
                    format!(
                        "Service {name} not present; if created in this state run, it would have been {}",
                        if run { "started" } else { "stopped" }
                    ),
                    Map::new(),
                )),
                (false, true) => Err(Failure::new(comment)),
                (false, false) => Ok(Check::clean(comment)),
            };
        }
        self.warn(call, manager);
        let enabled = manager.enabled(name)?;
        if is_running(call, manager, name, self.signature)? != self.run {
            let to = if self.run { "start" } else { "be killed" };
            return Ok(Check::differs(
                Plan::Toggle { enabled },
                format!("Service {name} is set to {to}"),
                Map::new(),
            ));
        }
        if let Some(enable) = self.enable.filter(|enable| *enable != enabled) {
            let comment = format!("Service {name} set to be {}", if enable { "enabled" } else { "disabled" });
            return Ok(Check::differs(Plan::Boot(enable), comment, Map::new()));
        }
        let state = if self.run { "running" } else { "dead" };
        Ok(Check::clean(format!("The service {name} is already {state}")))
    }

    fn converge(&self, call: &Call<'_>, plan: &Plan) -> Result<Done, Failure> {
        let name = self.name;
        let Some(manager) = manager::of(call.context)? else {
            return Ok(Done::ok("Running in OFFLINE mode. Nothing to do", Map::new()));
        };
        let manager = manager.as_ref();
        let enabled = match plan {
            Plan::Boot(enable) => return turn(manager, name, *enable, Turn::Desired, self.extras),
            Plan::Toggle { enabled } => *enabled,
        };
        let (action, failed) = if self.run { (Action::Start, "start") } else { (Action::Stop, "die") };
        let failed = format!("Service {name} failed to {failed}");
        if !manager.act(action, name, self.extras)? {
            return self.boot_after_failure(manager, failed);
        }
        wait(self.delay);
        let signature = self.signature.filter(|_| self.run);
        let after = is_running(call, manager, name, signature)?;
        let mut done = Done::ok(String::new(), Map::new());
        if after == self.run {
            // Salt's value is whether it runs now.
            done.changes = change(name, after);
            done.comment = if self.run {
                format!("Started service {name}")
            } else {
                format!("Service {name} was killed")
            };
        } else {
            done.comment = failed;
            done.result = Some(false);
        }
        if let Some(enable) = self.enable {
            let as_is = if after { Turn::Running } else { Turn::Dead };
            let turned = turn(manager, name, enable, as_is, self.extras)?;
            let worked = turned.result == Some(true) && after == self.run;
            done.result = Some(worked);
            done.comment = turned.comment;
            if enable != enabled {
                done.changes = turned.changes;
            }
        }
        if let Some(delay) = self.delay.filter(|_| self.run) {
            done.comment = format!("{}\nDelayed return for {} seconds", done.comment, Value::Float(delay));
        }
        Ok(done)
    }

    /// The service would not start or stop; its start at boot is seen to all the same.
    fn boot_after_failure(&self, manager: &dyn Manager, failed: String) -> Result<Done, Failure> {
        let Some(enable) = self.enable else { return Err(Failure::new(failed)) };
        let as_is = if self.run { Turn::Dead } else { Turn::Running };
        let turned = turn(manager, self.name, enable, as_is, self.extras)?;
        Ok(Done { result: Some(false), ..turned })
    }

    /// Names the options that only systemd has.
    fn warn(&self, call: &Call<'_>, manager: &dyn Manager) {
        let Extras { no_block, unmask, unmask_runtime } = self.extras;
        let given = [(no_block, "no_block"), (unmask, "unmask"), (unmask_runtime, "unmask_runtime")];
        for (_, option) in given.iter().filter(|(given, _)| *given && !manager.has_extras()) {
            let warning = format!("The '{option}' argument is not supported by this platform");
            call.warnings.borrow_mut().push(warning);
        }
    }
}

/// Whether the service runs: by its signature where it has one, else as its manager says.
pub(super) fn is_running(
    call: &Call<'_>,
    manager: &dyn Manager,
    name: &str,
    signature: Option<&str>,
) -> Result<bool, Failure> {
    match signature {
        Some(signature) => Ok(process_with(call.context, signature)),
        None => manager.running(name),
    }
}

/// Gives a service the time it needs after a start or stop.
pub(super) fn wait(seconds: Option<f64>) {
    if let Some(seconds) = seconds.filter(|seconds| *seconds > 0.0) {
        sleep(Duration::from_secs_f64(seconds.min(LONGEST_DELAY)));
    }
}
