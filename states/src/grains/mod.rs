//! Grains: what a host is. Everything is read from files of the kernel and of the system, so that collecting takes a few
//! milliseconds, starts no process and waits for no network.

mod cpu;
mod hardware;
mod init;
mod locale;
mod machine;
mod names;
mod network;
mod os;
mod process;
mod routing;
mod virtualization;

use common::value::{Map, Value};

use machine::Machine;

/// The release of Salt whose state trees this program runs, in the grain `saltversion`: trees ask for it to choose syntax.
pub const SALT_VERSION: &str = "3008.3";

/// Collects the grains of this machine; `own` (from the agent's configuration) is laid over them, and `id` is `id`.
#[must_use]
pub fn collect(id: &str, own: &Map) -> Map {
    let mut grains = collect_from(&Machine::here(), id);
    grains.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
    grains.insert("id".into(), id.into());
    grains
}

fn collect_from(machine: &Machine, id: &str) -> Map {
    let mut grains = Grains::default();
    grains.put("id", id);
    process::collect(machine, &mut grains);
    routing::collect(machine, &mut grains);
    names::collect(machine, id, &mut grains);
    network::collect(&network::interfaces(), &mut grains);
    os::collect(machine, &mut grains);
    init::collect(machine, &mut grains);
    cpu::collect(machine, &mut grains);
    hardware::collect(machine, &mut grains);
    virtualization::collect(machine, &mut grains);
    locale::collect(&mut grains);
    grains.put("saltversion", SALT_VERSION);
    grains.put("saltversioninfo", numbers(SALT_VERSION));
    grains.put("lanternversion", env!("CARGO_PKG_VERSION"));
    grains.0
}

/// The numbers of a dotted version; parts that are not numbers stay text.
fn numbers(version: &str) -> Vec<Value> {
    let parts = version.split('.').filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_or_else(|_| part.into(), Value::Int)).collect()
}

/// The grains gathered so far.
#[derive(Default)]
struct Grains(Map);

impl Grains {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    fn text(&self, name: &str) -> &str {
        common::value::get(&self.0, name).and_then(Value::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use common::value::{get, map};

    use super::*;

    #[test]
    fn static_grains_are_laid_over_and_the_id_stays() {
        let own = map([("os", "Plan9".into()), ("role", "web".into()), ("id", "liar".into())]);
        let grains = collect("fp-1", &own);
        assert_eq!(get(&grains, "id"), Some(&"fp-1".into()));
        assert_eq!(get(&grains, "os"), Some(&"Plan9".into()));
        assert_eq!(get(&grains, "role"), Some(&"web".into()));
        assert_eq!(get(&grains, "kernel"), Some(&"Linux".into()));
        assert_eq!(get(&grains, "saltversion"), Some(&"3008.3".into()));
    }

    #[test]
    fn versions_become_numbers() {
        assert_eq!(numbers("22.04"), [Value::Int(22), Value::Int(4)]);
        assert_eq!(numbers("12"), [Value::Int(12)]);
        assert_eq!(numbers("8.x"), [Value::Int(8), "x".into()]);
    }

    #[test]
    fn a_machine_without_any_files_still_has_grains() {
        let folder = tempfile::tempdir().unwrap();
        let grains = collect_from(&Machine::at(folder.path()), "bare");
        assert_eq!(get(&grains, "os"), Some(&"Linux".into()));
        assert_eq!(get(&grains, "virtual"), Some(&"physical".into()));
        assert_eq!(get(&grains, "init"), Some(&"unknown".into()));
        assert_eq!(get(&grains, "ip_gw"), Some(&false.into()));
    }
}
