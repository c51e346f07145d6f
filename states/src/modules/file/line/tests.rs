use super::super::testing::Host;

const NOTHING: &str = "No changes needed to be made";

/// What a file with this text holds after the state has run, and the state's comment.
fn run(text: &str, yaml: &str) -> (String, String) {
    let mut host = Host::new(&[]);
    host.write("a", text);
    let comment = host.run("file.line", "a", yaml).comment;
    (host.read("a"), comment)
}

fn text(text: &str, yaml: &str) -> String {
    run(text, yaml).0
}

/// Why the state failed. The file stays as it is.
fn error(text: &str, yaml: &str) -> String {
    let (after, comment) = run(text, yaml);
    assert_eq!(after, text);
    comment.strip_prefix("An exception occurred in this state: ").unwrap_or(&comment).into()
}

#[test]
fn a_line_is_ensured_beside_another() {
    let mut host = Host::new(&[]);
    host.write("a", "  one\ntwo\n");
    let (dry, real) =
        host.converge("file.line", "a", "{mode: ensure, content: new, after: one, indent: false}");
    assert_eq!(host.read("a"), "  one\nnew\ntwo\n");
    assert_eq!((dry.comment.as_str(), real.comment.as_str()), ("Changes would be made", "Changes were made"));
    let diff = "--- \n+++ \n@@ -1,2 +1,3 @@\n   one\n+new\n two\n";
    assert_eq!(real.changes.values().next().unwrap().as_str(), Some(diff));
    host.converge("file.line", "a", "{mode: Ensure, content: x, before: two, show_changes: false}");
    assert_eq!(host.read("a"), "  one\nnew\nx\ntwo\n");
    let again = host.run("file.line", "a", "{mode: ensure, content: x, before: two}");
    assert_eq!((again.result, again.comment.as_str()), (Some(true), NOTHING));
}

#[test]
fn between_two_lines_is_room_for_one() {
    let wish = "{mode: ensure, content: x, after: a, before: b}";
    assert_eq!(text("\ta\nb\n", wish), "\ta\n\tx\nb\n");
    assert_eq!(text("a\ny\nb\n", wish), "a\nx\nb\n");
    assert_eq!(text("a\nx\nb\n", wish), "a\nx\nb\n");
    let more = "Found more than one line between boundaries \"before\" and \"after\".";
    assert_eq!(error("a\ny\nz\nb\n", wish), more);
    assert_eq!(error("b\na\n", wish), more);
    assert_eq!(error("a\nb\na\n", wish), "Found more than expected occurrences in \"after\" expression");
    assert!(error("c\n", wish).starts_with("Wrong conditions?"));
}

#[test]
fn a_line_is_inserted() {
    assert_eq!(text(" a\nb\n", "{mode: insert, content: x, before: a}"), " x\n a\nb\n");
    assert_eq!(text(" a\nb\n", "{mode: insert, content: x, after: a}"), " a\n x\nb\n");
    // Between two lines it is put in at every run.
    assert_eq!(text("a\nx\nb\n", "{mode: insert, content: x, after: a, before: b}"), "a\nx\nx\nb\n");
    assert_eq!(text("a\n", "{mode: insert, content: x, location: start, before: a}"), "x\na\n");
    assert_eq!(text(" a", "{mode: insert, content: x, location: end}"), " a\n x");
    assert_eq!(text("", "{mode: insert, content: x, location: end}"), "x");
    assert_eq!(text("", "{mode: insert, content: x, location: start}"), "x\n");
    assert_eq!(text("a\n", "{mode: insert, content: x, location: middle}"), "a\n");
    assert_eq!(
        error("a\n", "{mode: insert, content: x, after: y}"),
        "Neither before or after was found in file"
    );
    assert!(error("a\n", "{mode: insert, content: x}").starts_with("On insert either"));
}

