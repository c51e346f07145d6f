//! `json_query`: JMESPath (jmespath.org), as Python's library of that name reads it.

mod evaluate;
mod functions;
mod lexer;
mod parser;

use super::Filter;
use crate::language::jinja::convert::{from_template, to_template};

/// The longest query, in bytes.
const QUERY_LIMIT: usize = 64 << 10;

/// The deepest that a query is nested.
const DEPTH_LIMIT: usize = 100;

pub(super) static FILTERS: &[(&str, Filter)] = &[("json_query", |_, arguments| {
    let query = arguments.text(1, "expr")?;
    if query.len() > QUERY_LIMIT {
        return Err(arguments.error(format!("the query has more than {QUERY_LIMIT} bytes")));
    }
    let data = from_template(&arguments.required(0, "data")?)?;
    let found = parser::parse(&query).and_then(|query| evaluate::evaluate(&query, &data));
    found.map(|found| to_template(&found)).map_err(|reason| {
        let (first, more) = reason.split_once('\n').unwrap_or((&reason, ""));
        arguments.error_with(first, &format!(" {more}"))
    })
})];

#[cfg(test)]
fn query(text: &str, data: &common::value::Value) -> Result<common::value::Value, String> {
    parser::parse(text).and_then(|query| evaluate::evaluate(&query, data))
}

#[cfg(test)]
mod tests {
    use common::value::Value;

    #[test]
    fn bad_queries_end_in_errors() {
        for text in ["", "a[", "a.", "[?", "{a: }", "a b", "'x", "#", "a[1:2:3:4]", "f(", "a[::0]"] {
            assert!(super::query(text, &Value::List(vec![1.into()])).is_err(), "{text}");
        }
        for (open, close) in [("(", ")"), ("[", "]"), ("!", ""), ("a[?", "]")] {
            let deep = format!("{}a{}", open.repeat(5000), close.repeat(5000));
            assert!(super::query(&deep, &Value::Null).is_err(), "{open}");
        }
    }
}
