use common::value::{Value, map};

use super::super::testing::Host;

fn name(host: &Host, name: &str) -> String {
    host.path(name).display().to_string()
}

fn nested(path: &str, key: &str, value: &str) -> common::value::Map {
    map([(path, Value::Map(map([(key, value.into())])))])
}

#[test]
fn a_new_directory() {
    let mut host = Host::new(&[]);
    let (dry, real) = host.converge("file.directory", "d/", "{mode: 750}");
    let path = name(&host, "d");
    assert_eq!(dry.comment, format!("The following files will be changed:\n{path}: directory - new\n"));
    assert_eq!(dry.changes, nested(&path, "directory", "new"));
    assert_eq!((real.changes, real.comment.as_str()), (nested(&path, "directory", "new"), ""));
    assert_eq!(host.mode("d"), 0o750);
}

#[test]
fn a_changed_mode() {
    let mut host = Host::new(&[]);
    std::fs::create_dir(host.path("d")).unwrap();
    let (dry, real) = host.converge("file.directory", "d", "{dir_mode: '0700'}");
    let path = name(&host, "d");
    assert_eq!(dry.comment, format!("The following files will be changed:\n{path}: mode - 0700\n"));
    assert_eq!(dry.changes, nested(&path, "mode", "0700"));
    let mut changes = nested(&path, "mode", "0700");
    changes.insert("mode".into(), "0700".into());
    assert_eq!((real.changes, real.comment), (changes, format!("Directory {path} updated")));
    assert_eq!(
        host.run("file.directory", "d", "{mode: 700}").comment,
        format!("The directory {path} is in the correct state")
    );
}

#[test]
fn parents_are_made_only_when_asked() {
    let mut host = Host::new(&[]);
    let refused = host.run("file.directory", "a/b", "{}");
    let path = name(&host, "a/b");
    assert_eq!(refused.comment, format!("No directory to create {path} in"));
    assert_eq!(refused.changes, nested(&path, "directory", "new"));
    host.converge("file.directory", "a/b", "{makedirs: true, mode: 700}");
    assert_eq!(host.mode("a"), 0o700);
}

#[test]
fn recursion_sets_files_and_directories() {
    let mut host = Host::new(&[]);
    std::fs::create_dir_all(host.path("d/e")).unwrap();
    host.write("d/e/f", "");
    host.converge("file.directory", "d", "{dir_mode: 750, file_mode: 640, recurse: [mode]}");
    assert_eq!((host.mode("d/e"), host.mode("d/e/f")), (0o750, 0o640));
    // Without `file_mode`, files get the mode of directories.
    host.converge("file.directory", "d", "{dir_mode: 755, recurse: [mode, ignore_dirs]}");
    assert_eq!((host.mode("d/e"), host.mode("d/e/f")), (0o750, 0o755));
    let (_, real) =
        host.converge("file.directory", "d", "{dir_mode: 700, recurse: [mode, silent], max_depth: 1}");
    assert_eq!(common::value::get(&real.changes, "recursion"), Some(&"Changes silenced".into()));
    assert_eq!((host.mode("d/e"), host.mode("d/e/f")), (0o700, 0o755));
}

#[test]
fn recurse_is_checked() {
    let mut host = Host::new(&[]);
    std::fs::create_dir(host.path("d")).unwrap();
    let mut comment = |yaml: &str| host.run("file.directory", "d", yaml).comment;
    assert_eq!(comment("{recurse: mode}"), "\"recurse\" must be formed as a list of strings");
    assert!(comment("{recurse: [modes]}").starts_with("Types for \"recurse\" limited to \"user\", "));
    assert!(comment("{recurse: [user]}").starts_with("user not specified"));
    assert_eq!(comment("{max_depth: 1, clean: true}"), "Cannot specify both max_depth and clean");
}

#[test]
fn clean_removes_what_nobody_keeps() {
    let mut host = Host::new(&[]);
    std::fs::create_dir_all(host.path("d/old/deep")).unwrap();
    std::fs::create_dir_all(host.path("d/kept")).unwrap();
    for file in ["d/a", "d/old/deep/b", "d/kept/c", "d/kept/x.bak", "d/x.bak"] {
        host.write(file, "");
    }
    let kept = name(&host, "d/kept/c");
    host.require("managed", &kept);
    let (dry, real) = host.converge("file.directory", "d", "{clean: true, exclude_pat: '*.bak'}");
    let path = name(&host, "d");
    assert!(dry.comment.contains(&format!("{path}/a: removed - Removed due to clean\n")), "{}", dry.comment);
    assert_eq!(real.comment, format!("Files cleaned from directory {path}"));
    assert!(
        host.path("d/kept/c").exists() && host.path("d/x.bak").exists() && host.path("d/kept/x.bak").exists()
    );
    assert!(!host.path("d/a").exists() && !host.path("d/old").exists());
}

#[test]
fn a_file_in_the_way_needs_force() {
    let mut host = Host::new(&[]);
    host.write("d", "x");
    let path = name(&host, "d");
    let refused = host.run("file.directory", "d", "{}");
    assert_eq!(refused.comment, format!("Specified location {path} exists and is a file"));
    let (dry, real) = host.converge("file.directory", "d", "{force: true}");
    assert_eq!(common::value::get(&dry.changes, "forced"), Some(&"File would be forcibly replaced".into()));
    assert_eq!(common::value::get(&real.changes, "forced"), Some(&"File was forcibly replaced".into()));
}
