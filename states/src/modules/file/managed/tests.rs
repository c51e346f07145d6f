use common::value::map;

use super::super::testing::Host;

const CHANGED: &str = "The file PATH is set to be changed\nNote: No changes made, actual changes may\nbe different due to \
                       other states.";

fn path(host: &Host, name: &str) -> String {
    host.path(name).display().to_string()
}

#[test]
fn a_new_file_from_the_tree() {
    let mut host = Host::new(&[("a.conf", "x = 1\n")]);
    let (dry, real) = host.converge("file.managed", "a", "{source: salt://a.conf, mode: 640}");
    assert_eq!(dry.changes, map([("newfile", path(&host, "a").into())]));
    assert_eq!(dry.comment, CHANGED.replace("PATH", &path(&host, "a")));
    assert_eq!(real.changes, map([("diff", "New file".into()), ("mode", "0640".into())]));
    assert_eq!(real.comment, format!("File {} updated", path(&host, "a")));
    assert_eq!((host.read("a").as_str(), host.mode("a")), ("x = 1\n", 0o640));
}

#[test]
fn sources_show_the_default_mode_and_contents_do_not() {
    let mut host = Host::new(&[("a.conf", "x\n")]);
    let (_, real) = host.converge("file.managed", "a", "{source: salt://a.conf}");
    assert_eq!(real.changes.len(), 2);
    let (_, real) = host.converge("file.managed", "b", "{contents: x}");
    assert_eq!(real.changes, map([("diff", "New file".into())]));
    assert_eq!(host.read("b"), "x\n");
}

#[test]
fn a_changed_file_shows_a_diff_and_keeps_its_mode() {
    let mut host = Host::new(&[("a.conf", "x = 2\n")]);
    host.write("a", "x = 1\n");
    std::fs::set_permissions(host.path("a"), std::os::unix::fs::PermissionsExt::from_mode(0o604)).unwrap();
    let (dry, real) = host.converge("file.managed", "a", "{source: salt://a.conf}");
    let diff = map([("diff", "--- \n+++ \n@@ -1 +1 @@\n-x = 1\n+x = 2\n".into())]);
    assert_eq!((&dry.changes, &real.changes), (&diff, &diff));
    assert_eq!(host.mode("a"), 0o604);
    let again = host.test("file.managed", "a", "{source: salt://a.conf}");
    assert_eq!(again.comment, format!("The file {} is in the correct state", path(&host, "a")));
}

#[test]
fn mode_alone_is_changed_without_touching_the_content() {
    let mut host = Host::new(&[("a.conf", "x\n")]);
    host.write("a", "x\n");
    let (_, real) = host.converge("file.managed", "a", "{source: salt://a.conf, mode: '0600'}");
    assert_eq!(real.changes, map([("mode", "0600".into())]));
    assert_eq!(real.comment, format!("File {} updated", path(&host, "a")));
}

#[test]
fn replace_false_only_looks_at_permissions() {
    let mut host = Host::new(&[("a.conf", "x\n")]);
    host.write("a", "mine\n");
    let same = host.run("file.managed", "a", "{source: salt://a.conf, replace: false}");
    assert_eq!(
        same.comment,
        format!("File {} exists with proper permissions. No changes made.", path(&host, "a"))
    );
    let dry = host.test("file.managed", "a", "{source: salt://a.conf, replace: false, mode: 600}");
    assert_eq!(
        dry.comment,
        format!(
            "File {} will be updated with permissions 0600 from its current state of 0644",
            path(&host, "a")
        )
    );
    assert_eq!(host.read("a"), "mine\n");
}

#[test]
fn executables_of_the_tree_stay_executable_with_keep() {
    let mut host = Host::new(&[("run", "#!/bin/sh\n")]);
    host.converge("file.managed", "run", "{source: salt://run, mode: keep}");
    assert_eq!(host.mode("run"), 0o755);
}

#[test]
fn an_empty_file_is_made_once() {
    let mut host = Host::new(&[]);
    let (dry, real) = host.converge("file.managed", "a", "{}");
    assert_eq!(dry.result, None);
    assert_eq!(real.comment, "Empty file");
    assert_eq!(real.changes, map([("new", format!("file {} created", path(&host, "a")).into())]));
}

#[test]
fn parents_are_made_only_when_asked() {
    let mut host = Host::new(&[]);
    let refused = host.run("file.managed", "d/e/a", "{contents: x}");
    assert_eq!((refused.result, refused.comment.as_str()), (Some(false), "Parent directory not present"));
    host.converge("file.managed", "d/e/a", "{contents: x, makedirs: true, mode: 600}");
    assert_eq!(host.mode("d/e"), 0o700);
}

