use super::*;

fn place(file: &str, line: u32, column: u32) -> Place {
    Place { file: file.into(), line, column }
}

fn function() -> Diagnostic {
    Diagnostic::new("state function `file.manged` does not exist")
        .at(place("web/init.sls", 12, 3))
        .with_source(&format!("{}  file.manged:\n", "\n".repeat(11)))
        .note("in state 'a' of SLS 'web'")
        .help("did you mean `file.managed`?")
        .salt("Salt's own")
}

#[test]
fn prints_the_line_with_the_word_marked() {
    let wanted = "\
state function `file.manged` does not exist
  --> web/init.sls:12:3
   |
12 |   file.manged:
   |   ^^^^^^^^^^^
   |
   = in state 'a' of SLS 'web'
   = help: did you mean `file.managed`?";
    assert_eq!(function().to_string(), wanted);
    assert_eq!(function().print(false), format!("error: {wanted}"));
}

#[test]
fn prints_second_places_and_names() {
    let mut error = Diagnostic::warning("duplicate-name", "two states manage /a")
        .at(place("a.sls", 1, 1))
        .with_source("/a:")
        .related("also managed here", place("b.sls", 7, 3));
    error.related[0].excerpt = Some("  x: y".into());
    let wanted = "\
warning[duplicate-name]: two states manage /a
 --> a.sls:1:1
  |
1 | /a:
  | ^^
  |
 ::: b.sls:7:3
  |
7 |   x: y
  |   - also managed here";
    assert_eq!(error.print(false), wanted);
}

#[test]
fn colour_is_only_there_when_asked_for() {
    assert!(!function().print(false).contains('\x1b'));
    assert!(function().print(true).contains("\x1b["));
}

#[test]
fn odd_places_do_no_harm() {
    for (line, column, excerpt) in
        [(0, 0, "x"), (3, 900, "x"), (1, 1, ""), (u32::MAX, u32::MAX, "\u{1}\t\u{202e}é")]
    {
        let mut error = Diagnostic::new("m").at(place("f", line, column)).width(40).label("here");
        error.excerpt = Some(excerpt.into());
        assert!(error.to_string().starts_with("m\n"), "{error}");
    }
    assert!(Diagnostic::new("m").to_string().starts_with('m'));
}

#[test]
fn what_an_older_release_wrote_is_read() {
    let old = r#"{"message": "m", "place": {"file": "a", "line": 1, "column": 2}, "excerpt": "x", "notes": [], "help": null, "salt": "s"}"#;
    let read: Diagnostic = serde_json::from_str(old).unwrap();
    assert_eq!((read.severity, read.width, read.related.len()), (Severity::Error, 0, 0));
    assert_eq!(read.salt.as_deref(), Some("s"));
}
