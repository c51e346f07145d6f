//! Package states on a host whose apt answers by the book.

use std::fs;
use std::path::Path;

use crate::modules::trial::{Host, below, changes};
use crate::process::Output;
use crate::testing::output;

const STATUS: &str = "/var/lib/dpkg/status";

const FILES: &[(&str, &str)] = &[(
    STATUS,
    "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\nPackage: nano\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 7.2\n\n",
)];

fn stanza(name: &str, status: &str, version: &str) -> String {
    format!("Package: {name}\nStatus: {status}\nArchitecture: amd64\nVersion: {version}\n\n")
}

/// apt with a repository that holds `hello` 1.0 and 2.0, and `bash` 5.3.
fn apt(root: &Path, line: &str) -> Output {
    let edit = |change: &dyn Fn(String) -> String| {
        let path = below(root, STATUS);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    };
    let without = |text: String, name: &str| -> String {
        text.split_inclusive("\n\n").filter(|part| !part.starts_with(&format!("Package: {name}\n"))).collect()
    };
    let words: Vec<_> = line.split(' ').collect();
    match words.as_slice() {
        ["apt-get", "-q", .., "update"] => output(0, "Hit:1 http://x y InRelease\nGet:2 http://x z [5 kB]\n"),
        ["apt-cache", "-q", "policy", ..] => {
            output(0, "hello:\n  Installed: (none)\n  Candidate: 2.0\nbash:\n  Candidate: 5.3-1\n")
        }
        ["apt-cache", "show", "hello"] => {
            output(0, "Package: hello\nVersion: 2.0\n\nPackage: hello\nVersion: 1.0\n")
        }
        ["apt-get", .., "install", "bash"] => {
            edit(&|text| text.replace("5.2-1", "5.3-1"));
            output(0, "")
        }
        ["apt-get", .., "install", what] if what.starts_with("hello") => {
            let version = what.split('=').nth(1).unwrap_or("2.0").to_owned();
            edit(&|text| without(text, "hello") + &stanza("hello", "install ok installed", &version));
            output(0, "")
        }
        ["apt-get", .., "remove", "hello"] => {
            edit(&|text| {
                text.replace(
                    "Package: hello\nStatus: install ok installed",
                    "Package: hello\nStatus: deinstall ok config-files",
                )
            });
            output(0, "")
        }
        ["apt-get", "-q", "-y", "-o", _, "purge", names @ ..] => {
            edit(&|text| names.iter().fold(text, |text, name| without(text, name)));
            output(0, "")
        }
        ["apt-mark", "hold", "bash"] => {
            edit(&|text| text.replace("Package: bash\nStatus: install", "Package: bash\nStatus: hold"));
            output(0, "")
        }
        _ => Output {
            stderr: format!("E: Unable to locate package {}\n", words.last().unwrap()).into(),
            ..output(100, "")
        },
    }
}

const PREFIX: &str = "apt-get -q -y -o DPkg::Lock::Timeout=600 -o DPkg::Options::=--force-confold -o DPkg::Options::=--force-confdef";

#[test]
fn a_package_is_installed_once() {
    let host = Host::new(FILES, apt);
    let done = host.state("pkg.installed", "{name: hello}");
    assert_eq!(done.comment, "The following packages were installed/updated: hello");
    assert_eq!(done.changes, changes("{hello: {old: '', new: '2.0'}}"));
    assert_eq!(
        host.lines(),
        ["apt-get -q -o DPkg::Lock::Timeout=600 update".into(), format!("{PREFIX} install hello")]
    );
    let again = host.state("pkg.installed", "{name: x, pkgs: [hello, bash]}");
    assert_eq!(again.comment, "All specified packages are already installed");
    assert_eq!(host.lines().len(), 2, "a package that is there costs no process");
}

#[test]
fn the_lists_are_refreshed_once_in_a_run() {
    let host = Host::new(FILES, apt);
    host.state("pkg.installed", "{name: hello}");
    host.state("pkg.removed", "{name: hello}");
    host.state("pkg.installed", "{name: hello, install_recommends: False}");
    let lines = host.lines();
    assert_eq!(lines.iter().filter(|line| line.ends_with("update")).count(), 1);
    assert_eq!(lines.last().unwrap(), &format!("{PREFIX} --no-install-recommends install hello"));
}

