//! A case as it lies on disk.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::value::{Map, Value};
use tempfile::TempDir;

/// What stands in a case's files for a folder of its own.
const SANDBOX: &str = "@DIR@";

/// A case.
pub struct Case {
    /// The name of its folder.
    pub name: String,
    folder: PathBuf,
}

/// One call of a case.
#[derive(Debug)]
pub struct Call {
    /// The function: `state.show_sls`.
    pub function: String,
    /// The words after it that have no name, read as YAML.
    pub arguments: Vec<Value>,
    /// All words after it, as they stand.
    pub words: Vec<String>,
    /// Those without a name, divided at commas, as Salt divides names of SLS files.
    pub names: Vec<String>,
    /// The words of the form `KEY=VALUE`, read as YAML.
    pub keywords: Map,
    /// The file with the answer.
    pub expected: PathBuf,
    /// Whether that is the project's own answer, which differs from Salt's on purpose.
    pub deviates: bool,
}

impl Call {
    /// Whether a list of texts is a list of errors, as it is for whatever compiles a tree.
    #[must_use]
    pub fn lists_are_errors(&self) -> bool {
        self.function.starts_with("state.") && self.function != "state.show_states"
    }
}

/// A case made ready for one call: a copy in which the sandbox has its name.
pub struct Prepared {
    folder: TempDir,
    /// The host's id.
    pub id: String,
    /// The host's grains.
    pub grains: Map,
    /// The configuration without roots.
    pub config: Map,
    /// Environments and their folders, of the state tree.
    pub file_roots: Vec<(String, Vec<PathBuf>)>,
    /// Environments and their folders, of the pillar tree.
    pub pillar_roots: Vec<(String, Vec<PathBuf>)>,
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// The folder of cases, when it is not the project's own: trees made at random, to be compared in bulk.
const CASES: &str = "CASES";

/// Every case, by name.
#[must_use]
pub fn cases() -> Vec<Case> {
    let folder = std::env::var_os(CASES).map_or_else(|| home().join("cases"), PathBuf::from);
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| Case { name: entry.file_name().into_string().unwrap(), folder: entry.path() })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

impl Case {
    /// The calls of the case, each with the answer that is expected.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        let lines = match fs::read_to_string(self.folder.join("calls")) {
            Ok(text) => text.lines().map(str::trim).map(Into::into).collect(),
            Err(_) => self.usual_calls(),
        };
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut calls = Vec::new();
        for line in lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let function = words.next().unwrap().to_owned();
            let number = seen.entry(function.clone()).and_modify(|number| *number += 1).or_insert(1);
            let file =
                if *number == 1 { format!("{function}.json") } else { format!("{function}.{number}.json") };
            let words: Vec<&str> = words.collect();
            let (named, plain): (Vec<_>, Vec<_>) = words.iter().copied().partition(|word| word.contains('='));
            let keywords = named.iter().map(|word: &&str| word.split_once('=').unwrap());
            let ours = self.folder.join("expected.ours").join(&file);
            let deviates = ours.exists();
            let expected = if deviates { ours } else { self.folder.join("expected").join(&file) };
            // Only functions of `state` and `pillar.items` read their words as names and keywords of YAML.
            let keywords = keywords.filter(|_| function == "pillar.items" || function.starts_with("state."));
            calls.push(Call {
                words: words.iter().map(|word| (*word).into()).collect(),
                keywords: keywords.map(|(key, value)| (key.into(), yaml(value))).collect(),
                function,
                arguments: plain.iter().map(|word| argument(word)).collect(),
                names: plain.iter().flat_map(|word| word.split(',')).map(Into::into).collect(),
                expected,
                deviates,
            });
        }
        calls
    }

    fn usual_calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        if self.folder.join("pillar").exists() {
            calls.push("pillar.items");
        }
        if self.folder.join("tree/top.sls").exists() {
            calls.extend(["state.show_top", "state.show_highstate", "state.show_lowstate"]);
        } else if self.folder.join("tree").exists() {
            calls.extend(["state.show_sls t", "state.show_low_sls t"]);
        }
        calls.into_iter().map(Into::into).collect()
    }

    /// Whether the project answers differently on purpose.
    #[must_use]
    pub fn deviation(&self) -> bool {
        self.folder.join("deviation.md").exists()
    }

    /// What is not built yet, where that is why the case answers differently from Salt.
    #[must_use]
    pub fn gap(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("gap.md")).ok()
    }

    /// The case made ready for one call.
    #[must_use]
    pub fn prepare(&self) -> Prepared {
        let folder = tempfile::Builder::new().prefix("conformance-").tempdir().unwrap();
        let sandbox = folder.path().join("dir");
        fs::create_dir(&sandbox).unwrap();
        let copy = folder.path().join("case");
        copy_with(&self.folder, &copy, sandbox.to_str().unwrap());
        let id =
            fs::read_to_string(copy.join("id")).map_or_else(|_| "fp-1".into(), |id| id.trim().to_owned());
        let mut grains = yaml_map(&home().join("grains.yaml"));
        grains.extend(yaml_map(&copy.join("grains.yaml")));
        grains.insert("id".into(), id.as_str().into());
        let mut config = yaml_map(&copy.join("config.yaml"));
        let mut roots = |key: &str, usual: &str| match config.shift_remove(&Value::from(key)) {
            None => vec![("base".into(), vec![copy.join(usual)])],
            Some(Value::Map(environments)) => environments
                .iter()
                .map(|(name, folders)| (name.to_string(), within(&copy, folders)))
                .collect(),
            Some(_) => panic!("{key} of case {} is not a map", self.name),
        };
        let (file_roots, pillar_roots) = (roots("file_roots", "tree"), roots("pillar_roots", "pillar"));
        config.insert("id".into(), id.as_str().into());
        Prepared { folder, id, grains, config, file_roots, pillar_roots }
    }
}

impl Prepared {
    /// A folder for what the host keeps.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Text with the sandbox's name taken out again.
    #[must_use]
    pub fn neutral(&self, text: &str) -> String {
        let path = self.folder.path().to_str().unwrap();
        text.replace(&format!("{path}/dir"), SANDBOX).replace(&format!("{path}/case"), "@CASE@")
    }
}

fn within(folder: &Path, names: &Value) -> Vec<PathBuf> {
    names.as_list().unwrap().iter().map(|name| folder.join(name.to_string())).collect()
}

fn yaml_map(path: &Path) -> Map {
    match fs::read_to_string(path).map(|text| yaml(&text)) {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    }
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// A word of a command line: YAML where it is that, else text.
fn argument(word: &str) -> Value {
    serde_yaml::from_str(word).unwrap_or_else(|_| word.into())
}

/// Copies a folder, following links, with the sandbox's name put into every file. Expected answers stay behind.
fn copy_with(from: &Path, to: &Path, sandbox: &str) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name.to_str().unwrap().starts_with("expected") {
            continue;
        }
        let (path, copy) = (entry.path(), to.join(&name));
        if path.is_dir() {
            copy_with(&path, &copy, sandbox);
        } else {
            let mode = fs::metadata(&path).unwrap().permissions();
            match String::from_utf8(fs::read(&path).unwrap()) {
                Ok(text) => fs::write(&copy, text.replace(SANDBOX, sandbox)).unwrap(),
                Err(other) => fs::write(&copy, other.as_bytes()).unwrap(),
            }
            fs::set_permissions(&copy, mode).unwrap();
        }
    }
}
