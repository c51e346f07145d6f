//! The init system.

use common::value::map;

use super::Grains;
use super::machine::Machine;

pub(super) fn collect(machine: &Machine, grains: &mut Grains) {
    if let Some((version, features)) = systemd(machine) {
        let systemd = map([("version", version.into()), ("features", features.into())]);
        grains.put("systemd", systemd);
    }
    grains.put("init", init(machine));
}

/// What runs as process 1, where that can be told.
fn init(machine: &Machine) -> &'static str {
    if machine.exists("/run/systemd/system") {
        return "systemd";
    }
    let line = machine.text("/proc/1/cmdline").unwrap_or_default();
    let words: Vec<_> = line.split(['\0', ' ']).filter(|word| !word.is_empty()).collect();
    let Some(program) = words.first() else { return "unknown" };
    let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    if name(program) == "init" {
        let binary = machine.bytes("/proc/1/exe").or_else(|| machine.bytes("/sbin/init")).unwrap_or_default();
        return marker(&binary);
    }
    if words.contains(&"/sbin/my_init") || name(program) == "runit" {
        return "runit";
    }
    ["supervisord", "dumb-init", "tini"]
        .into_iter()
        .find(|known| words.iter().any(|word| name(word) == *known))
        .unwrap_or("unknown")
}

/// The name of the init system that a program called `init` carries in its text.
fn marker(binary: &[u8]) -> &'static str {
    let lower = binary.to_ascii_lowercase();
    ["upstart", "sysvinit", "systemd"]
        .into_iter()
        .find(|name| find(&lower, name.as_bytes()).is_some())
        .unwrap_or("unknown")
}

/// What `systemctl --version` prints: the version is in the name of the library all its programs share, and the features
/// are a text in it.
fn systemd(machine: &Machine) -> Option<(String, String)> {
    let (path, version) = ["/usr/lib/systemd", "/lib/systemd", "/usr/lib64/systemd"]
        .into_iter()
        .chain(["/usr/lib/x86_64-linux-gnu/systemd", "/usr/lib/aarch64-linux-gnu/systemd"])
        .find_map(|folder| {
            machine.names(folder).into_iter().find_map(|name| {
                let version = name.strip_prefix("libsystemd-shared-")?.strip_suffix(".so")?;
                let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
                Some((format!("{folder}/{name}"), digits))
            })
        })?;
    let library = machine.bytes(&path)?;
    let begin = find(&library, b"+PAM ").or_else(|| find(&library, b"-PAM "))?;
    let text = library.get(begin..)?;
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(0);
    Some((version, String::from_utf8_lossy(text.get(..end)?).into_owned()))
}

/// Where `needle` begins in `haystack`.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let rest = haystack.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if haystack.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn machine(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Machine) {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let machine = Machine::at(folder.path());
        (folder, machine)
    }

    #[test]
    fn a_running_systemd_leaves_a_folder() {
        let (_folder, machine) = machine(&[("run/systemd/system/x", b"")]);
        assert_eq!(init(&machine), "systemd");
    }

    #[test]
    fn the_binary_names_itself() {
        let (_folder, machine) =
            machine(&[("proc/1/cmdline", b"init [2]\0"), ("sbin/init", b"\x7fELF SysVinit 3.06\0")]);
        assert_eq!(init(&machine), "sysvinit");
    }

    #[test]
    fn containers_have_small_inits() {
        let (_folder, machine) = machine(&[("proc/1/cmdline", b"/usr/bin/tini\0--\0sleep\0")]);
        assert_eq!(init(&machine), "tini");
    }

    #[test]
    fn the_features_of_systemd_are_read_from_its_library() {
        let (_folder, machine) =
            machine(&[("usr/lib/systemd/libsystemd-shared-252.so", b"junk\0+PAM +AUDIT -GNUTLS\0more")]);
        assert_eq!(systemd(&machine), Some(("252".into(), "+PAM +AUDIT -GNUTLS".into())));
    }
}
