//! systemd. One question to `systemctl show` tells all there is to know of a unit.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::manager::{Action, Extras, Manager, names, run, starts};
use crate::context::Context;
use crate::modules::Failure;

/// The kinds of units.
const KINDS: [&str; 9] =
    ["service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer"];

/// Where units are, those of packages first.
const FOLDERS: [&str; 3] = ["/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"];

/// The states of a unit's file in which `systemctl is-enabled` says yes.
const ENABLED: [&str; 5] = ["enabled", "enabled-runtime", "static", "indirect", "alias"];

pub(super) struct Systemd<'a> {
    context: &'a Context,
    /// The unit asked for last: a state asks several questions of one unit. Forgotten when anything is done.
    seen: RefCell<Option<(String, Unit)>>,
}

/// What `systemctl show` tells of a unit.
#[derive(Clone, Debug, Default, PartialEq)]
struct Unit {
    load: String,
    active: String,
    file: String,
    /// The script a unit was made from.
    source: String,
    /// Whether its file changed since systemd read it.
    stale: bool,
}

impl Unit {
    fn parse(text: &str) -> Self {
        let mut unit = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match key {
                "LoadState" => unit.load = value.into(),
                "ActiveState" => unit.active = value.into(),
                "UnitFileState" => unit.file = value.into(),
                "SourcePath" => unit.source = value.into(),
                "NeedDaemonReload" => unit.stale = value == "yes",
                _ => {}
            }
        }
        unit
    }
}

impl<'a> Systemd<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, seen: RefCell::default() }
    }

    /// The unit as it is.
    fn unit(&self, name: &str) -> Result<Unit, Failure> {
        if let Some((_, unit)) = self.seen.borrow().as_ref().filter(|(seen, _)| seen == name) {
            return Ok(unit.clone());
        }
        let unit = self.ask(name)?;
        *self.seen.borrow_mut() = Some((name.into(), unit.clone()));
        Ok(unit)
    }

    /// Asks for the unit; systemd is told to read its files again first if it must.
    fn ask(&self, name: &str) -> Result<Unit, Failure> {
        let unit = self.show(name)?;
        let custom = self.context.run.host_path("/etc/systemd/system").join(unit_name(name));
        if !unit.stale && (unit.load != "not-found" || !custom.is_file()) {
            return Ok(unit);
        }
        let output = run(self.context, &["systemctl", "--system", "daemon-reload"])?;
        if output.status != 0 {
            let said = output.stderr_text();
            return Err(Failure::new(format!("Problem performing systemctl daemon-reload: {said}")));
        }
        self.show(name)
    }

    fn show(&self, name: &str) -> Result<Unit, Failure> {
        let properties = "LoadState,ActiveState,UnitFileState,SourcePath,NeedDaemonReload";
        let output = run(self.context, &["systemctl", "show", "-p", properties, "--", &unit_name(name)])?;
        let unit = Unit::parse(&output.stdout_text());
        if unit.load.is_empty() {
            let said = output.stderr_text();
            return Err(Failure::new(format!("Failed to get information on unit '{name}': {said}")));
        }
        Ok(unit)
    }

    /// Runs `systemctl` with a verb; what it says when it fails is the failure.
    fn systemctl(&self, verb: &[&str], name: &str, extras: Extras) -> Result<(), Failure> {
        self.seen.take();
        let unit = unit_name(name);
        let mut words = vec!["systemctl"];
        if extras.no_block {
            words.push("--no-block");
        }
        words.extend(verb);
        words.push(&unit);
        let output = run(self.context, &words)?;
        if output.status == 0 {
            return Ok(());
        }
        Err(Failure::new(match output.stderr_text() {
            said if said.is_empty() => format!("'{}' failed with status {}", words.join(" "), output.status),
            said => said,
        }))
    }

    fn unmask_first(&self, name: &str, extras: Extras) -> Result<(), Failure> {
        for (wanted, runtime) in [(extras.unmask, false), (extras.unmask_runtime, true)] {
            if wanted && self.masked(name, runtime) == Some(true) {
                self.mask(name, false, runtime)?;
            }
        }
        Ok(())
    }
}

