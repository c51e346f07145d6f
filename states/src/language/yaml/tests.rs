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
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "'9223372036854775808'"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0xFFFFFFFFFFFFFFFFFF", "'4722366482869645213695'"),
        ("307445734561825860:30", "'18446744073709551630'"),
        ("! |\n  12\n", "12"),
        ("!!str {=: x}", "'x'"),
        ("!!omap {b: 1, a: 2}", "{'b': 1, 'a': 2}"),
        ("!!pairs [a: 1, a: 2]", "[['a', 1], ['a', 2]]"),
        ("!!set {a, b}", "['a', 'b']"),
        ("!!int ' +12 '", "12"),
        ("!!binary YQ=", "b'a'"),
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
    assert_eq!(read("a: |+\n  x\r"), "{'a': 'x\\n'}");
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
    assert!(fault.salt.contains("found unacceptable key [(ScalarNode("), "{}", fault.salt);
}

/// Reads a text that is too large; what is wrong, and its line.
fn refused(text: &str) -> (String, u32) {
    let fault = load(text, &place).expect_err("it is too large");
    (fault.message.clone(), fault.mark.unwrap().line + 1)
}

#[test]
fn nesting_has_a_bound() {
    let (message, line) = refused(&format!("a:\n  {}", "[".repeat(5000)));
    assert!(message.contains("nested more than 200"), "{message}");
    assert_eq!(line, 2);
    // What is deep only with its aliases written out.
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..100_000 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    let (message, line) = refused(&text);
    assert!(message.contains("nested more than 200"), "{message}");
    assert_eq!(line, 201);
    // The same, met from its end.
    let (message, _) = refused(&format!("{text}<<: {{z: *a99999}}\n"));
    assert!(message.contains("nested more than 200"), "{message}");
}

#[test]
fn aliases_and_merges_have_a_bound() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", [&*before; 10].join(", ")));
    }
    let (message, line) = refused(&text);
    assert!(message.contains("with its aliases written out this has more than 1000000 values"), "{message}");
    assert_eq!(line, 6);

    let mut text = "a0: &a0 {k: 1}\n".to_owned();
    for level in 1..64 {
        text.push_str(&format!("a{level}: &a{level} {{<<: [*a{0}, *a{0}]}}\n", level - 1));
    }
    let fault = load(&text, &place).unwrap_err();
    assert!(fault.message.contains("'k' stands twice"), "{}", fault.message);
    // Met from its end, every merge is made before any key is looked at.
    let (message, _) = refused(&format!("{text}<<: *a63\n"));
    assert!(message.contains("merges make more than 1000000 values"), "{message}");

    let mut text = "a0: &a0 {k0: 1}\n".to_owned();
    for level in 1..1000 {
        text.push_str(&format!("a{level}: &a{level} {{<<: *a{}, k{level}: 1}}\n", level - 1));
    }
    let (message, _) = refused(&format!("{text}<<: *a999\n"));
    assert!(message.contains("merge each other more than 200 deep"), "{message}");

    let wide: String = (0..2000).map(|key| format!("k{key}: 1, ")).collect();
    let mut text = format!("a: &a {{{wide}}}\n");
    for key in 0..1000 {
        text.push_str(&format!("b{key}: {{<<: *a}}\n"));
    }
    let (message, line) = refused(&text);
    assert!(message.contains("merges make more than 1000000 values"), "{message}");
    assert!((490..=500).contains(&line), "{line}");
}

#[test]
fn documents_and_numbers_have_a_bound() {
    let (message, line) = refused(&"- x\n".repeat(1_000_001));
    assert!(message.contains("the document has more than 1000000 values"), "{message}");
    assert_eq!(line, 1_000_000);
    assert_eq!(read(&format!("a: {}\n", "9".repeat(4300))).len(), 4300 + "{'a': ''}".len());
    let (message, _) = refused(&format!("a: {}\n", "9".repeat(4301)));
    assert!(message.contains("is not an integer"), "{message}");
}

#[test]
fn what_stands_inside_itself_is_an_error() {
    let (message, line) = refused("a:\n  b: &a\n    - *a\n");
    assert!(message.contains("an alias stands inside the value that it names"), "{message}");
    assert_eq!(line, 2);
    // A map that merges itself gets nothing by it.
    assert_eq!(read("a: &a {<<: *a, k: 1}\n"), "{'a': {'k': 1}}");
}

#[test]
fn of_two_errors_the_one_less_deep_is_told_as_by_salt() {
    let text = "a: {b: {c: !unknown 1}}\nd: 1\nd: 2\n";
    assert!(read(text).contains("found conflicting ID 'd'"), "{}", read(text));
    let text = "a: {b: 1, b: !unknown 2}\n";
    assert!(read(text).contains("could not determine a constructor"), "{}", read(text));
}

#[test]
fn a_character_that_cannot_stand_in_yaml_has_its_place() {
    let fault = load("\u{feff}a: 1\r\nb: x\u{7}\n", &place).unwrap_err();
    assert!(fault.message.contains("U+0007"), "{}", fault.message);
    let mark = fault.mark.unwrap();
    assert_eq!((mark.line, mark.column), (1, 4));
    assert!(fault.uncaught && fault.salt.starts_with("unacceptable character #x0007: "));
}

#[test]
fn a_byte_order_mark_moves_no_place() {
    let node = load("\u{feff}a: 1\n", &|mark| Place {
        file: "t".into(),
        line: mark.line,
        column: u32::try_from(mark.index).unwrap(),
    })
    .unwrap();
    assert_eq!(node.as_map().unwrap()[0].0.place.column, 3);
}

#[test]
fn a_text_may_begin_with_what_looks_like_a_byte_order_mark() {
    for text in ["\u{fffc}", "\u{ff21}: 1", "\u{f000}"] {
        assert!(load(text, &place).is_ok(), "{text}");
    }
}

#[test]
fn the_parsers_own_panics_are_errors() {
    let fault = load("a: 1\nb: [!, c]\n", &place).unwrap_err();
    assert_eq!(fault.message, "invalid YAML: the text cannot be parsed");
    assert_eq!(fault.mark.unwrap().line, 1);
    assert!(fault.salt.is_empty());
    assert_eq!(load("", &place).unwrap().to_value(), Value::Null);
}
