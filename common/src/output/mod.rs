//! How results are shown: pure functions from values to text, for the command lines of both programs.
//!
//! The formats with Salt's names print what Salt prints, so that scripts which read them go on working. `human`, the
//! default, is made for reading: what changed and what failed, then one line for each host.

mod format;
mod highstate;
mod human;
mod json;
mod lines;
mod nested;
mod paint;
mod pprint;
mod states;
mod style;
mod text;
mod yaml;

pub use format::{Format, FormatError};
pub use states::{Counts, is_state_return};
pub use style::{Indent, StateOutput, StateStyle, Style, Tabular, python_bool};

use crate::value::Value;

/// One host's result.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The host, or `local`.
    pub host: &'a str,
    /// What Salt would return for it.
    pub value: &'a Value,
    /// Whether it is the return of a state run: only then is a list a list of compile errors, and an empty map a run without
    /// states.
    pub states: bool,
    /// Whether the function failed: then `nested` shows the frame of its value in red.
    pub failed: bool,
}

/// One host's result as text that ends in a newline (or is empty). In the formats of [`Format::is_stream`] the output for
/// several hosts is these texts one after the other.
#[must_use]
pub fn render(format: Format, shown: &Shown<'_>, style: &Style) -> String {
    let states = shown.states || is_state_return(shown.value);
    let (host, value) = (shown.host, shown.value);
    let text = match format {
        Format::Human if states => return human::render(host, value, style),
        Format::Jsonl => return json::line(host, value),
        Format::Highstate if states => highstate::render(host, value, style),
        Format::Human | Format::Highstate | Format::Nested => nested::host(host, value, shown.failed, style),
        Format::Yaml => yaml::document(&[(host, value)], style.indent),
        Format::Json => json::document(&[(host, value)], style.indent),
        Format::Txt => text::txt(host, value),
        Format::Raw => text::raw(host, value),
        Format::Pprint => pprint::format(&text::of_host(host, value), style.indent.of_level(1)),
        Format::ValuesOnly => text::values_only(value),
        Format::Quiet => String::new(),
    };
    ended(&text)
}

/// Salt drops what is blank at the end of an output, and prints nothing where nothing is left.
fn ended(text: &str) -> String {
    match text.trim_end() {
        "" => String::new(),
        text => format!("{text}\n"),
    }
}

/// Every host's result as one document: in `json` a single map of all hosts, else what [`render`] makes of each.
#[must_use]
pub fn render_all(format: Format, all: &[Shown<'_>], style: &Style) -> String {
    if format.is_stream() {
        return all.iter().map(|shown| render(format, shown, style)).collect();
    }
    let pairs: Vec<_> = all.iter().map(|shown| (shown.host, shown.value)).collect();
    json::document(&pairs, style.indent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn a_fleet_is_one_json_document() {
        let value = Value::Bool(true);
        let all = ["a", "b"].map(|host| Shown { host, value: &value, states: false, failed: false });
        assert_eq!(
            render_all(Format::Json, &all, &Style::default()),
            "{\n    \"a\": true,\n    \"b\": true\n}\n"
        );
        assert_eq!(render_all(Format::Jsonl, &all, &Style::default()), "{\"a\":true}\n{\"b\":true}\n");
        assert_eq!(render_all(Format::Yaml, &all, &Style::default()), "a: true\nb: true\n");
        assert_eq!(render_all(Format::Txt, &all, &Style::default()), "a: True\nb: True\n");
        assert_eq!(render_all(Format::Quiet, &all, &Style::default()), "");
    }

    #[test]
    fn what_is_no_state_return_is_nested() {
        let value = Value::from(map([("a", Value::from("x"))]));
        let shown = Shown { host: "fp-1", value: &value, states: false, failed: false };
        assert_eq!(
            render(Format::Human, &shown, &Style::default()),
            "fp-1:\n    ----------\n    a:\n        x\n"
        );
    }
}
