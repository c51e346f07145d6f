//! JSON as Salt prints it: indented by four, text as it is.

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;

use crate::value::Value;

/// One document for all hosts.
pub(super) fn document(pairs: &[(&str, &Value)]) -> String {
    let hosts = object(pairs);
    let mut out = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // A JSON value in memory always serialises.
    let _ = hosts.serialize(&mut serializer);
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

/// A document of one host on one line.
pub(super) fn line(host: &str, value: &Value) -> String {
    format!("{}\n", object(&[(host, value)]))
}

fn object(pairs: &[(&str, &Value)]) -> serde_json::Value {
    pairs.iter().map(|(host, value)| ((*host).to_owned(), value.to_json())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Map, map};

    #[test]
    fn as_python_prints_it() {
        let value = Value::from(map([
            ("b", Value::List(vec![1.into(), Value::Null])),
            ("a", Value::Map(Map::new())),
            ("é", Value::List(vec![])),
        ]));
        let expected = "\
{
    \"local\": {
        \"b\": [
            1,
            null
        ],
        \"a\": {},
        \"é\": []
    }
}
";
        assert_eq!(document(&[("local", &value)]), expected);
    }
}
