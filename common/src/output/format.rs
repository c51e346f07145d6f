//! The names of the formats.

use std::fmt;
use std::str::FromStr;

/// What `--out` names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// What changed and what failed, then one line for each host.
    #[default]
    Human,
    /// Salt's report of a state run, with every state and a summary.
    Highstate,
    /// Salt's indented form of any value.
    Nested,
    /// A YAML map of hosts.
    Yaml,
    /// One JSON document: a map of hosts.
    Json,
    /// A JSON document on a line of its own for each host, as it answers.
    Jsonl,
    /// `host: text` for each line.
    Txt,
    /// Python's text of the map of hosts.
    Raw,
    /// The same over several lines, as Python's `pprint` writes it.
    Pprint,
    /// The values without their hosts, a line for each, or for each item of a list.
    ValuesOnly,
    /// Nothing; the exit code tells.
    Quiet,
}

/// A name that is no format's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an output format: use one of {list}", list = Format::NAMES.map(|(name, _)| name).join(", "))]
pub struct FormatError(String);

impl Format {
    /// Every format by its name.
    pub const NAMES: [(&'static str, Self); 11] = [
        ("human", Self::Human),
        ("highstate", Self::Highstate),
        ("nested", Self::Nested),
        ("yaml", Self::Yaml),
        ("json", Self::Json),
        ("jsonl", Self::Jsonl),
        ("txt", Self::Txt),
        ("raw", Self::Raw),
        ("pprint", Self::Pprint),
        ("newline_values_only", Self::ValuesOnly),
        ("quiet", Self::Quiet),
    ];

    /// Whether each host can be shown as soon as it has answered.
    #[must_use]
    pub fn is_stream(self) -> bool {
        self != Self::Json
    }
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        // Salt knows the format by both names.
        let text = if text == "text" { "txt" } else { text };
        let found = Self::NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, format)| format).ok_or_else(|| FormatError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.into_iter().find(|(_, format)| format == self).map_or("", |(name, _)| name);
        f.pad(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for (name, format) in Format::NAMES {
            assert_eq!(name.parse(), Ok(format));
            assert_eq!(format.to_string(), name);
        }
        assert!("xml".parse::<Format>().unwrap_err().to_string().contains("human, highstate"));
    }
}
