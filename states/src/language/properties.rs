//! What holds for any text and any value.

use std::sync::Arc;

use common::value::{Map, Value};
use proptest::prelude::*;

use super::{render_template, text_of, value_of};
use crate::testing::{Book, Tree, context, output};

/// Values that YAML can carry, with texts that look like something else.
fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        r"\PC{0,12}",
        r"[ \n\t:#&*!|>'%@{}\[\],?~=<.0-9a-f_+-]{0,10}",
        // Blanks of other scripts, which need no quotes.
        "[a \u{a0}\u{1680}\u{2003}\u{202f}\u{3000}\u{feff}\u{85}\u{2028}]{0,4}",
        "(yes|no|on|null|~|0[0-7]{1,3}|0x[0-9a-f]{1,3}|[0-9]{1,2}:[0-9]{1,2}|[0-9]_[0-9]|-?[0-9]e[0-9]|2001-01-01|\\.inf|<<|=)",
        ".{0,6}",
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("nothing equals it", |number| !number.is_nan()).prop_map(Value::Float),
        text.prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    let key = scalar.clone();
    scalar.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|pairs| Value::Map(pairs.into_iter().collect())),
        ]
    })
}

/// Pieces of YAML in any order.
fn yaml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(- |\\? |: |, |\n|\n  |\n    |---\n|\\.\\.\\.\n|\t|\\[|\\]|\\{|\\}|#x|\\|\n|>-\n|\\|2+\n|'|\"|\\\\)",
        "(&a |\\*a|<<: |!!str |!!int |!!binary |!!set |!!omap |! |!x |%YAML 1.1\n|%TAG ! x\n)",
        "[a-c0-9]{1,3}",
        r"\PC",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// Pieces of a template in any order: many are none, some are.
fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(\\{\\{ |\\{\\{- | \\}\\}|\\{% | %\\}|\\{%- | -%\\}|\\{#|#\\}|\n)",
        "(for x in |endfor|if |elif |else|endif|set x = |set x|endset|macro m\\(a\\)|endmacro|call m\\(1\\)|endcall|raw|endraw)",
        "(load_yaml as x|endload|import_yaml 't' as x|from 't' import x|include 't'|do |with a=1|endwith|filter upper|endfilter)",
        "(x|grains|pillar|m\\(1\\)|'a'|\"b\"|1|2\\.5|none|true|\\[1, 2\\]|\\{'a': 1\\}|\\(1,\\)|range\\(3\\)|loop\\.index)",
        "( \\+ | - | \\* | // | % | \\*\\* | ~ | and | or | not | in | is defined| == | < |\\[|\\]|\\[1:\\]|\\(|\\)|\\{|\\}|,|:|\\.| if | else )",
        "(\\|json|\\|yaml|\\|list|\\|length|\\|int|\\|join\\(','\\)|\\|default\\('x'\\)|\\.items\\(\\)|\\.append\\(1\\)|\\.update\\(x\\))",
        "(\\{\\{ x \\}\\}|\\{% if 1 %\\}|\\{% endif %\\}|\\{% for x in \\[1, 2\\] %\\}|\\{% endfor %\\}|\\{% set x = \\[\\] %\\})",
        r"\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_yaml_or_an_error(text in prop_oneof![yaml(), any::<String>()]) {
        let _ = value_of(&text);
    }

    #[test]
    fn what_is_printed_is_read_back(value in value(), flow in any::<bool>()) {
        let text = text_of(&value, flow).unwrap();
        let again = value_of(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        // Python's equality, with kinds told apart: to Python 1 is 1.0 and true.
        prop_assert_eq!(&again, &value, "{}", text);
        prop_assert_eq!(shape(&again), shape(&value), "{}", text);
    }

    #[test]
    fn any_text_is_a_template_or_an_error(text in prop_oneof![template(), any::<String>()]) {
        let tree = Tree::new(&[("t", &text)]);
        let host = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        if let Err(error) = render_template(&host, "base", "t", &text, &Map::new()) {
            prop_assert!(!error.message.is_empty());
            prop_assert!(error.place.is_some(), "{}", error);
        }
    }
}

/// The kinds of a value's parts, the keys of maps sorted as printing sorts them.
fn shape(value: &Value) -> String {
    match value {
        Value::List(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let mut pairs: Vec<_> =
                map.iter().map(|(key, value)| format!("{key:?}: {}", shape(value))).collect();
            pairs.sort_unstable();
            format!("{{{}}}", pairs.join(" "))
        }
        other => other.type_name().into(),
    }
}
