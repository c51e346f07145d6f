//! What manages the services of this host.

use std::path::Path;

use common::value::get;

use super::openrc::OpenRc;
use super::systemd::Systemd;
use super::sysv::SystemV;
use super::upstart::Upstart;
use crate::context::Context;
use crate::modules::Failure;
use crate::process::{Command, Output};

/// What to do with a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Start,
    Stop,
    Restart,
    Reload,
    ForceReload,
}

impl Action {
    /// The word for it on every manager's command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Reload => "reload",
            Self::ForceReload => "force-reload",
        }
    }
}

/// What systemd alone can do on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    /// Do not wait for the job to end.
    pub(crate) no_block: bool,
    /// Unmask the unit first.
    pub(crate) unmask: bool,
    /// Remove a mask that lasts until the next boot first.
    pub(crate) unmask_runtime: bool,
}

/// A manager of services. Names are as states give them.
pub(crate) trait Manager {
    /// Whether there is such a service.
    fn available(&self, name: &str) -> Result<bool, Failure>;

    /// Whether it runs.
    fn running(&self, name: &str) -> Result<bool, Failure>;

    /// Whether it starts at boot.
    fn enabled(&self, name: &str) -> Result<bool, Failure>;

    /// Does something with it; whether that worked.
    fn act(&self, action: Action, name: &str, extras: Extras) -> Result<bool, Failure>;

    /// Has it start at boot, or not; whether that worked.
    fn enable(&self, name: &str, enable: bool, extras: Extras) -> Result<bool, Failure>;

    /// All services, sorted.
    fn all(&self) -> Vec<String>;

    /// Whether it is masked, so that nothing can start it; `None` where there is no such thing.
    fn masked(&self, name: &str, runtime: bool) -> Option<bool> {
        let _ = (name, runtime);
        None
    }

    /// Masks it, or removes the mask.
    fn mask(&self, name: &str, mask: bool, runtime: bool) -> Result<(), Failure> {
        let _ = (mask, runtime);
        Err(Failure::new(format!("Service masking not available on this minion (service {name})")))
    }

    /// Whether this manager knows [`Extras`].
    fn has_extras(&self) -> bool {
        false
    }
}

/// The manager of this host; `None` where systemd is installed and nothing runs as init, as while an image is built.
pub(crate) fn of(context: &Context) -> Result<Option<Box<dyn Manager + '_>>, Failure> {
    let exists = |path: &str| context.run.host_path(path).exists();
    let init = get(&context.grains, "init").map(ToString::to_string).unwrap_or_default();
    if exists("/run/systemd/system") {
        return Ok(Some(Box::new(Systemd::new(context))));
    }
    if exists("/run/openrc") && (exists("/sbin/rc-service") || exists("/usr/sbin/rc-service")) {
        return Ok(Some(Box::new(OpenRc { context })));
    }
    if init == "upstart" {
        return Ok(Some(Box::new(Upstart { context })));
    }
    let systemctl = exists("/bin/systemctl") || exists("/usr/bin/systemctl");
    if init != "sysvinit" && systemctl {
        return Ok(None);
    }
    if exists("/etc/init.d") {
        return Ok(Some(Box::new(SystemV { context })));
    }
    Err(Failure::new(format!(
        "no manager of services was found on this host (init is '{init}'): looked for systemd, OpenRC, upstart and /etc/init.d"
    )))
}

/// Runs a manager's program, with messages in English.
pub(super) fn run(context: &Context, words: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::direct(words.iter().copied());
    command.env = ["LANGUAGE", "LC_MESSAGES"].map(|name| (name.into(), Some("C".into()))).into();
    Ok(context.processes.run(&command)?)
}

/// Whether a process runs whose command line contains `signature`.
pub(crate) fn process_with(context: &Context, signature: &str) -> bool {
    let own = std::process::id().to_string();
    std::fs::read_dir(context.run.host_path("/proc"))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.bytes().all(|byte| byte.is_ascii_digit()) && name != own
        })
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|line| String::from_utf8_lossy(&line).replace('\0', " ").contains(signature))
}

/// The names in a folder that satisfy a condition, sorted.
pub(super) fn names(folder: &Path, wanted: impl Fn(&str, &Path) -> bool) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, path)| wanted(name, path))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
}

/// Whether a link of a System V runlevel that starts things (`S20name`) names the service.
pub(super) fn starts(link: &str, service: &str) -> bool {
    link.strip_prefix('S')
        .is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()) == service)
}
