//! Every case under `errors/cases` is printed as it stands there. See `errors/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::value::{Map, Value, map};
use states::compile;
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::files::Folders;
use states::process::System;

/// Set to write what is printed in place of comparing it.
const BLESS: &str = "BLESS";

/// The fewest cases there may be: a folder that is not found must not pass for one without mistakes.
const FEWEST: usize = 60;

#[test]
fn errors_are_printed_to_the_letter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("errors/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= FEWEST, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let printed = printed(case);
        let expected = case.join("expected");
        if std::env::var_os(BLESS).is_some() {
            fs::write(&expected, &printed).unwrap();
            continue;
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if printed != wanted {
            wrong.push(format!("{}\n--- expected\n{wanted}\n--- printed\n{printed}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// What is printed of a case.
fn printed(case: &Path) -> String {
    let told = found(case);
    assert!(!told.is_empty(), "{}: nothing is wrong", case.display());
    let text: Vec<String> = told.iter().map(|diagnostic| diagnostic.print(false) + "\n").collect();
    let text = text.join("\n");
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{}: a path of this machine", case.display());
    text
}

fn found(case: &Path) -> Vec<Diagnostic> {
    let state = tempfile::tempdir().unwrap();
    let context = |folder: &str, pillar: Map| {
        Arc::new(Context {
            id: "fp-1".into(),
            saltenv: "base".into(),
            grains: Arc::new(grains(case)),
            pillar: Arc::new(pillar),
            opts: Arc::default(),
            files: Arc::new(Folders::new([("base".to_owned(), vec![case.join(folder)])])),
            processes: Arc::new(System),
            cache_dir: state.path().into(),
            test: true,
            mine: None,
            run: RunState::default(),
        })
    };
    let pillar = match compile::pillar::compile(&context("pillar", Map::new()), &Map::new()) {
        Ok(pillar) => pillar,
        Err(errors) => return errors,
    };
    let context = context("tree", pillar);
    let names = if case.join("tree/t.sls").exists() { vec!["t".to_owned()] } else { Vec::new() };
    let examined = compile::examine(&context, &names);
    if case.join("lint").exists() {
        assert!(examined.errors.is_empty(), "{}: {:?}", case.display(), examined.errors);
        return states::lint::lint(&context, &examined);
    }
    examined.errors
}

fn grains(case: &Path) -> Map {
    let mut grains = map([
        ("id", "fp-1".into()),
        ("os", "Debian".into()),
        ("os_family", "Debian".into()),
        ("osrelease", "12".into()),
        ("host", "fp-1".into()),
        ("kernel", "Linux".into()),
    ]);
    let more = fs::read_to_string(case.join("grains.yaml")).unwrap_or_default();
    if let Ok(Value::Map(more)) = states::language::value_of(&more) {
        grains.extend(more);
    }
    grains
}
