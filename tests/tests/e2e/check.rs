//! `master check` and `master explain`: a tree is looked at, and no host is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tests::fixtures::lantern;
use tests::fleet::{Fleet, master_program};
use tests::ran::{Ran, run};

/// A tree and a pillar in a folder, and no daemon.
struct Alone {
    folder: TempDir,
}

impl Alone {
    fn new(files: &[(&str, &str)]) -> Self {
        let alone = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in [("empty.yaml", ""), ("tree/.keep", ""), ("pillar/.keep", "")].iter().chain(files)
        {
            let path = alone.path(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
            fs::write(path, text).unwrap();
        }
        alone
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn master(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(master_program());
        command.args(words).arg("--tree").arg(self.path("tree"));
        command.arg("--pillar-root").arg(self.path("pillar")).arg("--config").arg(self.path("empty.yaml"));
        run(&mut command, 60)
    }

    fn check(&self, words: &[&str]) -> Ran {
        self.master(&[&["check", "--id", "fp-1", "--id", "cm-1", "--grains", "{os: Debian}"], words].concat())
    }
}

const BROKEN: &[(&str, &str)] = &[
    ("tree/top.sls", "base:\n  '*': [all]\n  'fp-*': [proxy]\n"),
    ("tree/all.sls", "a:\n  file.manged: []\n"),
    ("tree/proxy.sls", "b:\n  test.nop:\n    - require:\n      - test: c\n"),
    ("tree/lonely.sls", "c:\n  test.nop: [\n"),
];

const SOUND: &[(&str, &str)] = &[
    ("tree/top.sls", "base:\n  '*': [all]\n"),
    ("tree/all.sls", "/etc/x:\n  file.managed:\n    - mode: 0644\n    - contents: {{ pillar['site'] }}\n"),
    ("tree/lonely.sls", "c:\n  test.nop: [\n"),
    ("pillar/top.sls", "base:\n  '*': [site]\n"),
    ("pillar/site.sls", "site: demo\n"),
];

#[test]
fn errors_are_told_once_with_their_hosts() {
    let alone = Alone::new(BROKEN);
    let ran = alone.check(&[]).code(4).says("on all 2 hosts: fp-1, cm-1").says("on 1 of 2 hosts: fp-1");
    let ran = ran.says("all.sls:2:3").says("did you mean `file.managed`?").says("proxy.sls:4:15");
    let ran = ran.says("does not compile for 2 of 2 hosts: 2 errors");
    assert_eq!(ran.stdout.matches("file.manged` does not exist").count(), 1, "{}", ran.stdout);
    // Not asked for by any host: a note, which is no reason to fail.
    ran.says("note: a `[` or `{` is never closed").says("no host gets 'lonely'").done();

    let json = alone.check(&["--out", "json"]).code(4).json();
    assert_eq!(json["hosts"]["fp-1"]["compiles"], false);
    let errors = json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    let shared = errors.iter().find(|error| error["place"]["file"] == "all.sls").unwrap();
    assert_eq!(shared["hosts"], serde_json::json!(["fp-1", "cm-1"]));
    assert_eq!(json["unused"][0]["sls"], "lonely");
}

#[test]
fn warnings_and_exit_codes() {
    let alone = Alone::new(SOUND);
    alone.check(&[]).code(0).says("compiles for 2 hosts (2 states)").done();
    alone
        .check(&["--lint"])
        .code(0)
        .says("warning[octal-mode]")
        .says("all.sls:3:13")
        .says("1 warning")
        .done();
    alone.check(&["--lint", "--strict"]).code(1).done();
    alone.check(&["--strict"]).code(0).done();
    alone.check(&["--all"]).code(4).says("error: a `[` or `{` is never closed").done();
    alone.check(&["--lin"]).code(2).says("--lint").done();
    alone.check(&["--grains", "no-such-file"]).code(2).says("no-such-file").done();
    alone.check(&["nosuch"]).code(4).says("nosuch").done();
}

#[test]
fn a_broken_pillar_is_told_apart_from_the_tree() {
    let alone = Alone::new(SOUND);
    fs::write(alone.path("pillar/site.sls"), "site: {{ nope }}\n").unwrap();
    alone.check(&[]).code(4).says("site.sls:1:10").says("in the pillar tree").done();
}

#[test]
fn known_hosts_are_checked_with_their_grains() {
    let fleet = Fleet::of(&["fp-1", "fp-2"]);
    fleet.tree("top.sls", "base:\n  '*': [site]\n");
    fleet
        .tree("site.sls", "{{ grains['root'] }}/x:\n  file.managed:\n    - contents: {{ pillar['nope'] }}\n");
    fleet.master(&["check"]).code(4).says("site.sls:3").says("on all 2 hosts").done();
    fleet.master(&["check", "--target", "fp-2"]).code(4).says("= on fp-2").done();
    fleet.master(&["check", "--target", "cm-*"]).code(5).done();
    fleet.master(&["check", "--lint", "--pillar", "{nope: 1}"]).code(0).says("2 hosts (2 states)").done();
    assert!(!fleet.root("fp-1", "x").exists());

    let told =
        fleet.master(&["explain", "fp-2", "site:*", "--pillar", "{nope: 1}", "--out", "json"]).code(0).json();
    assert_eq!(told[0]["function"], "file.managed");
    assert!(told[0]["id"].as_str().unwrap().ends_with("fp-2/x"), "{told}");
    fleet.master(&["explain", "fp-2", "x"]).code(4).says("site.sls:3").done();
    fleet.master(&["explain", "fp-9", "x"]).code(5).says("fp-9").done();
}

#[test]
fn a_state_is_explained() {
    let alone = Alone::new(&[
        ("tree/top.sls", "base:\n  'fp-*':\n    - web\n"),
        (
            "tree/web/init.sls",
            "include:\n  - .packages\nconf:\n  test.nop:\n    - mode: '0644'\n    - onlyif: 'true'\n    - require:\n      \
             - test: nginx\nrunning:\n  test.nop:\n    - watch:\n      - test: conf\n",
        ),
        ("tree/web/packages.sls", "nginx:\n  test.nop: []\n"),
    ]);
    let explain = |state: &str, more: &[&str]| {
        alone.master(&[&["explain", "fp-1", state, "--grains", "{os: Debian}"], more].concat())
    };
    let expected = "\
test.nop 'conf'
  declared   web/init.sls:4:3, in SLS 'web' of environment base
  here by    top.sls:3:7, below the target 'fp-*' of the top file
  arguments  mode: \"0644\"
  guards     onlyif: \"true\"
  runs       as number 2 of 3, by its order 10001
  after      test.nop 'nginx' (number 1), by `require` at web/init.sls:8:9
  before     test.nop 'running' (number 3), by `watch` at web/init.sls:12:9
";
    assert_eq!(explain("conf", &[]).ok(), expected);
    let included = explain("web.packages:nginx", &[]).ok();
    assert!(included.contains("web/init.sls:2:5, which includes it"), "{included}");
    let json = explain("*n*", &["--out", "json"]).code(0).json();
    assert_eq!(json.as_array().unwrap().len(), 3);
    assert_eq!(json[0]["number"], 1);
    explain("runing", &[]).code(5).says("did you mean 'running'?").done();
    fs::write(alone.path("tree/web/packages.sls"), "nginx:\n  test.nop: [\n").unwrap();
    explain("conf", &[]).code(4).says("packages.sls:2").says("included from web/init.sls:2:5").done();
}

/// Every warning of the fixture was looked at and is true. A new one is either, too, or a mistake of the linter.
#[test]
fn the_fixture_has_true_warnings_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.yaml"), "").unwrap();
    let grains = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/grains.yaml");
    let mut command = Command::new(master_program());
    command
        .args(["check", "--lint", "--out", "json", "--id", "fp-1", "--id", "cm-1", "--grains"])
        .arg(grains);
    command.arg("--tree").arg(lantern().join("tree")).arg("--pillar-root").arg(lantern().join("pillar"));
    command.arg("--config").arg(folder.path().join("empty.yaml"));
    let json = run(&mut command, 120).code(0).json();
    assert_eq!(json["unused"], serde_json::json!([]));
    let warnings = json["warnings"].as_array().unwrap();
    let mut told: Vec<_> = warnings
        .iter()
        .map(|warning| {
            let place = &warning["place"];
            let (file, line) = (place["file"].as_str().unwrap(), &place["line"]);
            format!("{} {file}:{line}", warning["name"].as_str().unwrap())
        })
        .collect();
    told.sort();
    let told = told.join("\n");
    assert_eq!(told.trim(), include_str!("../../errors/fixture-warnings").trim(), "{told}");
}