#[test]
fn versions() {
    let host = Host::new(FILES, apt);
    let done = host.state("pkg.installed", "{name: hello, version: '<2', refresh: False}");
    assert_eq!(done.comment, "The following packages were installed/updated: hello<2");
    assert!(host.lines().last().unwrap().ends_with("install hello=1.0"), "{:?}", host.lines());
    let same = host.state("pkg.installed", "{name: hello, version: '1.*'}");
    assert_eq!(same.comment, "All specified packages are already installed and are at the desired version");
    host.state("pkg.installed", "{name: hello, version: latest}");
    assert!(host.lines().last().unwrap().ends_with("install hello=2.0"));
    let down = host.state("pkg.installed", "{name: hello, version: '1.0'}");
    assert_eq!(down.changes, changes("{hello: {old: '2.0', new: '1.0'}}"));
    assert!(host.lines().last().unwrap().ends_with("--allow-downgrades install hello=1.0"));
    let none = host.state("pkg.installed", "{name: hello, version: '>9'}");
    assert!(none.comment.contains("No version matching 'hello>9' could be found (available: 2.0, 1.0)"));
}

#[test]
fn a_dry_run_installs_nothing() {
    let host = Host::dry(FILES, apt);
    let done = host.state("pkg.installed", "{name: x, pkgs: [bash, hello]}");
    assert_eq!(done.result, None);
    assert_eq!(done.comment, "The following packages would be installed/updated: hello");
    assert_eq!(done.changes, changes("{hello: {new: '2.0', old: ''}}"));
    assert_eq!(host.lines(), ["apt-cache -q policy hello"]);
    let gone = host.state("pkg.removed", "{name: bash}");
    assert_eq!(gone.comment, "The following packages will be removed: bash.");
    assert_eq!(gone.changes, changes("{bash: {new: removed, old: ''}}"));
}

#[test]
fn what_apt_says_is_the_failure() {
    let host = Host::new(FILES, apt);
    let done = host.state("pkg.installed", "{name: ghost}");
    assert_eq!(done.result, Some(false));
    assert_eq!(
        done.comment,
        "Problem encountered installing package(s). Additional info follows:\n\nerrors:\n    - E: Unable to locate package ghost"
    );
}

#[test]
fn removal_and_purge() {
    let host = Host::new(FILES, apt);
    host.state("pkg.installed", "{name: hello}");
    let done = host.state("pkg.removed", "{name: hello}");
    assert_eq!((done.comment.as_str(), done.result), ("All targeted packages were removed.", Some(true)));
    assert_eq!(done.changes, changes("{hello: {old: '2.0', new: ''}}"));
    assert_eq!(
        host.state("pkg.removed", "{name: hello}").comment,
        "All specified packages are already absent"
    );
    let purged = host.state("pkg.purged", "{name: x, pkgs: [hello, nano, ghost]}");
    assert_eq!(
        purged.comment,
        "The following packages were not installed: ghost The following packages were purged: hello, nano."
    );
    assert_eq!(
        purged.changes,
        changes("{removed: {hello: {old: '2.0', new: ''}, nano: {old: '7.2', new: ''}}, installed: {}}")
    );
    let nothing = host.state("pkg.purged", "{name: hello}");
    assert_eq!(nothing.comment, "None of the targeted packages are installed or partially installed");
}

#[test]
fn the_newest() {
    let host = Host::new(FILES, apt);
    let done = host.state("pkg.latest", "{name: bash}");
    assert_eq!(done.comment, "The following packages were successfully installed/upgraded: bash");
    assert_eq!(done.changes, changes("{bash: {old: 5.2-1, new: 5.3-1}}"));
    assert_eq!(host.state("pkg.latest", "{name: bash}").comment, "Package bash is already up-to-date");
    assert_eq!(host.state("pkg.latest", "{name: ghost}").comment, "No information found for 'ghost'.");
}

#[test]
fn holding() {
    let host = Host::new(FILES, apt);
    let done = host.state("pkg.installed", "{name: bash, hold: True}");
    assert_eq!(done.changes, changes("{bash: {new: hold}}"), "{}", done.comment);
    let again = host.state("pkg.installed", "{name: bash, hold: True}");
    assert_eq!(
        again.comment,
        "All specified packages are already installed.\nPackage bash is already set to be held."
    );
    assert_eq!(host.state("pkg.held", "{name: bash}").comment, "No changes made");
}