impl Manager for Systemd<'_> {
    fn available(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.unit(name)?.load != "not-found")
    }

    fn running(&self, name: &str) -> Result<bool, Failure> {
        Ok(["active", "reloading", "refreshing"].contains(&self.unit(name)?.active.as_str()))
    }

    fn enabled(&self, name: &str) -> Result<bool, Failure> {
        let unit = self.unit(name)?;
        if unit.source.starts_with("/etc/init.d/") {
            let service = unit.source.trim_start_matches("/etc/init.d/");
            return Ok(["/etc/rcS.d", "/etc/rc5.d"].iter().any(|folder| {
                !names(&self.context.run.host_path(folder), |link, _| starts(link, service)).is_empty()
            }));
        }
        Ok(ENABLED.contains(&unit.file.as_str()) || unit.file == "generated")
    }

    fn act(&self, action: Action, name: &str, extras: Extras) -> Result<bool, Failure> {
        self.unmask_first(name, extras)?;
        match (action, self.systemctl(&[action.word()], name, extras)) {
            (_, Ok(())) => Ok(true),
            // Salt reports a failed stop without systemd's words.
            (Action::Stop, Err(_)) => Ok(false),
            (_, Err(failure)) => Err(failure),
        }
    }

    fn enable(&self, name: &str, enable: bool, extras: Extras) -> Result<bool, Failure> {
        if !enable {
            return Ok(self.systemctl(&["disable"], name, extras).is_ok());
        }
        self.unmask_first(name, extras)?;
        self.systemctl(&["enable"], name, extras).map(|()| true)
    }

    fn all(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for folder in FOLDERS {
            for file in names(&self.context.run.host_path(folder), |_, _| true) {
                match file.rsplit_once('.') {
                    Some((name, "service")) => all.insert(name.to_owned()),
                    Some((_, kind)) if KINDS.contains(&kind) => all.insert(file),
                    _ => false,
                };
            }
        }
        all.extend(names(&self.context.run.host_path("/etc/init.d"), |name, _| name != "README"));
        all.into_iter().collect()
    }

    fn masked(&self, name: &str, runtime: bool) -> Option<bool> {
        let folder = if runtime { "/run/systemd/system" } else { "/etc/systemd/system" };
        let link = self.context.run.host_path(folder).join(unit_name(name));
        Some(std::fs::read_link(link).is_ok_and(|target| target.as_os_str() == "/dev/null"))
    }

    fn mask(&self, name: &str, mask: bool, runtime: bool) -> Result<(), Failure> {
        let verb = if mask { "mask" } else { "unmask" };
        let words = if runtime { vec![verb, "--runtime"] } else { vec![verb] };
        self.systemctl(&words, name, Extras::default())
            .map_err(|_| Failure::new(format!("Failed to {verb} service '{name}'")))
    }

    fn has_extras(&self) -> bool {
        true
    }
}

/// A service may be named without its suffix.
fn unit_name(name: &str) -> String {
    let has_kind = name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind));
    if has_kind { name.into() } else { format!("{name}.service") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_units() {
        assert_eq!(unit_name("ssh"), "ssh.service");
        assert_eq!(unit_name("ssh.socket"), "ssh.socket");
        assert_eq!(unit_name("php7.4-fpm"), "php7.4-fpm.service");
    }

    #[test]
    fn what_show_tells() {
        let unit = Unit::parse(
            "LoadState=loaded\nActiveState=active\nUnitFileState=static\nSourcePath=\nNeedDaemonReload=no\n",
        );
        assert_eq!(
            unit,
            Unit { load: "loaded".into(), active: "active".into(), file: "static".into(), ..Unit::default() }
        );
    }
}
