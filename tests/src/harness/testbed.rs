//! Hosts for the length of a test.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ran::{Ran, run};

/// Held for as long as hosts are up: there is one testbed on a machine.
const LOCK: &str = "/tmp/testbed.lock";
/// The packages in the hosts' repository, as in `bin/test`.
const PACKAGES: &[&str] = &["hello", "tree", "tcl", "debconf-utils"];
/// What the scripts call.
const TOOLS: &[&str] = &[
    "mmdebstrap",
    "zstd",
    "nft",
    "ip",
    "apt-ftparchive",
    "dpkg-deb",
    "nsenter",
    "setpriv",
    "flock",
    "python3",
];
/// How long one command in a host may take, in seconds.
const COMMAND_SECONDS: u64 = 180;
/// How long making images and hosts may take, in seconds.
const UP_SECONDS: u64 = 600;

/// What a host has as PID 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// systemd.
    Systemd,
    /// sysvinit.
    Sysvinit,
}

impl Flavour {
    fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Sysvinit => "sysvinit",
        }
    }
}

/// Hosts `h1`, `h2`, … They go when it is dropped.
pub struct Testbed {
    /// Folders that every host sees, as `SOURCE:PLACE` pairs.
    binds: String,
    hosts: Vec<Flavour>,
    _lock: File,
}

/// One host.
pub struct Host<'a> {
    testbed: &'a Testbed,
    /// Its name, `h1`.
    pub name: String,
    /// What it has as PID 1.
    pub flavour: Flavour,
}

impl Testbed {
    /// Hosts of these flavours, which see each folder of `binds` at its place. `None` where this machine can't have hosts:
    /// then the test is left out, and that is said.
    #[must_use]
    pub fn up(test: &str, hosts: &[Flavour], binds: &[(&Path, &str)]) -> Option<Self> {
        if let Some(why) = why_not() {
            left_out(test, &why);
            return None;
        }
        let lock = OpenOptions::new().create(true).append(true).open(LOCK).unwrap();
        lock.lock().unwrap();
        let binds: Vec<_> =
            binds.iter().map(|(source, place)| format!("{}:{place}", source.display())).collect();
        let testbed = Self { binds: binds.join(" "), hosts: hosts.into(), _lock: lock };
        run(Command::new(scripts().join("prepare")).args(PACKAGES), UP_SECONDS).code(0).done();
        // An earlier test run that was killed may have left hosts.
        testbed.call(&["down"], UP_SECONDS).code(0).done();
        for (index, flavour) in hosts.iter().enumerate() {
            let name = format!("h{}", index + 1);
            testbed.call(&["add", &name, flavour.name()], UP_SECONDS).code(0).done();
        }
        Some(testbed)
    }

    /// The host `hN`, counted from 1.
    #[must_use]
    pub fn host(&self, number: usize) -> Host<'_> {
        Host { testbed: self, name: format!("h{number}"), flavour: self.hosts[number - 1] }
    }

    /// Every host.
    pub fn hosts(&self) -> impl Iterator<Item = Host<'_>> {
        (1..=self.hosts.len()).map(|number| self.host(number))
    }

    /// The address of the master as hosts see it.
    #[must_use]
    pub fn master_address(&self) -> &'static str {
        "10.77.0.2"
    }

    /// What stands before a command that is to run at the master's address.
    #[must_use]
    pub fn at_master(&self) -> Vec<String> {
        vec![scripts().join("testbed").display().to_string(), "master".into()]
    }

    /// Calls the script: faults and everything else that it knows.
    pub fn call(&self, words: &[&str], seconds: u64) -> Ran {
        run(Command::new(scripts().join("testbed")).args(words).env("TESTBED_BINDS", &self.binds), seconds)
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        let down = self.call(&["down"], UP_SECONDS);
        if down.code != 0 {
            eprintln!("the testbed did not go down: {}", down.stderr);
        }
    }
}

impl Host<'_> {
    /// Runs a command inside, as root.
    pub fn exec(&self, words: &[&str]) -> Ran {
        self.testbed.call(&[&["exec", &self.name], words].concat(), COMMAND_SECONDS)
    }

    /// Runs a line of shell inside, as root.
    pub fn shell(&self, line: &str) -> Ran {
        self.exec(&["/bin/sh", "-c", line])
    }

    /// Writes a file and the folders it stands in.
    pub fn write(&self, path: &str, text: &str) {
        let text = text.replace('\'', r"'\''");
        self.shell(&format!("mkdir -p \"$(dirname {path})\" && printf '%s' '{text}' > {path}"))
            .code(0)
            .done();
    }

    /// The content of a file inside.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        self.exec(&["cat", path]).ok()
    }

    /// Whether something is there inside.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.exec(&["test", "-e", path]).code == 0
    }

    /// What the host changed against its image, a line each.
    #[must_use]
    pub fn manifest(&self) -> String {
        self.testbed.call(&["manifest", &self.name], COMMAND_SECONDS).ok()
    }

    /// Calls the script for this host: `fault(&["loss", "20"])` is `testbed loss h1 20`.
    pub fn fault(&self, words: &[&str]) -> Ran {
        let (command, arguments) = words.split_first().unwrap();
        self.testbed.call(&[&[*command, self.name.as_str()], arguments].concat(), COMMAND_SECONDS)
    }
}

/// Says that a test was left out, and why: on standard error, and in the file that `bin/test` shows at its end.
pub fn left_out(test: &str, why: &str) {
    eprintln!("LEFT OUT: {test}: {why}");
    if let Some(path) = std::env::var_os("TESTS_LEFT_OUT") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{test}: {why}")).ok();
    }
}

fn why_not() -> Option<String> {
    if let Ok(why) = std::env::var("TESTS_WITHOUT_HOSTS") {
        return Some(why);
    }
    if !nix::unistd::geteuid().is_root() {
        return Some("real hosts need root".into());
    }
    let missing: Vec<_> = TOOLS.iter().filter(|tool| !in_path(tool)).copied().collect();
    (!missing.is_empty()).then(|| format!("missing: {} (bin/test installs them)", missing.join(" ")))
}

fn in_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder: PathBuf| folder.join(tool)).any(|file| file.is_file())
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("harness")
}
