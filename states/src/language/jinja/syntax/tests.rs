//! Bounds and places of the parser.

use super::{Settings, override_of, parse};

fn error(source: &str) -> (u32, String) {
    let error = parse(source, &Settings::default(), |_, _| true).unwrap_err();
    (error.line, error.message)
}

#[test]
fn errors_know_their_line() {
    assert_eq!(error("a\n\n{{ 1 +\n}}"), (4, "unexpected 'end of print statement'".into()));
    assert_eq!(error("a\n{% nosuch %}"), (2, "Encountered unknown tag 'nosuch'.".into()));
    assert_eq!(error("\n{{ (1] }}").0, 2);
}

#[test]
fn nesting_has_a_bound() {
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000)),
        format!("{{{{ {}1 }}}}", "-".repeat(5000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(5000)),
        format!("{{{{ {}{} }}}}", "[".repeat(5000), "]".repeat(5000)),
        "{% if 1 %}".repeat(5000),
    ] {
        let (_, message) = error(&source);
        assert!(message.contains("nested more than"), "{message}");
    }
}

#[test]
fn chains_have_a_bound() {
    for link in [" + 1", " * 1", " ** 1", " and 1", " or 1", "|abs", ".real", "[0]", "()", " if 1"] {
        let (_, message) = error(&format!("{{{{ 1{} }}}}", link.repeat(100_000)));
        assert!(message.contains("in a row"), "{link}: {message}");
    }
    let (_, message) = error(&format!("{{% filter upper{} %}}{{% endfilter %}}", "|upper".repeat(100_000)));
    assert!(message.contains("in a row"), "{message}");
}

#[test]
fn a_line_of_options_is_json() {
    assert!(override_of("#jinja2: {\"trim_blocks\": true}\nx").is_some_and(|(_, line)| line == 0));
    assert!(override_of("#!jinja|yaml\n#jinja2: {}\nx").is_some_and(|(_, line)| line == 1));
    assert!(override_of("#!/bin/sh\n#jinja2: {}\n").is_none());
    assert!(override_of("#jinja2: nonsense\n").is_none());
    assert!(override_of("#jinja2: [1]\n").is_none());
}
