//! `sysctl.present`: a kernel parameter, live and in its file.

use std::io;
use std::path::{Path, PathBuf};

use common::value::{Map, Value};
use serde::Deserialize;

use super::super::arguments::Text;
use super::super::file::{atomic, paths};
use super::super::{Call, Check, Done, Failure, StateFunction, change};
use super::settings;
use crate::process::Command;

/// The arguments of `sysctl.present`.
#[derive(Deserialize)]
pub(super) struct Present {
    name: Text,
    value: Value,
    #[serde(default)]
    config: Option<Text>,
}

/// What to set.
pub(super) struct Plan {
    config: PathBuf,
    /// The new text of the file, where it changes.
    text: Option<String>,
}

impl StateFunction for Present {
    const NAME: &'static str = "sysctl.present";
    const DOC: &'static str = "A kernel parameter, live and after a restart.\n\n\
        value, config (/etc/sysctl.d/99-salt.conf under systemd, else /etc/sysctl.conf)";

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        let (name, value) = (&*self.name, self.value.to_string());
        let config = self.config.as_deref().map_or_else(default_config, PathBuf::from);
        let text = match std::fs::read_to_string(&config) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => settings::HEAD.into(),
            Err(error) => {
                return Err(Failure::new(format!(
                    "Failed to set {name} to {value}: Could not read from file: {}: {error}",
                    config.display()
                )));
            }
        };
        let live = self.live(call)?;
        let configured = settings::value(&text, name);
        let in_file = configured.is_some_and(|configured| settings::same(configured, &value));
        let is_live = settings::same(&live, &value);
        if in_file && is_live {
            return Ok(Check::clean(format!("Sysctl value {name} = {value} is already set")));
        }
        let comment = match (live.is_empty(), configured.is_some()) {
            (false, false) if is_live => format!(
                "Sysctl value is currently set on the running system but not in a config file. Sysctl option {name} \
                 set to be changed to {value} in config file."
            ),
            (false, false) => format!("Sysctl option {name} set to be changed to {value}"),
            (true, true) => format!(
                "Sysctl value {name} is present in configuration file but is not present in the running config. The \
                 value {name} is set to be changed to {value}"
            ),
            _ => format!("Sysctl option {name} would be changed to {value}"),
        };
        let text = (!in_file).then(|| settings::with(&text, name, &value));
        Ok(Check::differs(Plan { config, text }, comment, Map::new()))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let value = self.value.to_string();
        if let Some(text) = &plan.text {
            let written = match plan.config.parent().filter(|directory| !directory.exists()) {
                Some(directory) => std::fs::create_dir_all(directory),
                None => Ok(()),
            };
            written
                .and_then(|()| atomic::rewrite(&plan.config, text.as_bytes()))
                .map_err(|error| paths::failure("Could not write to file", &plan.config, &error))?;
        }
        self.assign(call, &value)
            .map_err(|error| Failure::new(format!("Failed to set {} to {value}: {error}", self.name)))?;
        let comment = format!("Updated sysctl value {} = {value}", self.name);
        Ok(Done::ok(comment, change(&self.name, self.value.clone())))
    }
}

impl Present {
    /// The value the kernel has now; nothing where it has no such parameter.
    fn live(&self, call: &Call<'_>) -> Result<String, Failure> {
        let output = call.context.processes.run(&Command::direct(["sysctl", "-n", &self.name]))?;
        Ok(if output.status == 0 { output.stdout_text() } else { String::new() })
    }

    fn assign(&self, call: &Call<'_>, value: &str) -> Result<(), String> {
        let command = Command::direct(["sysctl".into(), "-w".into(), format!("{}={value}", self.name)]);
        let output = call.context.processes.run(&command).map_err(|error| error.to_string())?;
        let (said, complaint) = (output.stdout_text(), output.stderr_text());
        if complaint.contains("cannot stat") {
            return Err(format!("sysctl {} does not exist", self.name));
        }
        let set = said.split_once('=').is_some_and(|(_, set)| settings::same(set, value));
        if output.status == 0 && set && !complaint.contains("Invalid argument") {
            return Ok(());
        }
        let error = if output.status != 0 && !complaint.is_empty() { complaint } else { said };
        Err(format!("sysctl -w failed: {error}"))
    }
}

/// systemd reads `/etc/sysctl.d` alone.
fn default_config() -> PathBuf {
    let booted = Path::new("/run/systemd/system").is_dir();
    if booted { "/etc/sysctl.d/99-salt.conf".into() } else { "/etc/sysctl.conf".into() }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use common::value::map;

    use super::super::super::file::testing::Host;
    use crate::testing::{Book, output};

    /// A kernel with one parameter.
    fn host(value: &str) -> Host {
        let live = Mutex::new(value.to_owned());
        Host::with_processes(
            &[],
            Arc::new(Book::new(move |line| {
                let mut live = live.lock().unwrap();
                match line.split_once('=') {
                    Some((_, "bad")) => output(255, "sysctl: Invalid argument"),
                    Some((_, value)) => {
                        *live = value.into();
                        output(0, &format!("net.x = {value}\n"))
                    }
                    None => output(0, &format!("{live}\n")),
                }
            })),
        )
    }

    #[test]
    fn sets_the_kernel_and_the_file_once() {
        let mut host = host("0");
        let (dry, real) =
            host.converge("sysctl.present", "/x", "{name: net.x, value: 1, config: DIR/d/s.conf}");
        assert_eq!(dry.comment, "Sysctl option net.x set to be changed to 1");
        assert_eq!(real.comment, "Updated sysctl value net.x = 1");
        assert_eq!(real.changes, map([("net.x", 1.into())]));
        assert_eq!(host.read("d/s.conf"), "#\n# Kernel sysctl configuration\n#\nnet.x = 1\n");
        let again = host.run("sysctl.present", "/x", "{name: net.x, value: 1, config: DIR/d/s.conf}");
        assert_eq!(again.comment, "Sysctl value net.x = 1 is already set");
    }

    #[test]
    fn a_value_that_only_runs_is_written_down() {
        let mut host = host("1");
        let (dry, _) = host.converge("sysctl.present", "/x", "{name: net.x, value: 1, config: DIR/s.conf}");
        assert!(
            dry.comment.starts_with("Sysctl value is currently set on the running system"),
            "{}",
            dry.comment
        );
    }

    #[test]
    fn a_refused_value_fails() {
        let real = host("1").run("sysctl.present", "/x", "{name: net.x, value: bad, config: DIR/s.conf}");
        assert_eq!(real.comment, "Failed to set net.x to bad: sysctl -w failed: sysctl: Invalid argument");
    }
}
