//! Repository states on a host that is a folder.

use crate::modules::trial::{Host, changes};
use crate::testing::output;

const FILES: &[(&str, &str)] = &[
    ("/etc/apt/sources.list", "# ours\ndeb http://deb.example.net/debian bookworm main\n"),
    (
        "/key.asc",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nSGVsbG8=\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n",
    ),
];

const REPO: &str = "deb [signed-by=/etc/apt/keyrings/x.gpg] https://x.net stable main";

fn host() -> Host {
    Host::new(FILES, |_, _| output(0, ""))
}

#[test]
fn a_repository_is_added_with_its_key() {
    let host = host();
    let key = host.context.run.host_path("/key.asc");
    let arguments =
        format!("{{name: '{REPO}', file: /etc/apt/sources.list.d/x.list, key_url: '{}'}}", key.display());
    let done = host.state("pkgrepo.managed", &arguments);
    assert_eq!(done.comment, format!("Configured package repo '{REPO}'"));
    assert_eq!(done.changes, changes(&format!("{{repo: '{REPO}'}}")));
    assert_eq!(host.text("/etc/apt/sources.list.d/x.list"), format!("{REPO}\n"));
    assert_eq!(host.text("/etc/apt/keyrings/x.gpg"), "Hello");
    assert_eq!(host.lines(), ["apt-get -q -o DPkg::Lock::Timeout=600 update"]);
    let again = host.state("pkgrepo.managed", &arguments);
    assert_eq!(again.comment, format!("Package repo '{REPO}' already configured"));
}

#[test]
fn an_entry_is_changed_where_it_stands() {
    let host = host();
    let done = host.state(
        "pkgrepo.managed",
        "{name: 'deb http://deb.example.net/debian bookworm main', comps: 'main,contrib', refresh: False}",
    );
    assert_eq!(
        host.text("/etc/apt/sources.list"),
        "# ours\ndeb http://deb.example.net/debian bookworm main contrib\n"
    );
    assert_eq!(
        done.changes,
        changes(
            "{comps: {new: [main, contrib], old: [main]}, line: {new: 'deb http://deb.example.net/debian bookworm main contrib', old: 'deb http://deb.example.net/debian bookworm main'}}"
        )
    );
    assert!(host.lines().is_empty());
}

#[test]
fn stanzas() {
    let host = host();
    let arguments = format!("{{name: '{REPO}', file: /etc/apt/sources.list.d/x.sources}}");
    assert_eq!(host.state("pkgrepo.managed", &arguments).result, Some(true));
    assert_eq!(
        host.text("/etc/apt/sources.list.d/x.sources"),
        "Types: deb\nURIs: https://x.net\nSuites: stable\nComponents: main\nSigned-By: /etc/apt/keyrings/x.gpg\n"
    );
    assert!(host.state("pkgrepo.managed", &arguments).comment.contains("already configured"));
    assert_eq!(host.state("pkgrepo.absent", &format!("{{name: '{REPO}'}}")).result, Some(true));
    assert!(!host.context.run.host_path("/etc/apt/sources.list.d/x.sources").exists());
}

#[test]
fn a_clean_file_has_nothing_else() {
    let host = Host::new(
        &[(
            "/etc/apt/sources.list.d/x.list",
            "deb https://old.net stable main\ndeb https://x.net stable main\n",
        )],
        |_, _| output(0, ""),
    );
    let arguments =
        "{name: 'deb https://x.net stable main', file: /etc/apt/sources.list.d/x.list, clean_file: True}";
    host.state("pkgrepo.managed", arguments);
    assert_eq!(host.text("/etc/apt/sources.list.d/x.list"), "deb https://x.net stable main\n");
    assert!(host.state("pkgrepo.managed", arguments).comment.contains("already configured"));
}

#[test]
fn a_repository_is_removed() {
    let host = host();
    let arguments = "{name: 'deb http://deb.example.net/debian bookworm main'}";
    let done = host.state("pkgrepo.absent", arguments);
    assert_eq!(done.comment, "Removed repo deb http://deb.example.net/debian bookworm main");
    assert_eq!(host.text("/etc/apt/sources.list"), "# ours\n");
    let again = host.state("pkgrepo.absent", arguments);
    assert_eq!(again.comment, "Package repo deb http://deb.example.net/debian bookworm main is absent");
}

#[test]
fn what_cannot_be() {
    let host = host();
    let ppa = host.state("pkgrepo.managed", "{name: x, ppa: owner/name}");
    assert_eq!(
        ppa.comment,
        "Failed to configure repo 'x': cannot parse \"ppa:\" style repo definitions: ppa:owner/name"
    );
    let bad = host.state("pkgrepo.managed", "{name: nonsense}");
    assert!(bad.comment.contains("is not a well formatted definition"), "{}", bad.comment);
    let both = host.state("pkgrepo.managed", "{name: x, key_url: a, keyid: b}");
    assert_eq!(both.result, Some(false));
    let nowhere = host.state(
        "pkgrepo.managed",
        "{name: 'deb https://x.net stable main', keyid: ABCD, keyserver: keys.example.net}",
    );
    assert!(nowhere.comment.contains("missing 'signedby'"), "{}", nowhere.comment);
}
