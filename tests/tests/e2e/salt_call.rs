//! `agent call --local --salt-config` stands in for salt-call: exit status and answers of whole calls, as real Salt gave them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tests::fleet::agent_program;
use tests::ran::{Ran, run};

/// The function whose answer is another one on purpose: an operator sees the pillar, where Salt masks it.
const DIFFERENT: &str = "pillar.get";

struct Minion {
    home: TempDir,
}

impl Minion {
    fn new() -> Self {
        let minion = Self { home: tempfile::tempdir().unwrap() };
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/salt-call");
        let home = minion.home.path();
        for folder in ["conf", "tree", "pillar"] {
            fs::create_dir(home.join(folder)).unwrap();
            for entry in fs::read_dir(from.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let text = fs::read_to_string(&path).unwrap();
                let root = format!("{}/root", home.display());
                let text = text.replace("@HOME@", home.to_str().unwrap()).replace("@ROOT@", &root);
                fs::write(home.join(folder).join(path.file_name().unwrap()), text).unwrap();
            }
        }
        fs::write(home.join("agent.yaml"), "").unwrap();
        minion
    }

    fn call(&self, words: &[&str]) -> Ran {
        self.call_at("quiet", words)
    }

    fn call_at(&self, level: &str, words: &[&str]) -> Ran {
        let home = self.home.path();
        let mut command = Command::new(agent_program());
        command.args(["call", "--local", "-l", level, "-c"]).arg(home.join("conf"));
        command.arg("--config").arg(home.join("agent.yaml")).arg("--state-dir").arg(home.join("state"));
        run(command.args(words), 60)
    }
}

#[test]
fn calls_exit_and_answer_as_salt_call_does() {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/salt-call.json");
    let goldens: Vec<Value> = serde_json::from_str(&fs::read_to_string(goldens).unwrap()).unwrap();
    let minion = Minion::new();
    let mut wrong = Vec::new();
    for golden in goldens {
        let words: Vec<&str> =
            golden["call"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        if words.contains(&DIFFERENT) {
            continue;
        }
        let ran = minion.call(&[&["--out=json"], &words[..]].concat());
        let passthrough = minion.call(&[&["--out=json", "--retcode-passthrough"], &words[..]].concat());
        let found = (ran.code, passthrough.code);
        let shape = shape(&serde_json::from_str(&ran.stdout).unwrap_or_default());
        let wanted = (golden["exit"].as_i64(), golden["passthrough"].as_i64());
        if (Some(found.0.into()), Some(found.1.into())) != wanted || shape != golden["shape"] {
            wrong.push(format!("{words:?}: {found:?} {shape}, Salt {wanted:?} {}", golden["shape"]));
        }
    }
    assert!(wrong.is_empty(), "{} calls differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The kind of an answer, as `goldens/make-salt-call` writes it down.
fn shape(answer: &Value) -> Value {
    match &answer["local"] {
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => "errors".into(),
        Value::Object(entries) if entries.keys().any(|key| key.contains("_|-")) => {
            entries.iter().map(|(key, entry)| (key.clone(), entry["result"].clone())).collect()
        }
        Value::Object(entries) => {
            let mut keys: Vec<_> = entries.keys().cloned().collect();
            keys.sort();
            keys.into()
        }
        value => value.clone(),
    }
}

#[test]
fn output_is_that_of_salt_call() {
    let minion = Minion::new();
    minion.call(&["test.ping"]).code(0).says("local:\n    True\n").done();
    let ran = minion.call(&["state.apply", "good"]).code(0);
    assert!(ran.stdout.contains("Summary for local\n------------\nSucceeded: 1\n"), "{}", ran.stdout);
    let ran = minion.call(&["state.apply", "good", "--state-output=terse"]).code(0);
    assert!(
        ran.stdout.starts_with("local:\n  Name: a - Function: test.nop - Result: Clean"),
        "{}",
        ran.stdout
    );
    let ran = minion.call(&["--metadata", "--out=json", "test.echo", "a"]).code(0);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&answer["local"]["fun_args"][0], &answer["local"]["return"]), (&"a".into(), &"a".into()));
    let ran = minion.call(&["-d", "test.pi"]).code(0);
    assert!(ran.stdout.starts_with("test.ping:\n\n"), "{}", ran.stdout);
    let ran = minion.call(&["-g", "--skip-grains", "--out=json"]).code(0);
    assert_eq!(ran.stdout, "{\n    \"local\": {\n        \"id\": \"fp-1\"\n    }\n}\n");
}

#[test]
fn what_can_not_be_had_is_said() {
    let minion = Minion::new();
    minion.call(&["--return", "mysql", "test.ping"]).code(2).says("no returners").done();
    minion.call(&["--states-dir=x", "test.ping"]).code(2).says("not loaded").done();
    let conf = minion.home.path().join("conf/minion");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{text}mine_interval: 5\n")).unwrap();
    minion.call_at("warning", &["test.ping"]).code(0).says("no meaning here: mine_interval").done();
    fs::write(&conf, format!("{text}ext_pillar: [{{cmd_yaml: x}}]\n")).unwrap();
    minion.call(&["test.ping"]).code(2).says("minion:6:1").done();
}
