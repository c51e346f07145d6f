//! The template loader: any text ends as a text or as an error, also when it imports itself.
#![no_main]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use common::value::{Map, Value, map};
use libfuzzer_sys::fuzz_target;
use states::context::{Context, RunState};
use states::files::{FileError, FileSource, TreeFile};
use states::language::render_template;
use states::process::{Command, Output, ProcessError, Processes};

/// The template's own name.
const PATH: &str = "web/init.sls";

/// A tree that has one file, whatever one looks for.
struct Itself(Arc<[u8]>);

impl FileSource for Itself {
    fn environments(&self) -> Vec<String> {
        vec!["base".into()]
    }
    fn list(&self, _: &str) -> Result<Arc<[TreeFile]>, FileError> {
        Ok(Arc::new([]))
    }
    fn lookup(&self, _: &str, _: &str) -> Result<Option<TreeFile>, FileError> {
        Ok(None)
    }
    fn fetch(&self, _: &str, _: &str) -> Result<Option<PathBuf>, FileError> {
        Ok(None)
    }
    fn read(&self, _: &str, path: &str) -> Result<Option<Arc<[u8]>>, FileError> {
        Ok((path == PATH || path.ends_with("map.jinja")).then(|| Arc::clone(&self.0)))
    }
}

/// A host on which nothing can be run.
struct Nothing;

impl Processes for Nothing {
    fn run(&self, _: &Command) -> Result<Output, ProcessError> {
        Ok(Output { status: 127, ..Output::default() })
    }
}

static GRAINS: LazyLock<Arc<Map>> = LazyLock::new(|| {
    let addresses: Value = vec!["10.0.0.1", "fe80::1"].into();
    Arc::new(map([
        ("id", Value::from("web-1")),
        ("os_family", "Debian".into()),
        ("ipv4", addresses.clone()),
        ("interfaces", Value::Map(map([("eth0", addresses)]))),
        ("num_cpus", Value::Int(4)),
        ("load", Value::Float(0.5)),
    ]))
});

fuzz_target!(|text: &str| {
    let context = Arc::new(Context {
        id: "web-1".into(),
        saltenv: "base".into(),
        grains: Arc::clone(&GRAINS),
        pillar: Arc::clone(&GRAINS),
        opts: Arc::default(),
        files: Arc::new(Itself(text.as_bytes().into())),
        processes: Arc::new(Nothing),
        cache_dir: "/nonexistent".into(),
        test: true,
        mine: None,
        run: RunState::default(),
    });
    // A template may call functions, and those work on the host: here it finds none.
    let names = map([("salt", Value::Map(Map::new()))]);
    let _ = render_template(&context, "base", PATH, text, &names);
});
