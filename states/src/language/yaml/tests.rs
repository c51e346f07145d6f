//! Texts and what Salt's loader makes of them.

use common::value::Value;

use super::{Mark, load};
use crate::diagnostic::Place;

fn place(mark: Mark) -> Place {
    Place { file: "t".into(), line: mark.line + 1, column: mark.column + 1 }
}

fn read(text: &str) -> String {
    match load(text, &place) {
        Ok(node) => node.to_value().to_string(),
        Err(fault) => format!("ERROR {}", fault.salt),
    }
}

#[test]
fn plain_scalars_are_yaml_1_1_as_salt_reads_it() {
    let pairs = [
        ("yes", "True"),
        ("Off", "False"),
        ("y", "'y'"),
        ("tRue", "'tRue'"),
        ("0x1F", "31"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("+5", "5"),
        ("1:30", "90"),
        ("190:20:30", "685230"),
        ("0755", "755"),
        ("000", "0"),
        ("-0644", "-420"),
        ("08", "'08'"),
        ("0o755", "'0o755'"),
        ("1.0", "1.0"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("1.0e+3", "1000.0"),
        ("1e3", "'1e3'"),
        ("1.5e3", "'1.5e3'"),
        ("-.5", "'-.5'"),
        ("1:30.5", "90.5"),
        ("1.2.3", "'1.2.3'"),
        ("1.6", "1.6"),
        ("11:18", "678"),
        ("2016-06-09", "'2016-06-09'"),
        ("~", "None"),
        ("none", "'none'"),
        ("a#b", "'a#b'"),
        ("3:3.0.7-1chl1~trusty1", "'3:3.0.7-1chl1~trusty1'"),
        ("!!str 12", "'12'"),
        ("! 12", "12"),
        ("!!binary aGk", "b'hi'"),
        ("-.inf", "-inf"),
        ("0", "0"),
        ("0_7", "7"),
        ("12e45678", "'12e45678'"),
        ("'0755'", "'0755'"),
        ("", "None"),
    ];
    for (text, printed) in pairs {
        assert_eq!(read(&format!("a: {text}\n")), format!("{{'a': {printed}}}"), "{text}");
    }
}

#[test]
fn block_scalars_end_as_their_author_wrote() {
    assert_eq!(read("a: |\n  x"), "{'a': 'x'}");
    assert_eq!(read("a: |\n  x\n"), "{'a': 'x\\n'}");
    assert_eq!(read("a: |+\n  x"), "{'a': 'x'}");
    assert_eq!(read("a: |-\n  x"), "{'a': 'x'}");
    assert_eq!(read("a: >\n  x\n  y"), "{'a': 'x y'}");
}

#[test]
fn merges_and_aliases() {
    assert_eq!(
        read("x: &a {k: 1, j: 2}\nz:\n  <<: *a\n  k: 3\n"),
        "{'x': {'k': 1, 'j': 2}, 'z': {'j': 2, 'k': 3}}"
    );
    let node = load("x: &a [1]\ny: *a\n", &place).unwrap();
    let pairs = node.as_map().unwrap();
    assert!(std::sync::Arc::ptr_eq(&pairs[0].1, &pairs[1].1));
}

#[test]
fn errors_are_salts() {
    for (text, sentence) in [
        (
            "a: 1\na: 2\n",
            "while constructing a mapping\n  in \"<unicode string>\", line 1, column 1\nfound conflicting ID 'a'\n  in \"<unicode string>\", line 2, column 1",
        ),
        (
            "1: a\nyes: b\n",
            "while constructing a mapping\n  in \"<unicode string>\", line 1, column 1\nfound conflicting ID 'True'\n  in \"<unicode string>\", line 2, column 1",
        ),
        ("a:\n\t- b\n", "found character that cannot start any token"),
        (
            "a: 1\n---\nb: 2\n",
            "expected a single document in the stream\n  in \"<unicode string>\", line 1, column 1\nbut found another document\n  in \"<unicode string>\", line 2, column 1",
        ),
        (
            "x: &a {k: 1}\ny: &b {k: 2}\nz:\n  <<: [*a, *b]\n",
            "while constructing a mapping\n  in \"<unicode string>\", line 4, column 3\nfound conflicting ID 'k'\n  in \"<unicode string>\", line 1, column 8",
        ),
        (
            "a: !foo 1\n",
            "could not determine a constructor for the tag '!foo'\n  in \"<unicode string>\", line 1, column 4",
        ),
        ("a: b: c\n", "mapping values are not allowed in this context"),
        (
            "a: [1\n",
            "while parsing a flow sequence\n  in \"<unicode string>\", line 1, column 4\ndid not find expected ',' or ']'\n  in \"<unicode string>\", line 2, column 1",
        ),
    ] {
        assert_eq!(read(text), format!("ERROR {sentence}"), "{text}");
    }
}

#[test]
fn an_expression_that_was_not_rendered_is_named() {
    let fault = load("a: {{ name }}\n", &place).unwrap_err();
    assert!(fault.message.contains("`{{ name }}` was not rendered"), "{}", fault.message);
    assert!(
        fault.salt.contains("found unacceptable key [(MappingNode(")
            || fault.salt.contains("found unacceptable key")
    );
}

#[test]
fn every_size_has_a_bound() {
    let deep = "[".repeat(5000);
    assert!(load(&deep, &place).unwrap_err().message.contains("nested"));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [&*before; 10].join(", ")));
    }
    assert!(load(&bomb, &place).unwrap_err().message.contains("aliases"));
    assert!(load("a: 99999999999999999999\n", &place).unwrap_err().message.contains("64 bits"));
    assert!(load("a: &a [*a]\n", &place).is_err());
}

#[test]
fn the_parsers_own_panics_are_errors() {
    let fault = load("[!,", &place).unwrap_err();
    assert!(fault.message.contains("invalid YAML") || !fault.message.is_empty());
    assert_eq!(load("", &place).unwrap().to_value(), Value::Null);
}