#[test]
fn missing_sources_are_named() {
    let mut host = Host::new(&[]);
    let real = host.run("file.managed", "a", "{source: salt://nope}");
    assert_eq!(real.comment, "Unable to manage file: Source file salt://nope not found in saltenv 'base'");
    let dry = host.test("file.managed", "a", "{source: salt://nope}");
    assert_eq!(
        (dry.result, dry.comment.as_str()),
        (Some(false), "Source file salt://nope not found in saltenv 'base'")
    );
    let list = host.run("file.managed", "a", "{source: [salt://x, /no/such]}");
    assert_eq!(list.comment, "Unable to manage file: none of the specified sources were found");
}

#[test]
fn contradictions_are_refused() {
    let mut host = Host::new(&[("a", "x\n")]);
    let mut comment = |yaml: &str| host.run("file.managed", "a", yaml).comment;
    assert!(comment("{source: salt://a, contents: x}").starts_with("'source' cannot be used"));
    assert!(comment("{contents: x, contents_pillar: y}").starts_with("Only one of"));
    assert!(comment("{contents: x, mode: keep}").starts_with("Mode preservation"));
    assert_eq!(comment("{contents: x, context: [a]}"), "Context must be formed as a dict");
    assert_eq!(comment("{contents: x, user: no-such-user}"), "User no-such-user is not available ");
    assert!(comment("{contents: x, attrs: i}").contains("'attrs'"));
    assert!(comment("{contents: x, mode: rw}").contains("not a file mode"));
}

#[test]
fn contents_come_from_the_pillar() {
    let mut host = Host::new(&[]).pillar("{a: {b: one}, c: two}");
    host.converge("file.managed", "a", "{contents_pillar: 'a:b'}");
    assert_eq!(host.read("a"), "one\n");
    assert_eq!(host.run("file.managed", "a", "{contents_pillar: x}").comment, "Pillar x does not exist");
}

#[test]
fn links_are_followed_or_replaced() {
    let mut host = Host::new(&[("a.conf", "new\n")]);
    host.write("real", "old\n");
    std::os::unix::fs::symlink("real", host.path("l")).unwrap();
    host.converge("file.managed", "l", "{source: salt://a.conf}");
    assert!(host.path("l").is_symlink());
    assert_eq!(host.read("real"), "new\n");
    let (_, real) = host.converge("file.managed", "l", "{source: salt://a.conf, follow_symlinks: false}");
    // The content is the same already; only the link goes.
    assert_eq!(real.changes, map([("diff", "Replace symbolic link with regular file".into())]));
    assert!(!host.path("l").is_symlink());
}

#[test]
fn show_changes_false_hides_the_diff() {
    let mut host = Host::new(&[]);
    host.write("a", "old\n");
    let (dry, real) = host.converge("file.managed", "a", "{contents: new, show_changes: false}");
    let hidden = map([("diff", "<show_changes=False>".into())]);
    assert_eq!((dry.changes, real.changes), (hidden.clone(), hidden));
}

#[test]
fn source_hash_guards_a_local_source() {
    let mut host = Host::new(&[]);
    host.write("source", "abc");
    let good = "{source: DIR/source, source_hash: md5=900150983cd24fb0d6963f7d28e17f72}";
    host.converge("file.managed", "a", good);
    let bad = host.run(
        "file.managed",
        "b",
        "{source: DIR/source, source_hash: md5=d41d8cd98f00b204e9800998ecf8427e}",
    );
    assert!(bad.comment.contains("does not match actual checksum"), "{}", bad.comment);
    assert!(!host.path("b").exists());
}

#[test]
fn a_failing_check_cmd_leaves_the_file_alone() {
    use crate::testing::{Book, output};
    let book =
        std::sync::Arc::new(Book::new(|line| output(i32::from(line.starts_with("false")), "bad line 3")));
    let mut host = Host::with_processes(&[], book.clone());
    host.write("a", "old\n");
    let real = host.run("file.managed", "a", "{contents: new, check_cmd: 'false -f'}");
    assert_eq!((real.result, real.comment.as_str()), (Some(false), "check_cmd execution failed\nbad line 3"));
    assert_eq!(host.read("a"), "old\n");
    assert_eq!(host.run("file.managed", "a", "{contents: new, check_cmd: 'true -f'}").result, Some(true));
    assert!(book.lines.lock().unwrap()[1].starts_with("true -f /"));
}

#[test]
fn a_backup_is_kept_under_the_cache() {
    let mut host = Host::new(&[]);
    host.write("a", "old\n");
    host.run("file.managed", "a", "{contents: new, backup: minion}");
    assert_eq!(host.read("a"), "new\n");
}

#[test]
fn a_directory_in_the_way_is_refused() {
    let mut host = Host::new(&[]);
    let name = path(&host, "");
    let real = host.run("file.managed", &name, "{contents: x}");
    assert_eq!(real.comment, format!("Specified target {name} is a directory"));
}
