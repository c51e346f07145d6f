//! One matcher: what it looks at and how.

use std::fmt;

use fancy_regex::Regex;

use super::address::Addresses;
use super::subdict::{self, Comparison};
use super::{Facts, Problem, fnmatch};
use crate::regex::{Flags, Subject, compile, match_at_start};
use crate::value::DEFAULT_DELIMITER;

/// What a matcher looks at, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The id, by glob.
    Glob,
    /// The id, by list.
    List,
    /// The id, by regular expression.
    Regex,
    /// A grain, by glob.
    Grain,
    /// A grain, by regular expression.
    GrainRegex,
    /// A pillar value, by glob.
    Pillar,
    /// A pillar value, by regular expression.
    PillarRegex,
    /// A pillar value, to the letter.
    PillarExact,
    /// An address or a subnet.
    Address,
}

/// A matcher, checked and compiled.
#[derive(Clone, Debug)]
pub struct Matcher {
    kind: Kind,
    pattern: String,
    delimiter: String,
    compiled: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    Nothing,
    Regex(Regex),
    Addresses(Addresses),
}

impl Kind {
    /// Whether it looks at pillar.
    #[must_use]
    pub fn reads_pillar(self) -> bool {
        matches!(self, Self::Pillar | Self::PillarRegex | Self::PillarExact)
    }
}

impl Matcher {
    /// Checks and compiles a matcher.
    ///
    /// # Errors
    /// When the pattern is not one of that kind.
    pub fn new(kind: Kind, pattern: &str, delimiter: &str) -> Result<Self, Problem> {
        let compiled = match kind {
            Kind::Regex => Compiled::Regex(compile(pattern, Flags::default(), Subject::Text)?),
            Kind::GrainRegex | Kind::PillarRegex => {
                // The value is matched piece by piece later; as a whole it shows what is wrong with it now.
                let value = pattern.split_once(delimiter).map_or("", |(_, value)| value);
                compile(value, Flags::default(), Subject::Text)?;
                Compiled::Nothing
            }
            Kind::Address => Compiled::Addresses(
                Addresses::parse(pattern).ok_or_else(|| Problem::Address(pattern.into()))?,
            ),
            _ => Compiled::Nothing,
        };
        Ok(Self { kind, pattern: pattern.into(), delimiter: delimiter.into(), compiled })
    }

    /// What it looks at.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the host is meant.
    #[must_use]
    pub fn matches(&self, host: &dyn Facts) -> bool {
        let within = |data, comparison| subdict::matches(data, &self.pattern, &self.delimiter, comparison);
        match self.kind {
            Kind::Glob => fnmatch(host.id(), &self.pattern),
            Kind::List => self.pattern.split(',').any(|id| id == host.id()),
            Kind::Grain => within(host.grains(), Comparison::Glob),
            Kind::GrainRegex => within(host.grains(), Comparison::Regex),
            Kind::Pillar => within(host.pillar(), Comparison::Glob),
            Kind::PillarRegex => within(host.pillar(), Comparison::Regex),
            Kind::PillarExact => within(host.pillar(), Comparison::Exact),
            Kind::Regex | Kind::Address => match &self.compiled {
                Compiled::Regex(regex) => match_at_start(regex, host.id()).unwrap_or(false),
                Compiled::Addresses(addresses) => addresses.contain_one_of(host.grains()),
                Compiled::Nothing => false,
            },
        }
    }

    /// The ids that the matcher names one by one.
    pub(super) fn named_ids(&self) -> Vec<&str> {
        match self.kind {
            Kind::List => self.pattern.split(',').filter(|id| !id.is_empty()).collect(),
            Kind::Glob if !self.pattern.contains(['*', '?', '[']) => vec![&self.pattern],
            _ => Vec::new(),
        }
    }
}

/// The matcher as a word of a target.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = match self.kind {
            Kind::Glob => return f.write_str(&self.pattern),
            Kind::List => 'L',
            Kind::Regex => 'E',
            Kind::Grain => 'G',
            Kind::GrainRegex => 'P',
            Kind::Pillar | Kind::PillarExact => 'I',
            Kind::PillarRegex => 'J',
            Kind::Address => 'S',
        };
        let delimiter = if self.delimiter == DEFAULT_DELIMITER { "" } else { &self.delimiter };
        write!(f, "{engine}{delimiter}@{}", self.pattern)
    }
}
