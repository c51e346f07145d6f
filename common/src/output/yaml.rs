//! Salt's `yaml`: a map of hosts in block style, sorted, in lines of 80.

use super::Indent;
use crate::value::{Map, Value};
use crate::yaml::{self, Layout};

/// A map of hosts as a document. A negative indent asks for flow style.
pub(super) fn document(pairs: &[(&str, &Value)], indent: Indent) -> String {
    let hosts: Map = pairs.iter().map(|(host, value)| (Value::from(*host), (*value).clone())).collect();
    let (layout, indent) = match indent {
        Indent::Spaces(number) => (Layout::Block, i32::try_from(number).ok()),
        Indent::None => (Layout::Flow, None),
        Indent::Usual | Indent::Pretty => (Layout::Block, None),
    };
    match yaml::document(&hosts.into(), layout, indent) {
        Ok(text) => text,
        // Values in memory can always be written; should the emitter think otherwise, the operator sees why.
        Err(error) => format!("# this value can't be written as YAML: {error}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn as_pyyaml_writes_it() {
        let inner = map([
            ("b", Value::Null),
            ("c", Value::List(vec![1.into(), Value::List(vec![2.into(), 3.into()])])),
        ]);
        let value = Value::from(map([
            ("t", Value::from("multi\nline\n")),
            ("a", Value::List(vec![1.into(), "x".into(), Value::Map(inner)])),
            ("e", Value::Map(Map::new())),
            ("l", Value::List(vec![])),
            ("s", Value::from("")),
            (
                "n",
                Value::List(
                    ["1", "yes", "0755", "1e5", "12:00", "2016-06-09", "a: b", "é"].map(Value::from).into(),
                ),
            ),
            ("f", Value::List(vec![Value::Float(1e100), Value::Float(1.0)])),
        ]));
        let expected = "\
local:
  a:
  - 1
  - x
  - b: null
    c:
    - 1
    - - 2
      - 3
  e: {}
  f:
  - 1.0e+100
  - 1.0
  l: []
  n:
  - '1'
  - 'yes'
  - '0755'
  - 1e5
  - '12:00'
  - '2016-06-09'
  - 'a: b'
  - é
  s: ''
  t: 'multi

    line

    '
";
        assert_eq!(document(&[("local", &value)], Indent::Usual), expected);
    }
}
