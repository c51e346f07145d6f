//! `agent apply --local` and `agent call --local`: one host, a tree in folders, no master.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tests::fleet::{PATIENCE, Process, agent_program, changed, results};
use tests::ran::{Ran, run};
use tests::wait::until_true;

struct Local {
    folder: TempDir,
}

impl Local {
    fn new() -> Self {
        let local = Self { folder: tempfile::tempdir().unwrap() };
        local.put("tree/top.sls", "base:\n  'fp-*': [web]\n");
        local.put(
            "tree/web.sls",
            "{{ grains['root'] }}/web:\n  file.managed:\n    - contents: '{{ pillar['site'] }}'\n",
        );
        local.put("pillar/top.sls", "base:\n  '*': [site]\n");
        local.put("pillar/site.sls", "site: local\n");
        local.put("empty.yaml", "");
        local.put("grains.yaml", &format!("root: {}\n", local.path("out").display()));
        fs::create_dir(local.path("out")).unwrap();
        local
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, text).unwrap();
    }

    fn agent(&self, words: &[&str]) -> Ran {
        run(&mut self.command(words), 60)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(agent_program());
        command.args(words).arg("--local").arg("--file-root").arg(self.path("tree"));
        command.arg("--pillar-root").arg(self.path("pillar")).args(["--id", "fp-1"]);
        command.arg("--grains").arg(self.path("grains.yaml"));
        command.arg("--config").arg(self.path("empty.yaml")).arg("--state-dir").arg(self.path("state"));
        command
    }
}

#[test]
fn applies_a_tree() {
    let local = Local::new();
    let report = local.agent(&["apply", "--test", "--out", "json"]).code(0).json();
    assert_eq!(results(&report["local"], None), 1);
    assert!(!local.path("out/web").exists());

    let report = local.agent(&["apply", "--out", "json"]).code(0).json();
    assert_eq!((results(&report["local"], Some(true)), changed(&report["local"])), (1, 1));
    assert_eq!(fs::read_to_string(local.path("out/web")).unwrap(), "local\n");

    let report = local.agent(&["apply", "web", "--out", "json"]).code(0).json();
    assert_eq!(changed(&report["local"]), 0);
}

#[test]
fn exit_codes_tell_the_outcome() {
    let local = Local::new();
    local.put("tree/fails.sls", "a:\n  test.fail_without_changes: []\n");
    local.put("tree/broken.sls", "a:\n  test.nop:\n    - x: {{ nope }}\n");
    local.agent(&["apply", "fails"]).code(1).done();
    local.agent(&["apply", "broken"]).code(4).says("broken.sls:3").done();
    local.agent(&["apply", "nosuch"]).code(4).says("nosuch").done();
    local.agent(&["call", "test.pong"]).code(2).says("test.ping").done();
}

#[test]
fn calls_functions_in_salts_shapes() {
    let local = Local::new();
    let call = |words: &[&str]| local.agent(&[&["call"], words, &["--out", "json"]].concat()).code(0).json();
    assert_eq!(call(&["test.ping"]), serde_json::json!({"local": true}));
    assert_eq!(call(&["pillar.get", "site"]), serde_json::json!({"local": "local"}));
    assert_eq!(call(&["grains.get", "id"]), serde_json::json!({"local": "fp-1"}));
    assert_eq!(call(&["state.show_top"]), serde_json::json!({"local": {"base": ["web"]}}));
    assert_eq!(call(&["cmd.run", "echo a b"]), serde_json::json!({"local": "a b"}));
    let low = call(&["state.show_lowstate"]);
    assert_eq!(low["local"][0]["fun"], "managed");
    assert_eq!(low["local"][0]["__sls__"], "web");
    let high = call(&["state.show_sls", "web"]);
    assert_eq!(high["local"].as_object().unwrap().len(), 1);
}

#[test]
fn one_state_run_at_a_time() {
    let local = Local::new();
    fs::create_dir(local.path("state")).unwrap();
    let turn = fs::File::create(local.path("state/state-run.lock")).unwrap();
    turn.lock().unwrap();
    for words in [&["apply", "web"][..], &["call", "state.apply", "web"]] {
        let log = local.path(words[0]);
        let waits = Process::start(&mut local.command(words), &log);
        until_true("the run to wait", PATIENCE, || waits.log().contains("waiting for"));
        assert!(!local.path("out/web").exists());
        turn.unlock().unwrap();
        assert_eq!(waits.wait(PATIENCE), Some(0), "{}", fs::read_to_string(&log).unwrap());
        fs::remove_file(local.path("out/web")).unwrap();
        turn.lock().unwrap();
    }
    // What only looks does not wait.
    local.agent(&["call", "state.show_top"]).code(0).done();
}