#[test]
fn a_line_is_replaced_or_taken_out() {
    assert_eq!(text("\ta=1\na=2\n", "{mode: replace, content: b=3, match: ^\\s*a}"), "\tb=3\na=2\n");
    assert_eq!(text("a*c\nb\n", "{mode: delete, content: a*c}"), "b\n");
    assert_eq!(text("a\nb\na\nab\n", "{mode: delete, match: a}"), "b\nab\n");
    assert_eq!(text("a\n", "{mode: delete, match: b}"), "a\n");
    assert_eq!(text("", "{mode: replace, content: a, match: (}"), "");
    // Salt looks for the content as a regular expression even where it is only put in.
    assert!(
        error("a\n", "{mode: insert, content: 'f(', location: end}").contains("not a regular expression")
    );
}

#[test]
fn a_number_is_its_text() {
    assert_eq!(text("a\n", "{mode: ensure, content: 5, after: a}"), "a\n5\n");
    assert_eq!(text("a\n5\n", "{mode: delete, match: 5}"), "a\n");
    // Nought is no pattern.
    assert_eq!(text("a\n0\n", "{mode: delete, match: 0}"), "a\n0\n");
}

#[test]
fn lines_end_as_their_neighbours_do() {
    assert_eq!(text("a\r\nb\r\nc\r\n", "{mode: ensure, content: x, after: b}"), "a\r\nb\r\nx\r\nc\r\n");
    // The second line takes the end of itself, which has none.
    assert_eq!(text("a\r\nb\r\n", "{mode: ensure, content: x, after: a}"), "a\r\nx\nb\r\n");
    assert_eq!(text("a\nb", "{mode: replace, content: x, match: b}"), "a\nx");
}

#[test]
fn the_file_is_made_and_given_to_its_owner() {
    let mut host = Host::new(&[]);
    let yaml = "{mode: insert, content: x, location: end, create: true, file_mode: '0600'}";
    assert!(host.test("file.line", "a", yaml).comment.ends_with("/a: file not found"));
    assert_eq!(host.run("file.line", "a", yaml).comment, "Changes were made");
    assert_eq!((host.read("a").as_str(), host.mode("a")), ("x", 0o600));
    let only = "{mode: delete, match: y, file_mode: '0640'}";
    assert_eq!(host.test("file.line", "a", only).comment, NOTHING);
    let done = host.run("file.line", "a", only);
    assert_eq!((done.comment.as_str(), done.changes.len(), host.mode("a")), (NOTHING, 0, 0o640));
    // A state that then finds nothing to hold on to has made the file all the same.
    let failed = host.run("file.line", "b", "{mode: ensure, content: x, after: y, create: true}");
    assert_eq!((failed.result, host.read("b").as_str()), (Some(false), ""));
}

#[test]
fn what_was_there_is_kept_beside_it() {
    let mut host = Host::new(&[]);
    host.write("a", "a\n");
    host.run("file.line", "a", "{mode: delete, match: a, backup: true}");
    let copy = std::fs::read_dir(host.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let copy = copy.map(|name| name.into_string().unwrap()).find(|name| name.starts_with("a.")).unwrap();
    assert_eq!((host.read(&copy).as_str(), host.read("a").as_str(), copy.len()), ("a\n", "", 21));
}

#[test]
fn what_is_missing_is_said() {
    assert_eq!(error("a\n", "{content: x}"), "Mode was not defined. How to process the file?");
    assert_eq!(error("a\n", "{mode: ensure, after: a}"), "Content can only be empty if mode is ['delete']");
    assert_eq!(error("a\n", "{mode: Change, content: x}"), "Unknown mode: \"change\"");
    let mut host = Host::new(&[]);
    std::fs::create_dir(host.path("d")).unwrap();
    let run = |host: &mut Host, more: &str| {
        host.run("file.line", "d", &format!("{{mode: delete, match: a{more}}}"))
    };
    assert!(run(&mut host, "").comment.ends_with("/d\" does not exists or is not a file."));
    assert_eq!(run(&mut host, ", quiet: true").comment, NOTHING);
    assert!(
        host.run("file.line", "c", "{mode: delete, quiet: true}").comment.ends_with("/c: file not found")
    );
}
