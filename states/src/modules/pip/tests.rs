//! pip states on a host whose pip answers by the book.

use std::fs;
use std::path::Path;

use crate::modules::trial::{Host, below, changes};
use crate::process::Output;
use crate::testing::output;

const FILES: &[(&str, &str)] =
    &[("/usr/bin/pip", ""), ("/state", "requests==2.28.1\n"), ("/venv/bin/python", "")];

fn pip(root: &Path, line: &str) -> Output {
    let path = below(root, "/state");
    let text = fs::read_to_string(&path).unwrap();
    let words: Vec<_> = line.split(' ').collect();
    match words.as_slice() {
        [.., "freeze", "--all"] => return output(0, &text),
        [.., "install", "requests==9versions"] => {
            return Output {
                stderr: "ERROR: (from versions: 2.28.1, 2.31.0, 3.0rc1)\n".into(),
                ..output(1, "")
            };
        }
        [_, "install", .., "Flask==2.0"] => fs::write(path, text + "Flask==2.0\n").unwrap(),
        [_, "install", "--upgrade", "requests"] => fs::write(path, "requests==2.31.0\n").unwrap(),
        [_, "uninstall", "-y", "requests"] => fs::write(path, "").unwrap(),
        [_, "install", .., "idna"] => return output(0, "Requirement already satisfied: idna in /x\n"),
        _ => return Output { stderr: "ERROR: no".into(), ..output(1, "out") },
    }
    output(0, "")
}

#[test]
fn a_package_is_installed_once() {
    let host = Host::new(FILES, pip);
    let done = host.state("pip.installed", "{name: Flask==2.0, use_wheel: True, no_deps: True}");
    assert_eq!(done.comment, "All packages were successfully installed");
    assert_eq!(done.changes, changes("{flask==2.0: Installed}"));
    assert!(host.lines().contains(&"pip install --no-deps Flask==2.0".into()), "{:?}", host.lines());
    let again = host.state("pip.installed", "{name: Flask==2.0}");
    assert_eq!(
        again.comment,
        "Python package Flask==2.0 was already installed\nAll specified packages are already installed"
    );
}

#[test]
fn upgrades_ask_the_index() {
    let host = Host::new(FILES, pip);
    let done = host.state("pip.installed", "{name: requests, upgrade: True}");
    assert_eq!(done.changes, changes("{requests==2.31.0: Installed}"));
    let again = host.state("pip.installed", "{name: requests, upgrade: True}");
    assert_eq!(
        again.comment,
        "Python package requests was already installed\nAll specified packages are already installed and up-to-date"
    );
}

#[test]
fn a_dry_run_and_failures() {
    let dry = Host::dry(FILES, pip);
    let done = dry.state("pip.installed", "{name: x, pkgs: [requests<2, Flask]}");
    assert_eq!(done.result, None);
    assert_eq!(done.comment, "Python package(s) set to be installed:\nrequests<2\nFlask");
    let host = Host::new(FILES, pip);
    let failed = host.state("pip.installed", "{name: ghost}");
    assert_eq!(failed.comment, "Failed to install packages: ghost. Error: out ERROR: no");
    let nobody = host.state("pip.installed", "{name: ghost, user: nobody-here}");
    assert_eq!(nobody.comment, "User nobody-here does not exist");
    let wrong = host.state("pip.installed", "{name: ghost, bin_env: /nowhere}");
    assert_eq!(wrong.comment, "Error installing 'ghost': Could not find a `pip` binary in path /nowhere");
}

#[test]
fn a_virtual_environment_has_its_own_pip() {
    let host = Host::new(FILES, pip);
    host.state("pip.installed", "{name: requests, bin_env: /venv}");
    assert!(host.lines()[0].ends_with("/venv/bin/python -m pip freeze --all"), "{:?}", host.lines());
}

#[test]
fn removal() {
    let host = Host::new(FILES, pip);
    let done = host.state("pip.removed", "{name: requests}");
    assert_eq!(
        (done.comment.as_str(), done.changes),
        ("Package was successfully removed.", changes("{requests: Removed}"))
    );
    assert_eq!(host.state("pip.removed", "{name: requests}").comment, "Package is not installed.");
}
